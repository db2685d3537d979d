import { setTimeout as wait } from 'node:timers/promises';
import type * as TemporalClient from '@temporalio/client';
import type { ConnectionOptions } from '@temporalio/client';

/** A timer may fire a little late, in milliseconds. */
const MARGIN_MS = 50;

/**
 * The retries of one connection, as Temporal's client has them, and a way to let them come to rest: a retry that finds its
 * connection closed throws where nobody can catch it, and ends the process (@temporalio/client 1.24).
 */
export class Retries {
  readonly interceptors: NonNullable<ConnectionOptions['interceptors']>;
  #closing = false;
  /** When the last retry that was planned is due. */
  #due = 0;

  constructor({ defaultGrpcRetryOptions, makeGrpcRetryInterceptor }: typeof TemporalClient) {
    const { retryableDecider, delayFunction, ...rest } = defaultGrpcRetryOptions();
    this.interceptors = [
      makeGrpcRetryInterceptor({
        ...rest,
        retryableDecider: (attempt, status) => !this.#closing && retryableDecider(attempt, status),
        delayFunction: (attempt, status) => {
          const delay = delayFunction(attempt, status);
          // The machine's own time: it is its timers that are waited for.
          this.#due = Math.max(this.#due, performance.now() + delay);
          return delay;
        },
      }),
    ];
  }

  /** No further retry is planned, and those that were have had their turn. */
  async rest(): Promise<void> {
    this.#closing = true;
    const left = this.#due - performance.now();
    if (left > 0) await wait(left + MARGIN_MS);
  }
}
