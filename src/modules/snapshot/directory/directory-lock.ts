import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readdir, readFile, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { RespiteError } from '../../../errors';
import { systemTimers, type Timers } from '../timers';
import { livenessOf, ownIdentity, type ProcessIdentity } from './process-identity';
import { codeOf } from '../system-error';

/** Names of lock files: `lock.1`, `lock.2`, ... */
export const LOCK_FILE = /^lock\.(\d+)$/;

/** What a lock file holds, as JSON. */
export interface LockHolder extends ProcessIdentity {
  /** Tells two locks of one process apart. */
  readonly token: string;
}

export interface LockOptions {
  readonly timers?: Timers;
  /** How often the holder touches its file, ms. Default 5,000. */
  readonly heartbeat?: number;
  /** A holder of another host or container that did not touch its file for so long is gone, ms. Default 15,000. */
  readonly staleAfter?: number;
  readonly signal?: AbortSignal;
  /** Called once when somebody else took the lock or removed its file. */
  readonly onLost?: () => void;
  /** Who we are; tests pretend to be somebody else. */
  readonly identity?: ProcessIdentity;
}

/** One file in the directory; `holder` is undefined while its process is still writing it, or was killed doing so. */
interface Found {
  readonly path: string;
  readonly number: number;
  readonly holder: LockHolder | undefined;
}

const DEFAULT_HEARTBEAT = 5_000;
const DEFAULT_STALE_AFTER = 15_000;

/**
 * One process at a time: LMDB itself lets two processes write the same file.
 *
 * A process holds the directory while it has a lock file there and no other living process has one. Taking over a dead
 * holder's file in place cannot be made atomic, so the successor creates the next number exclusively, *then* looks
 * again: of two that do this at once, the later one sees the earlier and withdraws.
 */
export class DirectoryLock {
  readonly #path: string;
  readonly #token: string;
  readonly #onLost: () => void;
  readonly #stopHeartbeat: () => void;
  #lost = false;

  private constructor(path: string, token: string, options: LockOptions) {
    this.#path = path;
    this.#token = token;
    this.#onLost = options.onLost ?? (() => undefined);
    const timers = options.timers ?? systemTimers;
    this.#stopHeartbeat = timers.every(options.heartbeat ?? DEFAULT_HEARTBEAT, () => void this.#beat());
  }

  /** @throws RespiteError `SNAPSHOT_LOCKED`, naming the holder. */
  static async acquire(directory: string, options: LockOptions = {}): Promise<DirectoryLock> {
    const identity = options.identity ?? ownIdentity();
    for (;;) {
      const stale = await onlyStale(directory, await findLocks(directory), identity, options);
      const number = Math.max(0, ...stale.map((lock) => lock.number)) + 1;
      const holder: LockHolder = { token: randomUUID(), ...identity };
      const path = join(directory, `lock.${String(number)}`);
      if (!(await create(path, holder))) continue;
      try {
        const others = (await findLocks(directory)).filter((lock) => lock.path !== path);
        for (const lock of await onlyStale(directory, others, identity, options)) await remove(lock.path);
      } catch (error) {
        await remove(path);
        throw error;
      }
      return new DirectoryLock(path, holder.token, options);
    }
  }

  /** @throws RespiteError `SNAPSHOT_LOCK_LOST` when the file is no longer ours; nothing may be written then. */
  async assertHeld(): Promise<void> {
    const found = this.#lost ? undefined : await readHolder(this.#path);
    if (found?.token === this.#token) return;
    this.#lose();
    throw new RespiteError('SNAPSHOT_LOCK_LOST', {
      message:
        `The lock file ${this.#path} was removed or taken over: another process may use the data directory now. ` +
        'No snapshot is written any more; restart this process when it is the only one.',
    });
  }

  async release(): Promise<void> {
    this.#stopHeartbeat();
    if ((await readHolder(this.#path))?.token === this.#token) await remove(this.#path);
  }

  async #beat(): Promise<void> {
    const now = new Date();
    try {
      await utimes(this.#path, now, now);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') this.#lose();
    }
  }

  #lose(): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#stopHeartbeat();
    this.#onLost();
  }
}

async function findLocks(directory: string): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const name of await readdir(directory)) {
    const number = LOCK_FILE.exec(name)?.[1];
    const path = join(directory, name);
    if (number !== undefined) found.push({ path, number: Number(number), holder: await readHolder(path) });
  }
  return found;
}

/** @returns `locks`, when none of their holders lives. @throws RespiteError `SNAPSHOT_LOCKED` */
async function onlyStale(
  directory: string,
  locks: readonly Found[],
  identity: ProcessIdentity,
  options: LockOptions,
): Promise<readonly Found[]> {
  for (const lock of locks) {
    const liveness = lock.holder === undefined ? 'unknown' : livenessOf(lock.holder, identity);
    const alive = liveness === 'alive' || (liveness === 'unknown' && (await beats(lock.path, options)));
    if (alive) throw locked(directory, lock);
  }
  return locks;
}

/**
 * Watches a file until it is touched (true) or was left alone for `staleAfter` (false). Its age alone proves nothing:
 * clocks differ, and a suspended machine wakes up with old files whose holders live.
 */
async function beats(path: string, options: LockOptions): Promise<boolean> {
  const { timers = systemTimers, staleAfter = DEFAULT_STALE_AFTER, signal } = options;
  const step = Math.max(1, Math.min(250, staleAfter / 10));
  const before = await modified(path);
  for (let waited = 0; before !== undefined && waited < staleAfter; waited += step) {
    await timers.sleep(step, signal);
    const now = await modified(path);
    if (now === undefined) return false;
    if (now !== before) return true;
  }
  return false;
}

function locked(directory: string, { path, holder }: Found): RespiteError {
  const who =
    holder === undefined
      ? 'another process that is just starting'
      : `process ${String(holder.pid)} on ${holder.host}${holder.pid === process.pid ? ' (this very process)' : ''}`;
  return new RespiteError('SNAPSHOT_LOCKED', {
    message:
      `The data directory ${directory} is in use by ${who}. End it, or give this one another ` +
      `redis.standalone.persistence.data_dir. Lock file: ${path}`,
  });
}

/** @returns false when the file exists already. */
async function create(path: string, holder: LockHolder): Promise<boolean> {
  let file: FileHandle;
  try {
    file = await open(path, 'wx', 0o600);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    await file.writeFile(JSON.stringify(holder));
  } catch (error) {
    await remove(path);
    throw error;
  } finally {
    await file.close();
  }
  return true;
}

async function readHolder(path: string): Promise<LockHolder | undefined> {
  try {
    // Written by `create`; a file cut short does not parse.
    return JSON.parse(await readFile(path, 'utf8')) as LockHolder;
  } catch {
    return undefined;
  }
}

async function modified(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function remove(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
