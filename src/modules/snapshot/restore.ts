import { printCount, RespiteError } from '../../errors';
import type { DataDirectory } from './directory/data-directory';
import type { DirectoryFacts } from './directory/directory-facts';
import { journalsAfter, readJournals, replayJournals } from './journal/replay-journals';
import { fallBack } from './fall-back';
import { corruptSnapshot, Loading, ours } from './loading';
import type { RestoreContext, RestoreOutcome } from './restore-context';
import { readSnapshot } from './store/read-snapshot';
import type { ReaderSettings } from './store/reader-protocol';
import type { Stamp } from './store/stamp';
import { messageOf } from './system-error';

const NOTHING: RestoreOutcome = { sequence: 0, keys: 0, duration: 0, snapshotTime: 0, replayed: 0, journal: 1 };

/**
 * Fills the engine from the data directory, or declares it empty. The engine must have been told to begin a restore.
 * @throws RespiteError `RESTORE_CORRUPT` (with `on_corruption: fail`), `RESTORE_FAILED`; nothing is changed on disk then.
 */
export async function restore(context: RestoreContext): Promise<RestoreOutcome> {
  const { directory, settings, logger, clock } = context;
  if (!(await directory.hasSnapshot()) && !(await directory.hasJournals())) return startEmpty(context);
  if (!settings.restoreOnStartup) {
    const kept = await directory.setAside('kept', clock.now());
    logger.warn({ event: 'snapshot_kept', path: kept }, `restore_on_startup is off: the snapshot was moved to ${kept}`);
    return startEmpty(context);
  }
  const started = performance.now();
  try {
    return await load(context);
  } catch (error) {
    if (!RespiteError.is(error) || error.code !== 'RESTORE_CORRUPT') throw error;
    const fallen = await fallBack(context, error);
    if (fallen !== undefined) return { ...fallen, duration: performance.now() - started };
    if (settings.onCorruption === 'fail') throw error;
    context.source.abortRestore();
    const quarantined = await directory.setAside('corrupt', clock.now());
    logger.error(
      { event: 'snapshot_quarantined', path: quarantined, err: error },
      `The snapshot is damaged and was moved to ${quarantined}. STARTING EMPTY. ${error.message}`,
    );
    context.source.beginRestore();
    return { ...(await startEmpty(context)), quarantined };
  }
}

async function startEmpty({ source, beforeServing }: RestoreContext): Promise<RestoreOutcome> {
  await beforeServing(NOTHING.journal);
  source.finishRestore(undefined);
  return NOTHING;
}

async function load(context: RestoreContext): Promise<RestoreOutcome> {
  const { directory, source, logger } = context;
  const started = performance.now();
  const loading = await readData(context);
  const stamp = await expectedStamp(directory, loading.stamp);
  const journals = await readJournals(directory, journalsAfter(stamp, directory.lastJournal));
  ours(directory.dataFile, () => {
    source.showRestored(stamp?.layout);
  });
  const replayed = await replayJournals(source, journals);
  const { next: journal } = journals;
  await context.beforeServing(journal);
  source.finishRestore(stamp?.layout);
  const duration = performance.now() - started;
  const { keys } = loading;
  await settle(context, stamp !== undefined);
  const durationMs = Math.round(duration);
  logger.info({ event: 'snapshot_restored', keys, durationMs }, `restored ${printCount(keys, 'key')}`);
  if (replayed > 0)
    logger.info(
      { event: 'journal_replayed', commands: replayed },
      `the journal brought back ${printCount(replayed, 'command')}`,
    );
  return { sequence: stamp?.sequence ?? 0, keys, duration, snapshotTime: stamp?.time ?? 0, replayed, journal };
}

/** Reads the data file, if there is something in it. A first snapshot that was being written when the process ended is none. */
async function readData(context: RestoreContext): Promise<Loading> {
  const { directory, source, logger, clock, signal } = context;
  const loading = new Loading({ ...context, path: directory.dataFile });
  if (!(await directory.hasSnapshot())) return loading;
  try {
    await readSnapshot(readerSettings(directory), loading, signal);
    return loading;
  } catch (err) {
    if (!RespiteError.is(err) || err.code !== 'RESTORE_CORRUPT' || !(await directory.neverWritten())) throw err;
    source.abortRestore();
    const path = await directory.clearUnfinished(clock.now());
    const rest = path === undefined ? '' : `; what there is of it is in ${path} now`;
    logger.warn(
      { event: 'snapshot_unfinished', path, err },
      `the first snapshot was not complete when it was last written${rest}`,
    );
    source.beginRestore();
    return new Loading({ ...context, path: directory.dataFile });
  }
}

/** How the data file is read. */
export function readerSettings({ dataFile: path, encryption }: DataDirectory): ReaderSettings {
  return encryption === undefined ? { path } : { path, encryption };
}

/** The data is there, whatever becomes of the marker: the first snapshot tries again. */
async function settle({ directory, logger }: RestoreContext, hasSnapshot: boolean): Promise<void> {
  try {
    const trouble = await directory.settle(hasSnapshot);
    if (trouble === undefined) return;
    const message = `respite.json was ${trouble} and was written anew: the data file is whole and says what it is`;
    logger.warn({ event: 'snapshot_marker_rewritten', trouble, path: directory.path }, message);
  } catch (err) {
    if (RespiteError.is(err)) throw err;
    logger.warn({ event: 'snapshot_directory', err }, `respite.json could not be written: ${messageOf(err)}`);
  }
}

/**
 * The stamp of a whole and sound file.
 * @throws RespiteError `RESTORE_CORRUPT` when it is not the one we left here.
 */
export async function expectedStamp(directory: DirectoryFacts, stamp: Stamp | undefined): Promise<Stamp | undefined> {
  const last = await directory.lastSequence();
  const found = stamp?.sequence ?? 0;
  if (stamp !== undefined && !directory.owns(stamp)) {
    throw corruptSnapshot(directory.dataFile, 'it belongs to another data directory');
  }
  const isEncrypted = directory.encryptionKey !== undefined;
  if (stamp !== undefined && (stamp.encryption !== undefined) !== isEncrypted)
    throw corruptSnapshot(
      directory.dataFile,
      `it is ${isEncrypted ? 'not encrypted' : 'encrypted'}, unlike what respite.json says`,
    );
  const lost = stamp === undefined ? await directory.lostSnapshot() : undefined;
  if (lost !== undefined) throw corruptSnapshot(directory.dataFile, `it is empty, but ${lost}`);
  if (found < last)
    throw corruptSnapshot(directory.dataFile, `it is snapshot ${String(found)}, but ${String(last)} was written`);
  return stamp;
}
