import type { Clock } from './clock';

/**
 * Waits for `ms` on a clock, and keeps the process alive meanwhile.
 * @throws the signal's reason as soon as it is aborted
 */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const onAbort = (): void => {
      clock.clearTimer(timer);
      reject(signal?.reason as Error); // whatever its owner gave, an error unless they wanted otherwise
    };
    const timer = clock.setTimer(
      () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      },
      ms,
      { keepAlive: true },
    );
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Calls `task` every `ms` on a clock, without keeping the process alive. @returns stops it */
export function every(clock: Clock, ms: number, task: () => void): () => void {
  let timer = clock.setTimer(fire, ms);
  function fire(): void {
    timer = clock.setTimer(fire, ms);
    task();
  }
  return () => clock.clearTimer(timer);
}
