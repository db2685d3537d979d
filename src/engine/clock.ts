/** Everything in the engine that depends on time asks here, so that tests can move it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after `ms`; the timer never keeps the process alive. */
  setTimer(callback: () => void, ms: number): unknown;
  clearTimer(timer: unknown): void;
}

/** Node rejects longer delays (it would fire at once); whoever sets a timer must expect to be called early. */
export const MAX_TIMER_MS = 2_147_483_647;

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer: (callback, ms) => setTimeout(callback, Math.min(Math.max(ms, 1), MAX_TIMER_MS)).unref(),
  clearTimer: (timer) => {
    clearTimeout(timer as NodeJS.Timeout); // only ever what setTimer returned
  },
};
