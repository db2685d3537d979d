import { setTimeout as wait } from 'node:timers/promises';
import { asError } from '../errors';

/** How a piece of work ended: in time, with an error, or not before its deadline. */
export type Outcome =
  { readonly status: 'done' } | { readonly status: 'failed'; readonly error: Error } | { readonly status: 'timed-out' };

/**
 * Runs `work` for at most `limitMs`, then aborts the signal it was given and answers `timed-out` without waiting
 * further. Never rejects. `Infinity` means no limit.
 */
export async function withDeadline(
  limitMs: number,
  work: (signal: AbortSignal) => Promise<void> | void,
  parent?: AbortSignal,
): Promise<Outcome> {
  const limit = new AbortController();
  const signal = parent === undefined ? limit.signal : AbortSignal.any([parent, limit.signal]);
  const settled = new AbortController();
  const running = (async (): Promise<Outcome> => {
    try {
      await work(signal);
      return { status: 'done' };
    } catch (error) {
      return { status: 'failed', error: asError(error) };
    } finally {
      settled.abort();
    }
  })();
  if (limitMs === Infinity) return running;
  const expired = wait(Math.max(0, limitMs), undefined, { signal: settled.signal }).then(
    (): Outcome => {
      limit.abort();
      return { status: 'timed-out' };
    },
    () => running,
  );
  return Promise.race([running, expired]);
}
