import { checkBody } from '../../engine/rdb/plain-value';
import { RdbFormatError } from '../../engine/rdb/rdb-primitives';
import { printCount, RespiteError } from '../../errors';
import { FileSource } from './files/file-source';
import type { FileFormat, InputFile } from './files/input-file';
import { ConflictError } from './conflict-error';
import { NameList, showKey, type NamedKey } from './key-names';
import type { Existing, NamedLibrary, RedisTarget } from './redis/redis-target';
import { type Selection, selects } from './selection';
import { readAhead } from './read-ahead';
import { at, type Side } from './sides';
import { Tally } from './tally';
import type { MovedItem, ProgressListener } from './transfer';

/** What an import did, or with `dryRun` would do. */
export interface ImportReport {
  readonly format: FileFormat;
  readonly dryRun: boolean;
  /** Keys in the file, those that had expired included. */
  readonly found: number;
  /** Keys written. */
  readonly written: number;
  /** Keys whose time was over. */
  readonly expired: number;
  /** Keys and libraries that were there already and stayed as they were. */
  readonly kept: number;
  /** Function libraries written. */
  readonly functions: number;
  /** Modules of Redis that keep something in the file beside the keys, by name: that is left out. */
  readonly modules: readonly string[];
}

/** How an import is done. */
export interface ImportSettings {
  /** What messages call the file. */
  readonly name: string;
  /** Where the target is, for messages. */
  readonly side: Side;
  readonly selection: Selection;
  readonly existing: Existing;
  readonly dryRun: boolean;
  /** Whether all that was written is given up when it fails, before anybody sees it. */
  readonly isGivenUp: boolean;
  /** Whether each value is taken apart before anything is written; else one that makes no sense is refused when it is its turn. */
  readonly looksAtValues: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ProgressListener | undefined;
}

/**
 * Looks through the whole file first, unless all can be given up, so that nothing is written of one that is damaged, holds what cannot
 * be taken in, or what is there already; then writes it.
 * @throws RespiteError `IMPORT_FILE_INVALID`, `IMPORT_NOT_SUPPORTED`, `IMPORT_CONFLICT`, `IMPORT_REFUSED`, `IMPORT_FILE_UNREADABLE`,
 * `MIGRATION_INTERRUPTED`, `MIGRATION_CONNECTION_LOST`
 */
export async function importInto(
  target: RedisTarget,
  file: InputFile,
  settings: ImportSettings,
): Promise<ImportReport> {
  const { side, dryRun, isGivenUp } = settings;
  if (isGivenUp && !dryRun && (await at(side, () => target.isEmpty()))) return writeAtOnce(target, file, settings);
  const checked = await check(target, file, settings);
  const common = { format: file.format, dryRun, found: checked.keys, modules: checked.modules };
  if (dryRun) {
    const kept = settings.existing === 'skip' ? checked.existing : { keys: 0, functions: 0 };
    const written = checked.keys - checked.expired - kept.keys;
    const functions = checked.functions - kept.functions;
    return { ...common, written, expired: checked.expired, kept: kept.keys + kept.functions, functions };
  }
  await write(target, new FileSource(file, settings.name, false), settings, checked.keys);
  const { written, expired, kept, functions } = target;
  return { ...common, written, expired, kept: kept.count, functions };
}

/** Nobody sees what was written when it fails: so nothing has to be looked for before. What is wrong then is looked for afterwards. */
async function writeAtOnce(target: RedisTarget, file: InputFile, settings: ImportSettings): Promise<ImportReport> {
  const source = new FileSource(file, settings.name);
  try {
    const { keys } = await write(target, source, settings);
    const { written, expired, kept, functions } = target;
    const { modules } = source;
    return { format: file.format, dryRun: false, found: keys, modules, written, expired, kept: kept.count, functions };
  } catch (error) {
    if (!RespiteError.is(error) || !WRITE_ERRORS.has(error.code)) throw error;
    await check(target, file, { ...settings, existing: 'replace', onProgress: undefined });
    throw error;
  }
}

/** What a target says when it is given a key: there may be more of the kind. */
const WRITE_ERRORS: ReadonlySet<string> = new Set(['IMPORT_NOT_SUPPORTED', 'IMPORT_REFUSED', 'IMPORT_CONFLICT']);

async function write(
  target: RedisTarget,
  source: FileSource,
  settings: ImportSettings,
  total?: number,
): Promise<Tally> {
  const { side, selection, signal, onProgress } = settings;
  const tally = new Tally('writing', onProgress, total);
  const isSelected = selects(selection);
  try {
    for await (const all of readAhead(source.batches(signal))) {
      const batch = all.filter(isSelected);
      await at(side, () => target.write(batch));
      tally.add(batch);
    }
  } finally {
    // The first error is the one that counts.
    await target.finish().catch(() => undefined);
  }
  return tally;
}

async function check(target: RedisTarget, file: InputFile, settings: ImportSettings) {
  const { name, side, signal, onProgress, selection, looksAtValues } = settings;
  const existing = new NameList<NamedKey | NamedLibrary>();
  const libraries = new NameList<NamedLibrary>();
  let expired = 0;
  const refused = new NameList<string>(20);
  const tally = new Tally('checking', onProgress);
  const source = new FileSource(file, name);
  for await (const all of source.batches(signal)) {
    const batch = all.filter(selects(selection));
    for (const item of batch) {
      if (item.kind === 'function') continue;
      const answer = item.kind === 'refused' ? item.what : target.unsupported(item.body);
      const what = answer instanceof Promise ? await at(side, () => answer) : answer;
      if (what !== undefined) refused.add(`${showKey(item.db, item.key)} is ${what}`);
      else if (looksAtValues) checkValue(item, name);
    }
    const living = batch.filter((item) => !target.isOver(item));
    expired += batch.length - living.length;
    if (settings.existing === 'refuse' || settings.dryRun)
      await at(side, () => target.findExisting(living, existing, libraries));
    tally.add(batch);
  }
  if (refused.count > 0) throw notSupported(name, refused);
  if (settings.existing === 'refuse' && existing.count > 0) throw new ConflictError(name, existing);
  const { keys, functions } = tally;
  const { modules } = source;
  return {
    keys,
    functions,
    expired,
    modules,
    existing: { keys: existing.count - libraries.count, functions: libraries.count },
  };
}

/** A file that is whole may have been written wrong. */
function checkValue(item: MovedItem, name: string): void {
  if (!('body' in item)) return;
  try {
    checkBody(item.body);
  } catch (cause) {
    if (!(cause instanceof RdbFormatError)) throw cause;
    throw new RespiteError('IMPORT_FILE_INVALID', {
      message: `${name} is damaged: the value of ${showKey(item.db, item.key)} makes no sense: ${cause.message}.`,
      cause,
    });
  }
}

function notSupported(name: string, { names, count }: NameList<string>): RespiteError {
  const rest = count > names.length ? `; and ${String(count - names.length)} more` : '';
  return new RespiteError('IMPORT_NOT_SUPPORTED', {
    message: `${name} has ${printCount(count, 'key')} that cannot be imported: ${names.join('; ')}${rest}. Leave them out with --match, or delete them where the file comes from. Nothing was written.`,
  });
}
