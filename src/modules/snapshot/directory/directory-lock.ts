import { randomUUID } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, every, pause, systemClock } from '../../../container';
import { RespiteError } from '../../../errors';
import { holdsOpen } from './held-open';
import { LockFile, type LockHolder, readHolder } from './lock-file';
import { identityIfThere, removeFile } from './own-file';
import { livenessOf, ownIdentity, type ProcessIdentity } from './process-identity';
import { codeOf } from '../system-error';

/** Names of lock files: `lock.1`, `lock.2`, ... */
export const LOCK_FILE = /^lock\.(\d+)$/;

/** How a data directory is locked; everything is optional. */
export interface LockOptions {
  /** Default the system's, by which other processes judge the lock, whatever a test does to the application's. */
  readonly clock?: Clock;
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
  readonly #file: LockFile;
  readonly #onLost: () => void;
  readonly #stopHeartbeat: () => void;
  #lost = false;

  private constructor(file: LockFile, options: LockOptions) {
    this.#file = file;
    this.#onLost = options.onLost ?? (() => undefined);
    const { clock = systemClock, heartbeat = DEFAULT_HEARTBEAT } = options;
    this.#stopHeartbeat = every(clock, heartbeat, () => void this.#beat());
  }

  /** @throws RespiteError `SNAPSHOT_LOCKED`, naming the holder. */
  static async acquire(directory: string, options: LockOptions = {}): Promise<DirectoryLock> {
    const identity = options.identity ?? ownIdentity();
    for (;;) {
      const stale = await onlyStale(directory, await findLocks(directory), identity, options);
      const number = Math.max(0, ...stale.map((lock) => lock.number)) + 1;
      const holder: LockHolder = { token: randomUUID(), ...identity };
      const file = await LockFile.create(join(directory, `lock.${String(number)}`), holder);
      if (file === undefined) continue;
      try {
        const others = (await findLocks(directory)).filter((lock) => lock.path !== file.path);
        for (const lock of await onlyStale(directory, others, identity, options)) await removeFile(lock.path);
      } catch (error) {
        await file.remove();
        throw error;
      }
      return new DirectoryLock(file, options);
    }
  }

  /**
   * @throws RespiteError `SNAPSHOT_LOCK_LOST` when the file is no longer ours; nothing may be written then. Errors of the
   * system, such as a lack of descriptors, say nothing about that.
   */
  async assertHeld(): Promise<void> {
    if (!this.#lost && (await this.#file.isThere())) return;
    this.#lose();
    throw new RespiteError('SNAPSHOT_LOCK_LOST', {
      message:
        `The lock file ${this.#file.path} was removed or taken over: another process may use the data directory now. ` +
        'No snapshot is written any more; restart this process when it is the only one.',
    });
  }

  async release(): Promise<void> {
    this.#stopHeartbeat();
    await this.#file.remove();
  }

  async #beat(): Promise<void> {
    try {
      if (await this.#file.isThere()) await this.#file.touch();
      else this.#lose();
    } catch {
      // Neither held nor lost: the next beat, or the next snapshot, will tell.
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
    if (isAlive(lock, identity) ?? (await beats(lock.path, options))) throw locked(directory, lock);
  }
  return locks;
}

/** Whether the holder of a lock lives; `undefined` when only its heartbeat tells. */
function isAlive({ path, holder }: Found, identity: ProcessIdentity): boolean | undefined {
  if (holder === undefined) return undefined;
  const liveness = livenessOf(holder, identity);
  if (liveness === 'unknown') return undefined;
  if (liveness !== 'process') return liveness === 'alive';
  const file = identityIfThere(path);
  return file === undefined ? false : holdsOpen(holder.pid, file);
}

/**
 * Watches a file until it is touched (true) or was left alone for `staleAfter` (false). Its age alone proves nothing:
 * clocks differ, and a suspended machine wakes up with old files whose holders live.
 */
async function beats(path: string, options: LockOptions): Promise<boolean> {
  const { clock = systemClock, staleAfter = DEFAULT_STALE_AFTER, signal } = options;
  const step = Math.max(1, Math.min(250, staleAfter / 10));
  const before = await modified(path);
  for (let waited = 0; before !== undefined && waited < staleAfter; waited += step) {
    await pause(clock, step, signal);
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
      : `process ${String(holder.pid)} on ${holder.host}${holder.pid === process.pid ? ` (${partOfUs(holder)})` : ''}`;
  return new RespiteError('SNAPSHOT_LOCKED', {
    message:
      `The data directory ${directory} is in use by ${who}. End it, or give this one another ` +
      `redis.standalone.persistence.data_dir. Lock file: ${path}`,
  });
}

function partOfUs({ thread = 0 }: LockHolder): string {
  return thread === 0 ? 'this very process' : `thread ${String(thread)} of this very process`;
}

async function modified(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
