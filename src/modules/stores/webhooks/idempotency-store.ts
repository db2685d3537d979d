import { createToken } from '../../../container';

/** What `begin` found. */
export type BeginOutcome =
  /** The work is the caller's: do it, then pass `token` to `complete` or `fail`. */
  | { readonly status: 'started'; readonly token: string }
  /** Somebody else works on it. */
  | { readonly status: 'in-progress' }
  /** It was done: `result` is what `complete` was given. */
  | { readonly status: 'completed'; readonly result: unknown };

/**
 * Does what has a key once, however often it is asked for: webhooks that are delivered twice, requests that are retried.
 *
 * Every method throws `INPUT_INVALID` for arguments it cannot use, `STORED_DATA_INVALID` where another program wrote
 * something else, and `STORE_FAILED` when Redis refuses or cannot be reached.
 *
 * As a value, `IdempotencyStore` is the token: `app.get(IdempotencyStore)`, with
 * `createApp({ modules: [webhooksModule] })`.
 */
export interface IdempotencyStore {
  /**
   * Asks to do the work of `key`. After `ttl` milliseconds without `complete` or `fail` the attempt counts as dead, and
   * the next one may begin.
   */
  begin(key: string, ttl: number): Promise<BeginOutcome>;
  /**
   * Keeps the result, any value that can be written as JSON or nothing, for `ttl` milliseconds (default
   * `retention.webhooks`; 0 is forever).
   * @throws RespiteError `IDEMPOTENCY_NOT_HELD`, `VALUE_NOT_JSON`, `VALUE_TOO_LARGE`
   */
  complete(key: string, token: string, result?: unknown, ttl?: number): Promise<void>;
  /**
   * Gives the work up: the next one to ask may begin at once.
   * @throws RespiteError `IDEMPOTENCY_NOT_HELD`
   */
  fail(key: string, token: string): Promise<void>;
}

export const IdempotencyStore = createToken<IdempotencyStore>('IdempotencyStore');
