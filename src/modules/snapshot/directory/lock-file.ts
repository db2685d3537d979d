import { constants } from 'node:fs';
import { type FileHandle, lstat } from 'node:fs/promises';
import type { ProcessIdentity } from '../../../container/process-identity';
import { codeOf } from '../system-error';
import { type FileIdentity, openOwnFile, readOwnFile, removeFile } from './own-file';

/** Where the other processes of this user reach the holder of a lock: paths of sockets. */
export interface HolderSockets {
  /** The engine, by RESP. */
  readonly redis: string;
  /** Requests to the library (`control/`). */
  readonly control: string;
}

/** What a lock file holds, as JSON. */
export interface LockHolder extends ProcessIdentity {
  /** Nothing where it has none; versions before wrote none. */
  readonly sockets?: HolderSockets;
  /** Tells two locks of one process apart. */
  readonly token: string;
}

/**
 * A lock file of ours. It stays open for as long as it is held: that shows that its thread lives (`held-open.ts`), and no
 * other file can have its number.
 */
export class LockFile {
  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
    private readonly identity: FileIdentity,
  ) {}

  /** @returns `undefined` when the file exists already. */
  static async create(path: string, holder: LockHolder): Promise<LockFile | undefined> {
    let file: FileHandle;
    try {
      file = await openOwnFile(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return undefined;
      throw error;
    }
    try {
      await file.writeFile(JSON.stringify(holder));
      const { dev: device, ino: inode } = await file.stat({ bigint: true });
      return new LockFile(path, file, { device, inode });
    } catch (error) {
      await removeFile(path);
      await file.close();
      throw error;
    }
  }

  /** Whether it is still the one at its path. @throws errors of the system that say nothing about that */
  async isThere(): Promise<boolean> {
    try {
      const { dev, ino } = await lstat(this.path, { bigint: true });
      return dev === this.identity.device && ino === this.identity.inode;
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return false;
      throw error;
    }
  }

  /** Shows that its holder lives. */
  async touch(): Promise<void> {
    const now = new Date();
    await this.file.utimes(now, now);
  }

  /** Removes it, when it is still there. */
  async remove(): Promise<void> {
    // Closed: another file may have its number by now.
    if (this.file.fd === -1) return;
    try {
      if (await this.isThere()) await removeFile(this.path);
    } finally {
      await this.file.close();
    }
  }
}

/**
 * Who holds a lock file.
 * @returns `undefined` when it is gone, or not (yet) whole
 * @throws RespiteError `SNAPSHOT_FILE_UNSAFE`; errors of the system
 */
export async function readHolder(path: string): Promise<LockHolder | undefined> {
  const text = (await readOwnFile(path))?.toString() ?? '';
  try {
    // Written by `LockFile.create`; one cut short does not parse.
    const holder = JSON.parse(text) as LockHolder | null;
    return typeof holder?.pid === 'number' ? holder : undefined;
  } catch {
    return undefined;
  }
}
