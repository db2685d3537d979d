import { createToken } from './token';

/** Node rejects longer delays (it would fire at once); whoever sets a timer must expect to be called early. */
const MAX_TIMER_MS = 2_147_483_647;

/**
 * What modules ask for the time and for timers, so that tests can move both.
 *
 * As a value, `Clock` is the token: `override(Clock, myClock)`; without an override it is the system's.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after `ms`. The timer keeps the process alive only when `keepAlive` says so. */
  setTimer(callback: () => void, ms: number, options?: { readonly keepAlive?: boolean }): unknown;
  clearTimer(timer: unknown): void;
}

export const Clock = createToken<Clock>('respite.Clock');

/** The time and the timers of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(callback, ms, { keepAlive = false } = {}) {
    const timer = setTimeout(callback, Math.min(Math.max(ms, 1), MAX_TIMER_MS));
    return keepAlive ? timer : timer.unref();
  },
  clearTimer(timer) {
    clearTimeout(timer as NodeJS.Timeout); // only ever what setTimer returned
  },
};
