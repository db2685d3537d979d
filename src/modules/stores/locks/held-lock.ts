import { randomUUID } from 'node:crypto';
import type { Clock, Logger } from '../../../container';
import { asError, type RespiteError } from '../../../errors';
import { perform, Script, slotKey } from '../support';
import type { CacheBackend } from '../../cache';
import { notHeld, notOwned } from './lock-errors';
import type { Lock } from './lock-manager';

const acquireScript = new Script(__dirname, 'acquire');
const refreshScript = new Script(__dirname, 'refresh');
const releaseScript = new Script(__dirname, 'release');

/** How often a lock is renewed within its time, and how often that is tried again until the next. */
const RENEWALS_PER_TTL = 3;
const RETRIES_PER_RENEWAL = 5;

/** What a lock works with. */
export interface LockParts {
  readonly client: CacheBackend['client'];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called once, when the lock was held and no longer is. */
  readonly onEnd: (lock: HeldLock, how: 'released' | 'lost') => void;
}

/** The end of a lock's time, counted from before the command that asked for it left. */
interface Deadline {
  timer: unknown;
  over: boolean;
}

/**
 * One holder's lock. Its time is measured by timers, not by the clock on the wall, and is over here before it is over on
 * the server.
 */
export class HeldLock implements Lock {
  readonly resource: string;
  readonly #parts: LockParts;
  readonly #ttl: number;
  readonly #key: string;
  readonly #value = randomUUID();
  readonly #lost = new AbortController();
  #state: 'free' | 'held' | 'released' | 'lost' = 'free';
  #deadline: Deadline | undefined;
  #renewal: unknown;

  constructor(resource: string, ttl: number, parts: LockParts) {
    this.resource = resource;
    this.#ttl = ttl;
    this.#parts = parts;
    this.#key = slotKey('locks', resource, 'holder');
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Answers `undefined` when the lock is its own now, else what the other holder has left, as PTTL says it. */
  async take(): Promise<number | undefined> {
    const deadline = this.#startDeadline();
    try {
      const left = await this.#run('locks.acquire', acquireScript, [this.#value, this.#ttl]);
      if (left !== null) {
        this.#cancel(deadline);
        return Number(left);
      }
    } catch (failure) {
      this.#cancel(deadline);
      // The reply may be what was lost.
      void this.giveBack();
      throw failure;
    }
    if (deadline.over) {
      await this.giveBack();
      return 0;
    }
    this.#state = 'held';
    this.#live(deadline);
    return undefined;
  }

  async refresh(): Promise<void> {
    if (!this.#is('held')) throw this.#notHeldAnyMore();
    const deadline = this.#startDeadline();
    let reply: unknown;
    try {
      reply = await this.#run('locks.refresh', refreshScript, [this.#value, this.#ttl]);
    } catch (failure) {
      this.#cancel(deadline);
      throw failure;
    }
    if (this.#is('held') && reply === 1 && !deadline.over) {
      this.#live(deadline);
      return;
    }
    this.#cancel(deadline);
    if (!this.#is('held')) {
      // It was lost while this was under way, so nobody relies on what was renewed.
      if (this.#is('lost')) await this.giveBack();
      throw this.#notHeldAnyMore();
    }
    throw this.lose(this.#reasonOf(reply));
  }

  async release(): Promise<void> {
    if (!this.#is('held')) throw this.#notHeldAnyMore();
    this.#end('released');
    const reply = await this.#run('locks.release', releaseScript, [this.#value]);
    if (reply !== 1) throw this.#reasonOf(reply);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#is('held')) await this.release();
  }

  /** Gives back what it may hold; if that fails, time does it. */
  async giveBack(): Promise<void> {
    try {
      await this.#run('locks.release', releaseScript, [this.#value]);
    } catch (failure) {
      const { logger } = this.#parts;
      logger.warn({ event: 'lock_not_given_back', resource: this.resource, err: failure }, asError(failure).message);
    }
  }

  /** Tells the holder that the lock is no longer its own. */
  lose(reason: RespiteError): RespiteError {
    if (!this.#is('held')) return reason;
    this.#end('lost');
    this.#parts.logger.warn({ event: 'lock_lost', resource: this.resource, code: reason.code }, reason.message);
    this.#lost.abort(reason);
    return reason;
  }

  #startDeadline(): Deadline {
    const deadline: Deadline = { timer: undefined, over: false };
    deadline.timer = this.#parts.clock.setTimer(() => {
      deadline.over = true;
      if (this.#deadline !== deadline) return;
      this.lose(notHeld(this.resource, `it could not be renewed within its ${this.#ttl} ms`));
    }, this.#ttl);
    return deadline;
  }

  #cancel(deadline: Deadline | undefined): void {
    this.#parts.clock.clearTimer(deadline?.timer);
  }

  /** It has its whole time from the beginning of `deadline` on. */
  #live(deadline: Deadline): void {
    const { clock } = this.#parts;
    this.#cancel(this.#deadline);
    this.#deadline = deadline;
    this.#renewAfter(this.#ttl / RENEWALS_PER_TTL, clock);
  }

  #renewAfter(ms: number, clock: Clock): void {
    clock.clearTimer(this.#renewal);
    this.#renewal = clock.setTimer(() => void this.#renew(), Math.ceil(ms));
  }

  async #renew(): Promise<void> {
    try {
      await this.refresh();
    } catch (failure) {
      if (!this.#is('held')) return;
      const { clock, logger } = this.#parts;
      logger.warn({ event: 'lock_renewal_failed', resource: this.resource, err: failure }, asError(failure).message);
      this.#renewAfter(this.#ttl / RENEWALS_PER_TTL / RETRIES_PER_RENEWAL, clock);
    }
  }

  #end(state: 'released' | 'lost'): void {
    this.#state = state;
    this.#cancel(this.#deadline);
    this.#parts.clock.clearTimer(this.#renewal);
    this.#parts.onEnd(this, state);
  }

  #is(state: 'held' | 'lost'): boolean {
    return this.#state === state;
  }

  #run(operation: string, script: Script, args: readonly (string | number)[]): Promise<unknown> {
    return perform(operation, this.resource, () => script.run(this.#parts.client, [this.#key], args));
  }

  #reasonOf(reply: unknown): RespiteError {
    return reply === -1 ? notOwned(this.resource) : notHeld(this.resource, 'it expired or was taken away');
  }

  #notHeldAnyMore(): RespiteError {
    return notHeld(this.resource, this.#is('lost') ? 'it was lost' : 'it was released');
  }
}
