import type { Readable, Writable } from 'node:stream';
import {
  allAt,
  at,
  type ExportReport,
  exportTo,
  type FileFormat,
  type InputFile,
  importInto,
  type ImportReport,
  openInput,
  openOutputFile,
  type ProgressListener,
  RedisTarget,
  type Selection,
  sourceOf,
  toStream,
} from '../modules/migration';
import { openPlace } from './open-place';
import type { OpenPlace, Place } from './place';

/** What exports and imports have in common; everything is optional. */
export interface MoveOptions extends Selection {
  /** Ends the transfer: it fails with `MIGRATION_INTERRUPTED`. */
  readonly signal?: AbortSignal | undefined;
  /** Told after every batch how far it is. */
  readonly onProgress?: ProgressListener | undefined;
}

/** How data is exported. */
export interface ExportOptions extends MoveOptions {
  readonly from: Place;
  /** Path of a file, or a stream, which is not ended. */
  readonly to: string | Writable;
  /** `ndjson`: a key a line, as docs/reference/ndjson-format.md says; `rdb`: a file that Redis 7.0 loads, or 7.4 where hash fields have deadlines. Default `ndjson`. */
  readonly format?: FileFormat | undefined;
  /** Whether a file that is there is replaced; default false. */
  readonly force?: boolean | undefined;
}

/** How data is imported. */
export interface ImportOptions extends MoveOptions {
  /** Path of a file, RDB or NDJSON, gzip or not; or a stream of one. */
  readonly from: string | Readable;
  readonly to: Place;
  /** What becomes of keys that are there already; default `refuse`: nothing is written, they are listed. */
  readonly existing?: 'refuse' | 'replace' | 'skip' | undefined;
  /** Looks through the file and at what is there, and writes nothing; default false. */
  readonly dryRun?: boolean | undefined;
}

/**
 * Exports the data of a place to a file. The file is there when it is whole, and only this user may read it.
 *
 * While others write, keys that stay are all in it, each as it was at some moment of the export.
 * @throws RespiteError `EXPORT_FILE_EXISTS`, `EXPORT_WRITE_FAILED`, `EXPORT_FAILED`, `MIGRATION_INTERRUPTED`,
 * `MIGRATION_CONNECTION_LOST`, and those of opening a data directory (`SNAPSHOT_...`, `RESTORE_...`)
 */
export async function exportData(options: ExportOptions): Promise<ExportReport> {
  const place = await openPlace(options.from, 'existing');
  return closing(place, () => exportFrom(place, options));
}

/**
 * Imports a file into a place. The file is looked through before anything is written: of one that is damaged, holds what cannot
 * be taken in, or (unless `existing` says otherwise) what is there already, nothing is written. A data directory that nobody uses
 * gets all of it at once, in a snapshot.
 * @throws RespiteError `IMPORT_FILE_UNREADABLE`, `IMPORT_FILE_INVALID`, `IMPORT_NOT_SUPPORTED`, `IMPORT_CONFLICT`, `IMPORT_REFUSED`,
 * `MIGRATION_INTERRUPTED`, `MIGRATION_CONNECTION_LOST`, and those of opening a data directory (`SNAPSHOT_...`, `RESTORE_...`)
 */
export async function importData(options: ImportOptions): Promise<ImportReport> {
  const { from, to } = options;
  // First: a file that is none leaves no new directory behind.
  const file = await openInput(from);
  try {
    const place = await openPlace(to, options.dryRun === true ? 'existing' : 'any');
    return await closing(place, () => importTo(place, file, { ...options, name: nameOf(from) }));
  } finally {
    await file.close();
  }
}

/** Exports what an open place has. */
export async function exportFrom(place: OpenPlace, options: Omit<ExportOptions, 'from'>): Promise<ExportReport> {
  const { to, format = 'ndjson', force = false, signal, onProgress, match, db } = options;
  const output = typeof to === 'string' ? await openOutputFile(to, force) : toStream(to);
  const source = sourceOf(place.client, { selection: { match, db }, changes: place.shared });
  const side = { name: place.name, refusal: 'EXPORT_FAILED', left: 'Nothing was written.' } as const;
  const asked = at(side, async () => [await source.databases(), await source.hasTimedFields()] as const);
  const [databases, timedFields] = await asked.catch(async (error: unknown) => {
    await output.abandon();
    throw error;
  });
  const total = databases.reduce((sum, [, keys]) => sum + keys, 0);
  const told = { batches: (aborting: AbortSignal | undefined) => allAt(side, source.batches(aborting)) };
  return exportTo(told, output, { format, signal, onProgress, time: place.now(), timedFields, total });
}

/** How an open file is imported into an open place. */
export interface ImportFileOptions extends Omit<ImportOptions, 'from' | 'to'> {
  /** What messages call the file. */
  readonly name: string;
}

/** What messages call a file, or a stream. */
export function nameOf(from: string | Readable): string {
  return typeof from === 'string' ? from : 'the input';
}

/** Imports an open file into an open place. */
export async function importTo(place: OpenPlace, file: InputFile, options: ImportFileOptions): Promise<ImportReport> {
  const { name, existing = 'refuse', dryRun = false, signal, onProgress, match, db } = options;
  const target = new RedisTarget(place.client, existing, () => place.now());
  const report = await importInto(target, file, {
    name,
    side: { name: place.name, refusal: 'IMPORT_REFUSED' },
    selection: { match, db },
    existing,
    dryRun,
    isGivenUp: !place.shared,
    // Where others read, a value is looked at before any other is written; else all is given up.
    looksAtValues: dryRun || place.shared,
    signal,
    onProgress,
  });
  if (!dryRun) await place.commit();
  return report;
}

async function closing<T>(place: OpenPlace, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await place.close();
  }
}
