import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { every, systemClock } from '../../../container';
import { ownIdentity, type ProcessIdentity } from '../../../container/process-identity';
import { RespiteError } from '../../../errors';
import { type HolderSockets, LockFile, type LockHolder } from './lock-file';
import { findLocks, firstLiving, type FoundLock, type WatchOptions } from './lock-holders';
import { removeFile } from './own-file';

/** How a data directory is locked; everything is optional. */
export interface LockOptions extends WatchOptions {
  /** How often the holder touches its file, ms. Default 5,000. */
  readonly heartbeat?: number;
  /** Called once when somebody else took the lock or removed its file. */
  readonly onLost?: () => void;
  /** Who we are; tests pretend to be somebody else. */
  readonly identity?: ProcessIdentity;
  /** Where we are reached; written into the file, so served already. */
  readonly sockets?: HolderSockets | undefined;
}

const DEFAULT_HEARTBEAT = 5_000;

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
      const { sockets } = options;
      const holder = { token: randomUUID(), ...identity, ...(sockets !== undefined && { sockets }) };
      const file = await LockFile.create(join(directory, `lock.${String(number)}`), holder);
      if (file === undefined) continue;
      try {
        // Who was watched for so long is not watched once more: this looks for those who came meanwhile.
        const others = (await findLocks(directory)).filter((lock) => lock.path !== file.path);
        const newcomers = others.filter((lock) => !isOneOf(stale, lock));
        await onlyStale(directory, newcomers, identity, options);
        for (const lock of others) await removeFile(lock.path);
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

/** Whether it is the same file with the same holder. */
function isOneOf(locks: readonly FoundLock[], { path, holder }: FoundLock): boolean {
  return locks.some((lock) => lock.path === path && lock.holder !== undefined && lock.holder.token === holder?.token);
}

/** @returns `locks`, when none of their holders lives. @throws RespiteError `SNAPSHOT_LOCKED` */
async function onlyStale(
  directory: string,
  locks: readonly FoundLock[],
  identity: ProcessIdentity,
  options: LockOptions,
): Promise<readonly FoundLock[]> {
  const living = await firstLiving(locks, identity, options);
  if (living !== undefined) throw locked(directory, living);
  return locks;
}

function locked(directory: string, { path, holder }: FoundLock): RespiteError {
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
