/** Everything in the engine that depends on time asks here, so that tests can move it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after `ms`; the timer never keeps the process alive. */
  setTimer(callback: () => void, ms: number): unknown;
  clearTimer(timer: unknown): void;
}

/** A clock's time in microseconds, which the system's clock does not give in Node. */
export class Microseconds {
  /** The time at which `performance.now()` was 0, in microseconds since the epoch. */
  #origin = NaN;

  constructor(private readonly clock: Clock) {}

  /** Microseconds since the epoch: never another millisecond than the clock's, and never back while the clock is not. */
  now(): number {
    const first = this.clock.now() * 1000;
    // A clock that a test moves has no parts of milliseconds.
    if (this.clock !== systemClock) return first;
    const passed = performance.now() * 1000;
    const estimate = Math.floor(this.#origin + passed);
    const time = Math.min(Math.max(estimate, first), first + 999);
    // The first time, and when the system's clock was set, or drifts away from the other one.
    if (time !== estimate) this.#origin = (Number.isNaN(time) ? first : time) - passed;
    return Number.isNaN(time) ? first : time;
  }
}

/** Node rejects longer delays (it would fire at once); whoever sets a timer must expect to be called early. */
export const MAX_TIMER_MS = 2_147_483_647;

/** The time and the timers of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer: (callback, ms) => setTimeout(callback, Math.min(Math.max(ms, 1), MAX_TIMER_MS)).unref(),
  clearTimer: (timer) => {
    clearTimeout(timer as NodeJS.Timeout); // only ever what setTimer returned
  },
};
