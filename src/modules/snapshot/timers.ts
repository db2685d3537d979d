import { setTimeout as sleep } from 'node:timers/promises';

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
