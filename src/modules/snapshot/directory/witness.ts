import { open, readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

const BYTES = 12;

/**
 * The sequence of the last snapshot, kept outside the data file: LMDB falls back to the snapshot before when the newer
 * of its meta pages is damaged, and takes an empty file for a new one. Written after the commit, so it may lag behind
 * the data file but never be ahead of it.
 * @returns 0 when there is none, or none that can be read.
 */
export async function readWitness(path: string): Promise<number> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  if (bytes.length !== BYTES || bytes.readUInt32LE(8) !== crc32(bytes.subarray(0, 8))) return 0;
  return bytes.readDoubleLE(0);
}

/** Overwritten in place: it needs no new disk block, and half of it is noticed by its checksum. */
export async function writeWitness(path: string, sequence: number): Promise<void> {
  const bytes = Buffer.alloc(BYTES);
  bytes.writeDoubleLE(sequence, 0);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 8)), 8);
  const file = await openForUpdate(path);
  try {
    await file.write(bytes, 0, BYTES, 0);
  } finally {
    await file.close();
  }
}

async function openForUpdate(path: string): ReturnType<typeof open> {
  try {
    return await open(path, 'r+');
  } catch {
    return open(path, 'w', 0o600);
  }
}
