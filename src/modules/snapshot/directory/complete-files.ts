import { constants } from 'node:fs';
import { join } from 'node:path';
import { newMarker, writeMarker } from './marker';
import { openOwnFile } from './own-file';
import { DATA, LMDB_LOCK, MARKER, type Recognised } from './recognise';

/** More than LMDB's lock file takes with its 126 readers. */
const LMDB_LOCK_BYTES = 16_384;

/** The files of a new directory. @param key what its data is to be encrypted with; `undefined` = it is not */
export async function createFiles(path: string, key: Uint8Array | undefined): Promise<Recognised> {
  await createDataFile(join(path, DATA));
  return { marker: await writeMarker(join(path, MARKER), newMarker(key)) };
}

/** LMDB would create its files readable for all; existing empty ones it takes as they are. */
export async function createDataFile(path: string): Promise<void> {
  await touch(path);
  await fillLmdbLock(`${path}-lock`);
}

/** Makes the files that may be missing without any loss. */
export async function completeFiles(path: string, marker: Recognised['marker']): Promise<void> {
  if (marker.written === false) await touch(join(path, DATA));
  await fillLmdbLock(join(path, LMDB_LOCK));
}

/**
 * LMDB maps its lock file into memory: on a full disk, a block of it that is not there yet would end the process with
 * SIGBUS. Nobody has it open while we hold the directory.
 */
async function fillLmdbLock(path: string): Promise<void> {
  const file = await openOwnFile(path, constants.O_CREAT | constants.O_RDWR);
  try {
    await file.write(Buffer.alloc(LMDB_LOCK_BYTES), 0, LMDB_LOCK_BYTES, 0);
  } finally {
    await file.close();
  }
}

async function touch(path: string): Promise<void> {
  await (await openOwnFile(path, constants.O_CREAT | constants.O_WRONLY)).close();
}
