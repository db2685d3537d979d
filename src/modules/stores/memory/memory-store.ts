import { createToken } from '../../../container';

/** How long a conversation is: both numbers change together with its messages. */
export interface ConversationSize {
  readonly messages: number;
  readonly tokens: number;
}

/** Settings of `append`. */
export interface AppendOptions {
  /**
   * The tokens of the messages: a number for each, or one for all of them together, which then counts until the last
   * of them is dropped. Default 0.
   */
  readonly tokens?: number | readonly number[];
  /** Drops the oldest messages, and their tokens, beyond this many. Default: keeps all. */
  readonly maxLength?: number;
  /** Milliseconds the conversation is kept from now on. Default `retention.memory`; 0 leaves its time as it is. */
  readonly ttl?: number;
}

/** Some messages of a conversation and how many there are in all, as of one moment. */
export interface MessagePage {
  readonly items: readonly unknown[];
  readonly total: number;
}

/**
 * Histories of conversations. A message is any value that can be written as JSON. A conversation has a key, and a message
 * count and a token count that agree with its messages at every moment, whoever writes at the same time.
 *
 * Every method throws `INPUT_INVALID` for arguments it cannot use, `STORED_DATA_INVALID` where another program wrote
 * something else, and `STORE_FAILED` when Redis refuses or cannot be reached.
 *
 * As a value, `MemoryStore` is the token: `app.get(MemoryStore)`, with `createApp({ modules: [memoryModule] })`.
 */
export interface MemoryStore {
  /**
   * Adds messages at the end, 1 to 10,000 at a time. After a lost connection ioredis sends again
   * what it got no reply for; messages are added once all the same, unless 16 further appends came in between.
   * @throws RespiteError `VALUE_NOT_JSON`, `VALUE_TOO_LARGE`
   */
  append(key: string, messages: readonly unknown[], options?: AppendOptions): Promise<ConversationSize>;
  /**
   * Puts `messages`, at most 10,000, in the place of those there are; the time to live stays. A new conversation gets
   * `retention.memory`.
   * @throws RespiteError `VALUE_NOT_JSON`, `VALUE_TOO_LARGE`
   */
  replace(
    key: string,
    messages: readonly unknown[],
    options?: Pick<AppendOptions, 'tokens'>,
  ): Promise<ConversationSize>;
  /** Keeps the newest `keep` messages. `tokens` is the token count afterwards; default: the sum of what is kept. */
  trim(key: string, keep: number, tokens?: number): Promise<ConversationSize>;
  /** All messages, oldest first; none for a conversation that does not exist. */
  read(key: string): Promise<unknown[]>;
  /** At most `limit` messages from the one at `offset` on; 0 is the oldest, -1 the newest. */
  readPage(key: string, offset: number, limit: number): Promise<MessagePage>;
  /** How many messages there are. */
  count(key: string): Promise<number>;
  /** How many tokens they have. */
  tokenCount(key: string): Promise<number>;
  /** Adds to the token count, or with a negative number takes from it, and answers the new one. */
  incrementTokens(key: string, by: number): Promise<number>;
  setTokens(key: string, tokens: number): Promise<void>;
  /** Keeps the conversation for `ttl` more milliseconds; false when there is none. */
  expire(key: string, ttl: number): Promise<boolean>;
  /** Milliseconds left to live: `Infinity` without a limit, `undefined` when there is no such conversation. */
  ttl(key: string): Promise<number | undefined>;
  /** Removes the conversation and its flush mark; false when there was none. */
  delete(key: string): Promise<boolean>;
  /**
   * Marks that the conversation is about to be written elsewhere, so that only one does it; `pending` false takes the
   * mark away. It goes away by itself after 30 minutes.
   * @throws RespiteError `FLUSH_ALREADY_PENDING`
   */
  markFlushPending(key: string, pending?: boolean): Promise<void>;
}

export const MemoryStore = createToken<MemoryStore>('MemoryStore');
