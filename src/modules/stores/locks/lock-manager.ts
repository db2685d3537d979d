import { createToken } from '../../../container';

/** Settings of `acquire`. */
export interface AcquireOptions {
  /**
   * Milliseconds after which the lock is free when its holder has died; at least 100, default 30,000. A holder that
   * lives renews it after every third of that.
   */
  readonly ttl?: number;
  /**
   * Milliseconds to wait for a lock somebody else holds; default 0, one attempt. How long Redis may take to answer is a
   * matter of the connection (`redis.command_timeout`) and of `signal`.
   */
  readonly wait?: number;
  /** Ends the waiting; `acquire` then rejects with the signal's reason, and takes no lock. */
  readonly signal?: AbortSignal;
}

/** A lock that is held until it is released or lost. */
export interface Lock extends AsyncDisposable {
  readonly resource: string;
  /**
   * Aborted when the lock is lost: it was taken away or expired, Redis could not be reached for as long as it lives, or the
   * application stops. Its reason is a RespiteError, `LOCK_NOT_HELD` or `LOCK_NOT_OWNED`. Pass it to the work the lock is for.
   */
  readonly signal: AbortSignal;
  /**
   * Gives the lock its whole time again; it happens by itself as well.
   * @throws RespiteError `LOCK_NOT_HELD`, `LOCK_NOT_OWNED`, `STORE_FAILED`
   */
  refresh(): Promise<void>;
  /**
   * Gives the lock back.
   * @throws RespiteError `LOCK_NOT_HELD` when it was lost or released before, `LOCK_NOT_OWNED`, `STORE_FAILED`
   */
  release(): Promise<void>;
  /** Releases the lock unless that has happened or it is known to be lost; what `await using` calls. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** What a lock manager has done since it was made. */
export interface LockStats {
  readonly acquired: number;
  /** Calls of `acquire` that did not get the lock in time. */
  readonly refused: number;
  readonly released: number;
  readonly lost: number;
  /** How many are held now. */
  readonly held: number;
}

/**
 * Locks across all processes that share a Redis: one holder per resource at a time, for as long as that Redis keeps its
 * data. For locks that outlive the loss of a master use the library `redlock` on several independent ones.
 *
 * As a value, `LockManager` is the token: `app.get(LockManager)`, with `createApp({ modules: [locksModule] })`.
 */
export interface LockManager {
  /**
   * ```ts
   * const lock = await locks.acquire('invoice:7', { wait: 5000 });
   * try {
   *   await work({ signal: lock.signal });
   * } finally {
   *   await lock.release();
   * }
   * ```
   * @throws RespiteError `LOCK_NOT_ACQUIRED`, `INPUT_INVALID`, `STORED_DATA_INVALID`, `STORE_FAILED`, `STORE_CLOSED`
   */
  acquire(resource: string, options?: AcquireOptions): Promise<Lock>;
  stats(): LockStats;
}

export const LockManager = createToken<LockManager>('LockManager');
