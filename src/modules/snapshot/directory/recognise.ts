import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RespiteError } from '../../../errors';
import { stampOf } from '../store/check-snapshot';
import { GENERATION_FILE, UNFINISHED_COPY } from './generations';
import { JOURNAL_FILE } from '../journal/journal-file';
import { LOCK_FILE } from './lock-holders';
import { type Marker, readMarker } from './marker';
import { isOwnFile, ownFileSize } from './own-file';

/**
 * The names of our files in a data directory.
 *
 * | file             | purpose                                             |
 * |------------------|-----------------------------------------------------|
 * | `respite.json`   | says the directory is ours (`marker.ts`)            |
 * | `data.mdb`       | the LMDB file; `data.mdb-lock` is LMDB's own        |
 * | `last-snapshot`  | sequence of the last snapshot (`witness.ts`)        |
 * | `journal-N`      | what changed since a snapshot (`../journal`); with  |
 * |                  | `.new`, one that counts with the next snapshot      |
 * | `generation-N`   | a copy of an older data file (`generations.ts`)     |
 * | `data.mdb.new`   | one that is to take its place (`replacement.ts`)    |
 * | `lock.N`         | who uses the directory (`directory-lock.ts`)        |
 */
export const MARKER = 'respite.json';
export const DATA = 'data.mdb';
export const LMDB_LOCK = 'data.mdb-lock';
export const WITNESS = 'last-snapshot';
export const REPLACEMENT = 'data.mdb.new';

const isOurs = (name: string): boolean => OURS.has(name) || JOURNAL_FILE.test(name) || GENERATION_FILE.test(name);

const OURS: ReadonlySet<string> = new Set([
  MARKER,
  `${MARKER}.new`,
  DATA,
  LMDB_LOCK,
  WITNESS,
  REPLACEMENT,
  `${REPLACEMENT}-lock`,
  `${REPLACEMENT}${UNFINISHED_COPY}`,
]);

/**
 * What may lie in a directory without a marker that we may still use: what a start that was killed leaves behind, what
 * was set aside within it, and what systems put into every directory.
 */
const HARMLESS = [LOCK_FILE, /^\./, /^lost\+found$/, /^respite\.json\.new$/, /^(corrupt|kept)-/];

/** What a directory of ours says of itself. */
export interface Recognised {
  readonly marker: Marker;
  /** What is wrong with the marker's file, when the data file said it instead. */
  readonly markerTrouble?: 'missing' | 'damaged';
}

/**
 * Whether a directory is ours. Where its marker is damaged or gone, the data file may prove it by its stamp; nothing is
 * changed in either case.
 * @returns `undefined` for one that may become ours.
 * @throws RespiteError `SNAPSHOT_DIR_FOREIGN`, `SNAPSHOT_FORMAT_UNSUPPORTED`, `SNAPSHOT_FILE_UNSAFE`
 */
export async function recognise(path: string): Promise<Recognised | undefined> {
  const names = await readdir(path);
  for (const name of names) if (isOurs(name) || LOCK_FILE.test(name)) await isOwnFile(join(path, name));
  const marker = await readMarker(join(path, MARKER));
  if (typeof marker === 'object') return { marker };
  const foreign = await firstForeign(path, names);
  if (marker === 'missing' && foreign === undefined) return undefined;
  const isOursAlone = marker === 'damaged' || (foreign !== undefined && isOurs(foreign));
  const stamped = isOursAlone ? markerOfStamp(join(path, DATA)) : undefined;
  if (stamped !== undefined) return { marker: stamped, markerTrouble: marker };
  throw foreign === undefined || marker === 'damaged' ? damagedMarker(path) : holdsSomethingElse(path, foreign);
}

/** What does not belong into an empty directory; the names of others before our own. */
async function firstForeign(path: string, names: readonly string[]): Promise<string | undefined> {
  const foreign: string[] = [];
  for (const name of names) {
    if (HARMLESS.some((pattern) => pattern.test(name))) continue;
    const unfinished = name === DATA || name === LMDB_LOCK;
    if (unfinished && (await ownFileSize(join(path, name))) === 0) continue;
    foreign.push(name);
  }
  return foreign.find((name) => !isOurs(name)) ?? foreign[0];
}

/** What the marker must have said, by the stamp in the data file. */
function markerOfStamp(dataFile: string): Marker | undefined {
  const stamp = stampOf(dataFile);
  if (stamp === undefined) return undefined;
  // Format 1 has no number of keys in its stamp.
  const format = stamp.keys === undefined ? 1 : 2;
  const { datasetId, encryption = 'none', keyCheck } = stamp;
  return { format, datasetId, encryption, ...(keyCheck !== undefined && { keyCheck }), written: true, sealed: true };
}

function damagedMarker(path: string): RespiteError {
  return new RespiteError('SNAPSHOT_DIR_FOREIGN', {
    message:
      `${join(path, MARKER)} is damaged or not ours, and ${DATA} beside it does not say whose it is, so the directory is ` +
      'left alone. Set redis.standalone.persistence.data_dir to another directory, or move this one away.',
  });
}

function holdsSomethingElse(path: string, name: string): RespiteError {
  return new RespiteError('SNAPSHOT_DIR_FOREIGN', {
    message:
      `The directory ${path} holds "${name}" and no snapshot of ours, so it is left alone. Set ` +
      'redis.standalone.persistence.data_dir to an empty or a new directory.',
  });
}
