import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { openOwnFile, readOwnFile, syncDirectory } from './own-file';
import { codeOf } from '../system-error';

const BYTES = 12;

/**
 * The sequence of the last snapshot, kept outside the data file: LMDB falls back to the snapshot before when the newer
 * of its meta pages is damaged, and takes an empty file for a new one. Written after the commit, so it may lag behind
 * the data file but never be ahead of it.
 * @returns 0 when there is none, or none that is whole. @throws errors of the system
 */
export async function readWitness(path: string): Promise<number> {
  const bytes = await readOwnFile(path);
  if (bytes?.length !== BYTES || bytes.readUInt32LE(8) !== crc32(bytes.subarray(0, 8))) return 0;
  return bytes.readDoubleLE(0);
}

/** Overwritten in place: it needs no new disk block, and half of it is noticed by its checksum. On the disk when it returns. */
export async function writeWitness(path: string, sequence: number): Promise<void> {
  const bytes = Buffer.alloc(BYTES);
  bytes.writeDoubleLE(sequence, 0);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 8)), 8);
  const { file, isNew } = await openForUpdate(path);
  try {
    await file.write(bytes, 0, BYTES, 0);
    await file.datasync();
  } finally {
    await file.close();
  }
  if (isNew) await syncDirectory(dirname(path));
}

async function openForUpdate(path: string): Promise<{ readonly file: FileHandle; readonly isNew: boolean }> {
  try {
    return { file: await openOwnFile(path, constants.O_RDWR), isNew: false };
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return { file: await openOwnFile(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL), isNew: true };
  }
}
