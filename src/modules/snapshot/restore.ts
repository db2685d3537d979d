import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock, Logger } from '../../container';
import { RecordBatchReader } from '../../engine/snapshot/record-batch';
import { IncompleteValueError, type SnapshotSource } from '../../engine/snapshot/source';
import { printCount, RespiteError } from '../../errors';
import type { DataDirectory } from './directory/data-directory';
import type { RestoreProgress, SnapshotSettings } from './settings';
import { readJournals, replayJournals } from './journal/replay-journals';
import { readSnapshot } from './store/read-snapshot';
import type { ReaderSettings } from './store/reader-protocol';
import type { Stamp } from './store/stamp';
import { messageOf } from './system-error';

/** What became of an existing snapshot. */
export interface RestoreOutcome {
  /** Sequence of the snapshot the data file holds now; 0 = none. */
  readonly sequence: number;
  /** Keys loaded; expired ones are not. */
  readonly keys: number;
  /** Milliseconds. */
  readonly duration: number;
  /** Point in time of the restored snapshot, milliseconds since the epoch; 0 = none was restored. */
  readonly snapshotTime: number;
  /** Commands that journals brought back. */
  readonly replayed: number;
  /** Number of the next journal file. */
  readonly journal: number;
  /** Where a damaged snapshot was moved to. */
  readonly quarantined?: string;
}

/** What a restore works with. */
export interface RestoreContext {
  readonly directory: DataDirectory;
  readonly source: SnapshotSource;
  readonly settings: SnapshotSettings;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly onProgress?: ((progress: RestoreProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether journals will be replayed: then keys that expired since the snapshot are loaded all the same. */
  readonly hasJournals: boolean;
  /** Called when the data is there and nobody is served yet. @param journal number of the next journal file */
  readonly beforeServing: (journal: number) => Promise<void>;
}

const NOTHING: RestoreOutcome = { sequence: 0, keys: 0, duration: 0, snapshotTime: 0, replayed: 0, journal: 1 };
/** Milliseconds between two lines about the progress of a restore. */
const PROGRESS_EVERY = 1_000;

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
  try {
    return await load(context);
  } catch (error) {
    if (!RespiteError.is(error) || error.code !== 'RESTORE_CORRUPT' || settings.onCorruption === 'fail') throw error;
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
  const loading = new Loading(context);
  if (await directory.hasSnapshot()) await readSnapshot(readerSettings(directory), loading, context.signal);
  const stamp = await expectedStamp(directory, loading.stamp);
  const first = stamp?.journal ?? 1;
  const isNamed = stamp?.journalExists === true;
  const last = Math.max(isNamed ? first : 0, directory.lastJournal);
  const journals = await readJournals(directory, { first, isNamed, last });
  ours(directory, () => {
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

/** @throws RespiteError `RESTORE_CORRUPT` when a whole and sound file is not the one we left here. */
async function expectedStamp(directory: DataDirectory, stamp: Stamp | undefined): Promise<Stamp | undefined> {
  const last = await directory.lastSequence();
  const found = stamp?.sequence ?? 0;
  if (stamp !== undefined && !directory.owns(stamp)) {
    throw corrupt(directory, 'it belongs to another data directory');
  }
  const isEncrypted = directory.encryptionKey !== undefined;
  if (stamp !== undefined && (stamp.encryption !== undefined) !== isEncrypted)
    throw corrupt(directory, `it is ${isEncrypted ? 'not encrypted' : 'encrypted'}, unlike what respite.json says`);
  const lost = stamp === undefined ? await directory.lostSnapshot() : undefined;
  if (lost !== undefined) throw corrupt(directory, `it is empty, but ${lost}`);
  if (found < last) throw corrupt(directory, `it is snapshot ${String(found)}, but ${String(last)} was written`);
  return stamp;
}

/** Hands batches to the engine, one per turn of the event loop, and tells how far it is. */
class Loading {
  stamp: Stamp | undefined;
  keys = 0;
  #records = 0;
  #lastLine: number;

  constructor(private readonly context: RestoreContext) {
    this.#lastLine = context.clock.now();
  }

  begin(stamp: Stamp | undefined): void {
    this.stamp = stamp;
  }

  async batch(batch: Buffer): Promise<void> {
    const { source, directory } = this.context;
    this.keys += ours(directory, () =>
      source.importBatch(batch, this.context.hasJournals ? this.stamp?.time : undefined),
    );
    this.#records += countRecords(batch);
    this.#report();
    await nextTurn();
  }

  #report(): void {
    const progress: RestoreProgress = { records: this.#records, total: this.stamp?.count ?? 0 };
    this.context.onProgress?.(progress);
    const now = this.context.clock.now();
    if (now - this.#lastLine < PROGRESS_EVERY) return;
    this.#lastLine = now;
    const { records, total } = progress;
    this.context.logger.info(
      { event: 'snapshot_restoring', records, total },
      `restoring: ${String(records)} of ${printCount(total, 'record')}`,
    );
  }
}

function countRecords(batch: Buffer): number {
  const reader = new RecordBatchReader(batch);
  let count = 0;
  while (reader.next()) count++;
  return count;
}

/** Intact data that the engine cannot take is no damage: it must not be set aside as such. */
function ours<T>(directory: DataDirectory, load: () => T): T {
  try {
    return load();
  } catch (cause) {
    if (cause instanceof IncompleteValueError) throw corrupt(directory, cause.message);
    const reason = messageOf(cause);
    throw new RespiteError('RESTORE_FAILED', {
      message: `The snapshot is intact but cannot be loaded: ${reason}. Nothing was changed on disk.`,
      cause,
    });
  }
}

function corrupt(directory: DataDirectory, reason: string): RespiteError {
  return new RespiteError('RESTORE_CORRUPT', {
    message: `The snapshot ${directory.dataFile} could not be restored: ${reason}.`,
  });
}
