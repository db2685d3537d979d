import { constants, lstatSync } from 'node:fs';
import { type FileHandle, lstat, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RespiteError } from '../../../errors';
import { codeOf, messageOf } from '../system-error';

/** No links; and no waiting, as opening a named pipe does for its other end. On Windows both are undefined, which adds nothing. */
const CAREFULLY = constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Tells one file from all others of the machine, whatever its name. */
export interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
}

/**
 * Opens a file of the data directory, never one that a link there leads to.
 * @param flags of open(2)
 * @throws RespiteError `SNAPSHOT_FILE_UNSAFE`; errors of the system
 */
export async function openOwnFile(path: string, flags: number): Promise<FileHandle> {
  let file: FileHandle;
  try {
    file = await open(path, flags | CAREFULLY, 0o600);
  } catch (error) {
    if (codeOf(error) === 'ELOOP' || codeOf(error) === 'EMLINK') throw unsafe(path);
    throw error;
  }
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw unsafe(path);
}

/** @returns its content, `undefined` when there is no file. @throws as `openOwnFile` */
export async function readOwnFile(path: string): Promise<Buffer | undefined> {
  let file: FileHandle;
  try {
    file = await openOwnFile(path, constants.O_RDONLY);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** Zeros that are written to see whether there is room; more than LMDB writes into a new file at first, with the largest pages. */
export const PROBE_BYTES = 2 * 65_536;

/** Empties a short file that holds nothing but zeros. @returns whether it is empty now. @throws as `openOwnFile` */
export async function emptyIfZero(path: string): Promise<boolean> {
  const file = await openOwnFile(path, constants.O_RDWR);
  try {
    if ((await file.stat()).size > PROBE_BYTES) return false;
    if ((await file.readFile()).some((byte) => byte !== 0)) return false;
    await file.truncate(0);
    return true;
  } finally {
    await file.close();
  }
}

/** Replaces a file: a crash leaves the old one or the whole new one. @throws as `openOwnFile` */
export async function replaceOwnFile(path: string, content: string): Promise<void> {
  const unfinished = `${path}.new`;
  // What a crash left, or somebody put there: the name goes, whatever it leads to stays as it is.
  await removeFile(unfinished);
  const file = await openOwnFile(unfinished, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
  await syncDirectory(dirname(path));
}

/** Makes renames and new names in a directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  // Windows neither can nor needs to sync a directory.
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** @returns whether there is such a file. @throws RespiteError `SNAPSHOT_FILE_UNSAFE` when it is a link or no file. */
export async function isOwnFile(path: string): Promise<boolean> {
  return (await ownFileSize(path)) !== undefined;
}

/** @returns bytes, `undefined` when there is no such file. @throws RespiteError `SNAPSHOT_FILE_UNSAFE` */
export async function ownFileSize(path: string): Promise<number | undefined> {
  try {
    const stats = await lstat(path);
    if (!stats.isFile()) throw unsafe(path);
    return stats.size;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Which file is at a path now. Synchronous, for who is about to hand the path to LMDB.
 * @throws RespiteError `SNAPSHOT_FILE_UNSAFE`; errors of the system, such as `ENOENT`
 */
export function identityOf(path: string): FileIdentity {
  const stats = lstatSync(path, { bigint: true });
  if (!stats.isFile()) throw unsafe(path);
  return { device: stats.dev, inode: stats.ino };
}

/** As `identityOf`; `undefined` when there is no file. */
export function identityIfThere(path: string): FileIdentity | undefined {
  try {
    return identityOf(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Whoever replaced the file wants what is in the new one, and what is written to the old one is lost.
 * @throws RespiteError `SNAPSHOT_WRITE_FAILED` when another file, or none, is at the path now
 */
export function assertSameFile(path: string, expected: FileIdentity): void {
  let reason = 'it was replaced';
  try {
    const { device, inode } = identityOf(path);
    if (device === expected.device && inode === expected.inode) return;
  } catch (error) {
    reason = codeOf(error) === 'ENOENT' ? 'it is gone' : messageOf(error);
  }
  throw new RespiteError('SNAPSHOT_WRITE_FAILED', {
    message:
      `${path} is no longer the file this process restored: ${reason}. Nothing is written to another one; ` +
      'restart this process to use what is there now.',
  });
}

/** Removes a name; it is no error when it is gone. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

function unsafe(path: string): RespiteError {
  return new RespiteError('SNAPSHOT_FILE_UNSAFE', {
    message:
      `${path} is a link or no regular file: what is written there would go somewhere else, so nothing was changed. ` +
      'Remove it; to keep the data elsewhere, name that directory in redis.standalone.persistence.data_dir.',
  });
}
