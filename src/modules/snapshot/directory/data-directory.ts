import type { Stats } from 'node:fs';
import { chmod, mkdir, open, readdir, rename, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { RespiteError } from '../../../errors';
import { DirectoryLock, LOCK_FILE, type LockOptions } from './directory-lock';
import { FORMAT_VERSION } from '../store/record-format';
import { type Marker, readMarker, syncDirectory, writeMarker } from './marker';
import { refuseNetworkFilesystem } from './network-filesystem';
import { readWitness, writeWitness } from './witness';
import { codeOf, messageOf } from '../system-error';

const MARKER = 'respite.json';
const DATA = 'data.mdb';
const LMDB_LOCK = 'data.mdb-lock';
const WITNESS = 'last-snapshot';

/**
 * What may lie in a directory without a marker that we may still use: what a start that was killed leaves behind, what
 * was set aside within it, and what systems put into every directory.
 */
const HARMLESS = [LOCK_FILE, /^\./, /^lost\+found$/, /^respite\.json\.new$/, /^(corrupt|kept)-/];

export interface DataDirectoryOptions extends LockOptions {
  /** Told about what is odd and not fatal. */
  readonly onWarning?: (message: string) => void;
}

/**
 * The directory that holds one data file, locked for this process.
 *
 * | file             | purpose                                             |
 * |------------------|-----------------------------------------------------|
 * | `respite.json`   | says the directory is ours (`marker.ts`)            |
 * | `data.mdb`       | the LMDB file; `data.mdb-lock` is LMDB's own        |
 * | `last-snapshot`  | sequence of the last snapshot (`witness.ts`)        |
 * | `lock.N`         | who uses the directory (`directory-lock.ts`)        |
 */
export class DataDirectory {
  readonly path: string;
  readonly dataFile: string;
  readonly #lock: DirectoryLock;
  #marker: Marker;

  private constructor(path: string, lock: DirectoryLock, marker: Marker) {
    this.path = path;
    this.dataFile = join(path, DATA);
    this.#lock = lock;
    this.#marker = marker;
  }

  /**
   * Creates the directory (0700) if needed, refuses one that is not ours, and locks it.
   * @throws RespiteError `SNAPSHOT_DIR_FOREIGN`, `SNAPSHOT_DIR_UNUSABLE`, `SNAPSHOT_FORMAT_UNSUPPORTED`,
   * `SNAPSHOT_LOCKED`, `SNAPSHOT_NETWORK_FILESYSTEM`
   */
  static async open(directory: string, options: DataDirectoryOptions = {}): Promise<DataDirectory> {
    const path = resolve(directory);
    try {
      await makeDirectory(path);
      // Looked at before anything is changed in it: a mistyped path may name any directory of the machine.
      await refuseForeign(path);
      await refuseNetworkFilesystem(path);
      await makePrivate(path, options);
      const lock = await DirectoryLock.acquire(path, options);
      try {
        const marker = (await refuseForeign(path)) ?? (await createFiles(path));
        return new DataDirectory(path, lock, marker);
      } catch (error) {
        await lock.release();
        throw error;
      }
    } catch (error) {
      if (RespiteError.is(error)) throw error;
      throw unusable(path, error);
    }
  }

  get datasetId(): string {
    return this.#marker.datasetId;
  }

  /** Whether there is, or was, a snapshot to restore. */
  async hasSnapshot(): Promise<boolean> {
    return ((await statOf(this.dataFile))?.size ?? 0) > 0 || (await this.lastSequence()) > 0;
  }

  /** Sequence of the last snapshot known to be written; the data file's may be higher, never lower. 0 = none. */
  lastSequence(): Promise<number> {
    return readWitness(join(this.path, WITNESS));
  }

  noteSequence(sequence: number): Promise<void> {
    return writeWitness(join(this.path, WITNESS), sequence);
  }

  /** @throws RespiteError `SNAPSHOT_LOCK_LOST` */
  assertLocked(): Promise<void> {
    return this.#lock.assertHeld();
  }

  /** Gives a directory of an older format the format of this version, before anything is written that needs it. */
  async upgrade(): Promise<void> {
    const { format, datasetId } = this.#marker;
    if (format !== FORMAT_VERSION) this.#marker = await writeMarker(join(this.path, MARKER), datasetId);
  }

  /**
   * Moves the snapshot's files to `<data_dir>.<reason>-<time>` and leaves an empty directory of a new identity. The
   * lock stays where it is, so that nobody slips in between. Where that neighbour cannot be had (the directory is a
   * mount point, its parent is read-only) they go to `<data_dir>/<reason>-<time>`.
   * @returns where they are now.
   */
  async setAside(reason: 'corrupt' | 'kept', time: number): Promise<string> {
    const name = `${reason}-${new Date(time).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
    try {
      const target = (await this.#moveTo(`${this.path}.${name}`)) ?? (await this.#moveTo(join(this.path, name)));
      if (target === undefined) throw new Error('the directory cannot be written');
      this.#marker = await createFiles(this.path);
      return target;
    } catch (error) {
      throw unusable(this.path, error);
    }
  }

  close(): Promise<void> {
    return this.#lock.release();
  }

  /** @returns the new path, or `undefined` when nothing was moved because it cannot be. */
  async #moveTo(wanted: string): Promise<string | undefined> {
    const target = await makeNew(wanted);
    if (target === undefined) return undefined;
    // The marker goes last: whatever stops us, what is left is still known to be ours.
    for (const name of [DATA, LMDB_LOCK, WITNESS, MARKER]) {
      try {
        await rename(join(this.path, name), join(target, name));
      } catch (error) {
        if (codeOf(error) === 'ENOENT') continue;
        if (name !== DATA || codeOf(error) !== 'EXDEV') throw error;
        await rmdir(target);
        return undefined;
      }
    }
    await syncDirectory(target);
    await syncDirectory(this.path);
    return target;
  }
}

/** Not `mkdir`'s own `recursive`, which never returns where nothing can be created, as below /proc. */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makeDirectory(dirname(path));
    await mkdir(path, { mode: 0o700 });
  }
}

/** @returns the marker of a directory of ours, `undefined` for one that may become ours. */
async function refuseForeign(path: string): Promise<Marker | undefined> {
  const marker = await readMarker(join(path, MARKER));
  if (marker !== undefined) return marker;
  for (const name of await readdir(path)) {
    if (HARMLESS.some((pattern) => pattern.test(name))) continue;
    const unfinished = name === DATA || name === LMDB_LOCK;
    if (unfinished && (await statOf(join(path, name)))?.size === 0) continue;
    throw new RespiteError('SNAPSHOT_DIR_FOREIGN', {
      message:
        `The directory ${path} holds "${name}" and no snapshot of ours, so it is left alone. Set ` +
        'redis.standalone.persistence.data_dir to an empty or a new directory.',
    });
  }
  return undefined;
}

/** LMDB would create its files readable for all; existing empty ones it takes as they are. */
async function createFiles(path: string): Promise<Marker> {
  for (const name of [DATA, LMDB_LOCK]) await (await open(join(path, name), 'a', 0o600)).close();
  return writeMarker(join(path, MARKER));
}

async function makePrivate(path: string, { onWarning }: DataDirectoryOptions): Promise<void> {
  if (process.platform === 'win32' || ((await stat(path)).mode & 0o077) === 0) return;
  try {
    await chmod(path, 0o700);
  } catch {
    // A mounted volume may belong to somebody else; the files in it are still ours alone.
    onWarning?.(`the data directory ${path} is open to other users and its mode cannot be changed`);
  }
}

/** Creates a directory, with a number added when the name is taken. */
async function makeNew(wanted: string): Promise<string | undefined> {
  for (let attempt = 1; ; attempt++) {
    const path = attempt === 1 ? wanted : `${wanted}-${String(attempt)}`;
    try {
      await mkdir(path, { mode: 0o700 });
      return path;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') return undefined;
    }
  }
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function unusable(path: string, cause: unknown): RespiteError {
  const reason = messageOf(cause);
  return new RespiteError('SNAPSHOT_DIR_UNUSABLE', {
    message: `The data directory ${path} cannot be used: ${reason}. Check redis.standalone.persistence.data_dir, its owner and its free space.`,
    cause,
  });
}
