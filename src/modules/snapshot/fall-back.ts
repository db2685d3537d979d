import { printCount, RespiteError } from '../../errors';
import { beginReplacement, discardReplacement } from './directory/replacement';
import { copyDataFile, type Generation, generationsIn } from './directory/generations';
import { type Journals, readJournals, replayJournals } from './journal/replay-journals';
import { corruptSnapshot, Loading, ours } from './loading';
import type { RestoreContext, RestoreOutcome } from './restore-context';
import { readSnapshot } from './store/read-snapshot';
import type { Stamp } from './store/stamp';
import { messageOf } from './system-error';

/** What a restore is, but for its duration. */
type FallenBack = Omit<RestoreOutcome, 'duration'>;

/** A copy that was loaded, and what comes after it. */
interface LoadedGeneration {
  readonly generation: Generation;
  readonly stamp: Stamp;
  readonly keys: number;
  /** All journals since; `undefined` when one is missing or damaged, or there was none. */
  readonly journals: Journals | undefined;
}

/**
 * Restores the newest copy of the data file that is whole, and the journals that came after it.
 * @param damage why the data file was not restored
 * @returns `undefined` when there is no copy that is whole
 * @throws RespiteError `RESTORE_CORRUPT` with `on_corruption: fail`, when that would bring back less than there was
 */
export async function fallBack(context: RestoreContext, damage: RespiteError): Promise<FallenBack | undefined> {
  const { directory, source } = context;
  for (const generation of await generationsIn(directory.path)) {
    source.abortRestore();
    source.beginRestore();
    const loaded = await loadIfWhole(context, generation);
    if (loaded === undefined) continue;
    if (loaded.journals !== undefined || context.settings.onCorruption !== 'fail')
      return adopt(context, loaded, damage);
    await discardReplacement(directory.path);
    throw wouldLose(loaded, damage);
  }
  return undefined;
}

/** @returns `undefined` when the copy is damaged, too */
async function loadIfWhole(context: RestoreContext, generation: Generation): Promise<LoadedGeneration | undefined> {
  try {
    return await loadGeneration(context, generation);
  } catch (err) {
    await discardReplacement(context.directory.path);
    if (!RespiteError.is(err) || err.code !== 'RESTORE_CORRUPT') throw err;
    context.logger.warn({ event: 'generation_damaged', err }, err.message);
    return undefined;
  }
}

/** A copy is read under another name, which becomes that of the data file: LMDB makes files beside what it opens. */
async function loadGeneration(context: RestoreContext, generation: Generation): Promise<LoadedGeneration> {
  const { directory, source, signal } = context;
  const path = await copyForReading(directory.path, generation);
  const loading = new Loading({ ...context, path: generation.path });
  const { encryption } = directory;
  await readSnapshot(encryption === undefined ? { path } : { path, encryption }, loading, signal);
  const { stamp, keys } = loading;
  const isThat = stamp !== undefined && directory.owns(stamp) && stamp.sequence === generation.sequence;
  if (!isThat) throw corruptSnapshot(generation.path, 'it is not the snapshot that its name says');
  ours(generation.path, () => {
    source.showRestored(stamp.layout);
  });
  return { generation, stamp, keys, journals: await journalsSince(context, stamp) };
}

/** @throws RespiteError `RESTORE_FAILED`: a disk without room says nothing about the copy */
async function copyForReading(directory: string, generation: Generation): Promise<string> {
  try {
    const { path } = await beginReplacement(directory);
    copyDataFile(generation.path, path);
    return path;
  } catch (cause) {
    throw new RespiteError('RESTORE_FAILED', {
      message: `The data file is damaged, and ${generation.path} could not be copied to take its place: ${messageOf(cause)}. Nothing was changed on disk.`,
      cause,
    });
  }
}

async function journalsSince({ directory }: RestoreContext, stamp: Stamp): Promise<Journals | undefined> {
  const { journal: first = 1, journalExists: isNamed = false } = stamp;
  // No journal was kept when the last snapshot was written.
  if (!isNamed || directory.lastJournal === 0) return undefined;
  try {
    return await readJournals(directory, { first, isNamed, last: Math.max(first, directory.lastJournal) });
  } catch (error) {
    if (RespiteError.is(error) && error.code === 'RESTORE_CORRUPT') return undefined;
    throw error;
  }
}

function wouldLose({ generation, stamp }: LoadedGeneration, damage: RespiteError): RespiteError {
  return new RespiteError('RESTORE_CORRUPT', {
    message:
      `${damage.message} ${generation.path} is whole, as of ${new Date(stamp.time).toISOString()}, but what came after it is lost: ` +
      'set redis.standalone.persistence.on_corruption to quarantine to start with it.',
    cause: damage,
  });
}

/** Has the copy take the place of the data file; what was damaged is set aside, with all that is newer. */
async function adopt(context: RestoreContext, loaded: LoadedGeneration, damage: RespiteError): Promise<FallenBack> {
  const { directory, source, logger, clock } = context;
  const { generation, stamp, keys, journals } = loaded;
  const replayed = journals === undefined ? 0 : await replayJournals(source, journals);
  const quarantined = await directory.replaceDamaged(generation.sequence, journals !== undefined, clock.now());
  // With a gap: what follows does not go on from an older copy.
  const journal = journals?.next ?? (stamp.journal ?? 1) + 1;
  await context.beforeServing(journal);
  source.finishRestore(stamp.layout);
  await directory.settle(true);
  const asOf = new Date(stamp.time).toISOString();
  const rest =
    journals === undefined
      ? `WHAT CHANGED SINCE ${asOf} IS LOST`
      : `the journals since brought back ${printCount(replayed, 'command')}, so nothing is lost`;
  logger.error(
    { event: 'snapshot_fell_back', path: quarantined, generation: generation.name, err: damage },
    `The snapshot is damaged and was moved to ${quarantined}. ${generation.name}, of ${asOf}, takes its place; ${rest}. ${damage.message}`,
  );
  const outcome = { sequence: stamp.sequence, keys, snapshotTime: stamp.time, replayed, journal };
  return { ...outcome, quarantined, generation: generation.name };
}
