import { constants } from 'node:fs';
import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RespiteError } from '../../../errors';
import { syncDirectory } from '../directory/own-file';
import { codeOf, messageOf } from '../system-error';
import type { BackupSink } from './write-backup';

/**
 * Writes a new file, which has its name when it is on the disk as a whole.
 * @throws RespiteError `BACKUP_FILE_EXISTS`, `BACKUP_FILE_UNUSABLE`; whatever `write` throws
 */
export async function writeBackupFile<T>(path: string, write: (sink: BackupSink) => Promise<T>): Promise<T> {
  if (await isThere(path)) {
    throw new RespiteError('BACKUP_FILE_EXISTS', { message: `${path} exists and is not replaced. Name another file.` });
  }
  const unfinished = `${path}.unfinished`;
  const file = await disk(path, () =>
    open(unfinished, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o600),
  );
  try {
    const result = await write((piece) => disk(path, () => writeAll(file, piece)));
    await disk(path, () => file.sync());
    await file.close();
    await disk(path, () => rename(unfinished, path));
    await syncDirectory(dirname(path));
    return result;
  } catch (error) {
    await file.close().catch(() => undefined);
    await unlink(unfinished).catch(() => undefined);
    throw error;
  }
}

async function writeAll(file: FileHandle, piece: Buffer): Promise<void> {
  for (let done = 0; done < piece.length;) done += (await file.write(piece, done)).bytesWritten;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw unusable(path, error);
  }
}

async function disk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw unusable(path, error);
  }
}

function unusable(path: string, cause: unknown): RespiteError {
  return new RespiteError('BACKUP_FILE_UNUSABLE', {
    message: `The backup ${path} cannot be written: ${messageOf(cause)}. Check the directory, its owner and its free space; what was written of it is removed.`,
    cause,
  });
}
