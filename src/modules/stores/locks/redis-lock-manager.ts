import { setMaxListeners } from 'node:events';
import { pause } from '../../../container';
import { RespiteError } from '../../../errors';
import { checkDuration, checkName, unlessAborted } from '../support';
import { HeldLock, type LockParts } from './held-lock';
import { notAcquired, notHeld } from './lock-errors';
import type { AcquireOptions, Lock, LockManager, LockStats } from './lock-manager';

const DEFAULT_TTL_MS = 30_000;
/** Below that a lock would be renewed more often than a busy process gets round to it. */
const MIN_TTL_MS = 100;
/** Between two attempts, at least and at most, in milliseconds. */
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 200;

/** Locks as keys that expire; who waits asks again and again. */
export class RedisLockManager implements LockManager {
  readonly #parts: Omit<LockParts, 'onEnd'>;
  readonly #held = new Set<HeldLock>();
  readonly #closing = new AbortController();
  /** Acquisitions, also those that nobody waits for any more; none of them fails. */
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #counts = { acquired: 0, refused: 0, released: 0, lost: 0 };

  constructor(parts: Omit<LockParts, 'onEnd'>) {
    this.#parts = parts;
    // Everybody who waits listens to it.
    setMaxListeners(0, this.#closing.signal);
  }

  acquire(resource: string, options: AcquireOptions = {}): Promise<Lock> {
    return this.#note(this.#acquire(resource, options));
  }

  async #acquire(resource: string, options: AcquireOptions): Promise<Lock> {
    const { ttl = DEFAULT_TTL_MS, wait = 0, signal } = options;
    checkName('locks.acquire: resource', resource);
    checkDuration('locks.acquire: ttl', ttl, { min: MIN_TTL_MS });
    checkDuration('locks.acquire: wait', wait, { min: 0 });
    const until = signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
    until.throwIfAborted();
    const lock = new HeldLock(resource, ttl, { ...this.#parts, onEnd: (ended, how) => this.#ended(ended, how) });
    await this.#take(lock, wait, until);
    if (until.aborted) {
      // In the moment between: nobody else would give it back.
      await lock.release().catch(() => undefined);
      until.throwIfAborted();
    }
    this.#held.add(lock);
    this.#counts.acquired += 1;
    return lock;
  }

  stats(): LockStats {
    return { ...this.#counts, held: this.#held.size };
  }

  /** Ends the waiting, tells the holders, and gives back what they hold. */
  async close(): Promise<void> {
    this.#closing.abort(
      new RespiteError('STORE_CLOSED', {
        message: 'Locks cannot be acquired any more: the application stops. Acquire them while it runs.',
      }),
    );
    const held = [...this.#held];
    for (const lock of held) lock.lose(notHeld(lock.resource, 'the application stops'));
    await Promise.all(held.map((lock) => lock.giveBack()));
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async #take(lock: HeldLock, wait: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    const deadline = clock.now() + wait;
    for (let backoff = FIRST_PAUSE_MS; ; backoff = Math.min(backoff * 2, LONGEST_PAUSE_MS)) {
      const left = await this.#attempt(lock, signal);
      if (left === undefined) return;
      const remaining = deadline - clock.now();
      if (remaining <= 0) {
        this.#counts.refused += 1;
        throw notAcquired(lock.resource, wait, left);
      }
      // Apart from each other, so that those who wait do not all ask at once.
      const apart = backoff * (0.5 + Math.random() / 2);
      await pause(clock, Math.min(apart, remaining, left > 0 ? left : Infinity), signal);
    }
  }

  /** An attempt that nobody waits for any more gives back what it gets. */
  #attempt(lock: HeldLock, signal: AbortSignal): Promise<number | undefined> {
    const attempt = lock.take();
    const givenBack = attempt.then((left) => (left === undefined && signal.aborted ? lock.release() : undefined));
    void this.#note(givenBack).catch(() => undefined);
    return unlessAborted(attempt, signal);
  }

  #note<T>(work: Promise<T>): Promise<T> {
    const settled = work.then(
      () => undefined,
      () => undefined,
    );
    this.#underWay.add(settled);
    void settled.finally(() => this.#underWay.delete(settled));
    return work;
  }

  #ended(lock: HeldLock, how: 'released' | 'lost'): void {
    // An attempt given up was never counted as acquired.
    if (this.#held.delete(lock)) this.#counts[how] += 1;
  }
}
