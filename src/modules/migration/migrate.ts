import { ConflictError } from './conflict-error';
import { type NamedKey, NameList } from './key-names';
import { paced } from './pace';
import { readAhead } from './read-ahead';
import type { KeySource, Page } from './redis/redis-source';
import type { Existing, NamedLibrary, RedisTarget } from './redis/redis-target';
import type { ResumeFile } from './resume-file';
import { allAt, at, type Side } from './sides';
import { Tally } from './tally';
import type { MovedItem, ProgressListener } from './transfer';

/** What a move did, or with `dryRun` would do. */
export interface CopyReport {
  readonly dryRun: boolean;
  /** Keys of the source that were read; of a move that went on, since then. */
  readonly found: number;
  /** Keys written, those included that were there already and the same. */
  readonly written: number;
  /** Keys whose time was over. */
  readonly expired: number;
  /** Keys and libraries that were there already and stayed as they were. */
  readonly kept: number;
  /** Function libraries written. */
  readonly functions: number;
}

/** How data is copied. */
export interface CopySettings {
  readonly from: Side;
  readonly to: Side;
  readonly existing: Existing;
  readonly dryRun: boolean;
  /** The database of the target that the keys go to; undefined: each to the one of its number. */
  readonly toDb: number | undefined;
  /** Keys a second, at most. */
  readonly rate: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ProgressListener | undefined;
  readonly resume: ResumeFile | undefined;
}

/**
 * Copies what a source has, key by key, each whole. What stands in the way is looked for before anything is written.
 * @throws RespiteError `IMPORT_CONFLICT`, `IMPORT_REFUSED`, `IMPORT_NOT_SUPPORTED`, `EXPORT_FAILED`, `MIGRATION_CONNECTION_LOST`,
 * `MIGRATION_INTERRUPTED`, `MIGRATION_STATE_UNUSABLE`
 */
export async function copy(source: KeySource, target: RedisTarget, settings: CopySettings): Promise<CopyReport> {
  const { from, to, dryRun, toDb, resume } = settings;
  const databases = await at(from, () => source.databases());
  for (const [db, keys] of databases) if (keys > 0) await at(to, () => target.choose(toDb ?? db));
  // Who goes on meets what he wrote.
  const checks = dryRun || (settings.existing === 'refuse' && resume?.goesOn !== true);
  const checked = checks ? await check(source, target, settings) : undefined;
  if (checked !== undefined && dryRun) {
    const { found, functions, keys, libraries } = checked;
    const kept = settings.existing === 'skip' ? { keys, libraries } : { keys: 0, libraries: 0 };
    const written = found - kept.keys;
    return {
      dryRun,
      found,
      written,
      expired: 0,
      kept: kept.keys + kept.libraries,
      functions: functions - kept.libraries,
    };
  }
  const found = await write(
    source,
    target,
    settings,
    databases.reduce((sum, [, keys]) => sum + keys, 0),
  );
  const { written, expired, kept, functions } = target;
  return { dryRun, found, written, expired, kept: kept.count, functions };
}

/** What is looked for before anything is written. */
export type CheckSettings = Pick<
  CopySettings,
  'from' | 'to' | 'dryRun' | 'toDb' | 'existing' | 'signal' | 'onProgress'
>;

/** Looks for what stands in the way. @throws ConflictError unless it is to be replaced */
export async function check(source: KeySource, target: RedisTarget, settings: CheckSettings) {
  const { from, to, dryRun, toDb, existing, signal, onProgress } = settings;
  const there = new NameList<NamedKey | NamedLibrary>();
  const libraries = new NameList<NamedLibrary>();
  const sources = await at(from, () => source.libraries());
  const functions = sources.map((text): MovedItem => ({ kind: 'function', source: text }));
  await at(to, () => target.findExisting(functions, there, libraries));
  let found = 0;
  // Of an empty target there is nothing to ask.
  if (dryRun || !(await at(to, () => target.isEmpty()))) {
    for await (const { db, names } of allAt(from, source.names(signal))) {
      await at(to, () => target.findNames(toDb ?? db, names, there));
      found += names.length;
      onProgress?.({ phase: 'checking', keys: found, bytes: 0 });
    }
  }
  if (existing === 'refuse' && there.count > 0) throw new ConflictError(from.name, there);
  return { found, functions: functions.length, keys: there.count - libraries.count, libraries: libraries.count };
}

async function write(source: KeySource, target: RedisTarget, settings: CopySettings, total: number): Promise<number> {
  const { from, to, toDb, rate, signal, onProgress, resume } = settings;
  const tally = new Tally('writing', onProgress, total);
  // Positions are for those who go on.
  const read = resume === undefined ? withoutPositions(source.batches(signal)) : source.pages(signal, resume.position);
  const pages = allAt(from, read);
  resume?.save();
  try {
    for await (const { items, next } of readAhead<Page>(rate === undefined ? pages : paced(pages, rate, signal))) {
      const moved = toDb === undefined ? items : items.map((item) => inDatabase(item, toDb));
      await at(to, () => target.write(moved));
      if (moved.length > 0) tally.add(moved);
      resume?.reached(next);
    }
  } finally {
    // A connection that is lost cannot be asked to tidy up; the first error is the one that counts.
    await target.finish().catch(() => undefined);
    resume?.save();
  }
  return tally.keys;
}

async function* withoutPositions(batches: AsyncIterable<readonly MovedItem[]>): AsyncGenerator<Page, void, undefined> {
  for await (const items of batches) yield { items };
}

function inDatabase(item: MovedItem, db: number): MovedItem {
  return item.kind === 'function' ? item : { ...item, db };
}
