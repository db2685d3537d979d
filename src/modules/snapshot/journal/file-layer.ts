import { closeSync, fdatasyncSync, fsyncSync, ftruncateSync, openSync, renameSync, writeSync } from 'node:fs';

/** What a journal does to the disk; tests put something between. All throw errors of the system. */
export interface FileLayer {
  /** Creates a file that must not be there yet, for us alone. */
  create(path: string): number;
  /** @returns how many bytes were written, which may be fewer than given */
  write(fd: number, bytes: Uint8Array, at: number): number;
  /** The file's content, and its length, are on the disk. */
  sync(fd: number): void;
  truncate(fd: number, length: number): void;
  close(fd: number): void;
  rename(from: string, to: string): void;
  /** The names in a directory are on the disk. */
  syncDirectory(path: string): void;
}

const OWN_FILE = 0o600;

/** The system's own files. */
export const systemFiles: FileLayer = {
  create: (path) => openSync(path, 'wx', OWN_FILE),
  write: (fd, bytes, at) => writeSync(fd, bytes, 0, bytes.length, at),
  sync: (fd) => {
    fdatasyncSync(fd);
  },
  truncate: (fd, length) => {
    ftruncateSync(fd, length);
  },
  close: (fd) => {
    closeSync(fd);
  },
  rename: (from, to) => {
    renameSync(from, to);
  },
  syncDirectory: (path) => {
    if (process.platform === 'win32') return; // it has no such thing
    const fd = openSync(path, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  },
};
