import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../container';

/** The module's only source of time, so that tests can move it. */
export interface Timers {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `task` every `ms` without keeping the process alive. @returns stops it. */
  every(ms: number, task: () => void): () => void;
  /** Resolves after `ms`; rejects when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemTimers: Timers = {
  now: () => Date.now(),
  every(ms, task) {
    const timer = setInterval(task, ms).unref();
    return () => {
      clearInterval(timer);
    };
  },
  async sleep(ms, signal) {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  },
};

/** The application's clock as the source of time, so that a clock that a test moves also moves the interval. */
export function timersOn(clock: Clock): Timers {
  return {
    now: () => clock.now(),
    every(ms, task) {
      let timer = clock.setTimer(fire, ms);
      function fire(): void {
        timer = clock.setTimer(fire, ms);
        task();
      }
      return () => {
        clock.clearTimer(timer);
      };
    },
    sleep: (ms, signal) => systemTimers.sleep(ms, signal),
  };
}
