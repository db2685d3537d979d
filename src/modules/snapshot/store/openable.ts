import { closeSync, constants, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { PROBE_BYTES } from '../directory/own-file';
import { DataFile } from './data-file';

/** More than LMDB opens at once. */
const DESCRIPTORS = 6;

/**
 * That LMDB can open a data file and its lock file for writing: lmdb does not survive when it cannot, for lack of space,
 * of descriptors or of permission, or because the file is none of LMDB's.
 * @throws DamagedFileError; errors of the system
 */
export function assertOpenable(path: string): void {
  const opened: number[] = [];
  try {
    const file = openAgain(path, opened);
    for (let i = 1; i < DESCRIPTORS; i++) openAgain(`${path}-lock`, opened);
    if (fstatSync(file).size === 0) assertRoom(file);
    else assertDataFile(path);
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}

/** That a file begins as LMDB's do. @throws DamagedFileError; errors of the system */
function assertDataFile(path: string): void {
  using file = new DataFile(path);
  file.meta();
}

function openAgain(path: string, opened: number[]): number {
  // Not through a link; undefined on Windows, which adds nothing.
  const descriptor = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW);
  opened.push(descriptor);
  return descriptor;
}

function assertRoom(file: number): void {
  const bytes = Buffer.alloc(PROBE_BYTES);
  try {
    // What fits is written; the system says why not all of it when nothing does any more.
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at, bytes.length - at, at);
  } finally {
    ftruncateSync(file, 0);
  }
}
