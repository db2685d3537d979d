import { randomUUID } from 'node:crypto';
import { printCount, RespiteError } from '../../../errors';
import {
  checkDuration,
  checkInteger,
  checkName,
  foreignData,
  fromJson,
  invalid,
  perform,
  replies,
  Script,
  slotKey,
  timeLeft,
  toJson,
} from '../support';
import type { CacheBackend } from '../../cache';
import type { AppendOptions, ConversationSize, MemoryStore, MessagePage } from './memory-store';

/** How long a flush may take before somebody else may begin one, in milliseconds. */
const FLUSH_PENDING_MS = 30 * 60_000;

/** One call's messages travel as one command, which nobody else gets past. */
const MAX_MESSAGES = 10_000;

const appendScript = new Script(__dirname, 'append-and-trim-with-metadata');
const replaceScript = new Script(__dirname, 'replace-with-metadata');
const trimScript = new Script(__dirname, 'trim-with-metadata');
const tokensScript = new Script(__dirname, 'change-tokens');
const expireScript = new Script(__dirname, 'expire');

/** The keys of a conversation, all in one slot. */
const messagesKey = (key: string): string => slotKey('memory', key, 'messages');
const tokensKey = (key: string): string => slotKey('memory', key, 'tokens');
const metadataKey = (key: string): string => slotKey('memory', key, 'metadata');
const flushKey = (key: string): string => slotKey('memory', key, 'flush');
const dataKeys = (key: string): string[] => [messagesKey(key), tokensKey(key), metadataKey(key)];

/** Conversations as a list of messages, a list of their tokens and a hash of metadata, changed by scripts only. */
export class RedisMemoryStore implements MemoryStore {
  readonly #client: CacheBackend['client'];
  readonly #retentionMs: number;

  /** `retentionMs` is how long a conversation is kept after its last append; 0 is forever. */
  constructor(backend: CacheBackend, retentionMs: number) {
    this.#client = backend.client;
    this.#retentionMs = retentionMs;
  }

  async append(key: string, messages: readonly unknown[], options: AppendOptions = {}): Promise<ConversationSize> {
    const { tokens, maxLength, ttl = this.#retentionMs } = options;
    checkName('memory.append: key', key);
    checkDuration('memory.append: ttl', ttl, { min: 0 });
    if (maxLength !== undefined) checkInteger('memory.append: maxLength', maxLength, { min: 1 });
    const entries = entriesOf('memory.append', messages, tokens);
    if (entries.length === 0) throw invalid('memory.append: messages', 'is empty', 'Pass at least one message.');
    return this.#change('memory.append', appendScript, key, [writeId(), maxLength ?? 0, ttl, ...entries]);
  }

  async replace(
    key: string,
    messages: readonly unknown[],
    { tokens }: Pick<AppendOptions, 'tokens'> = {},
  ): Promise<ConversationSize> {
    checkName('memory.replace: key', key);
    const entries = entriesOf('memory.replace', messages, tokens);
    return this.#change('memory.replace', replaceScript, key, [this.#retentionMs, ...entries]);
  }

  async trim(key: string, keep: number, tokens?: number): Promise<ConversationSize> {
    checkName('memory.trim: key', key);
    checkInteger('memory.trim: keep', keep);
    if (tokens !== undefined) checkInteger('memory.trim: tokens', tokens);
    return this.#change('memory.trim', trimScript, key, [keep, tokens ?? '']);
  }

  async read(key: string): Promise<unknown[]> {
    checkName('memory.read: key', key);
    return perform('memory.read', key, async () => {
      return parseMessages(key, 0, await this.#client.lrange(messagesKey(key), 0, -1));
    });
  }

  async readPage(key: string, offset: number, limit: number): Promise<MessagePage> {
    checkName('memory.readPage: key', key);
    checkInteger('memory.readPage: offset', offset, { min: Number.MIN_SAFE_INTEGER });
    checkInteger('memory.readPage: limit', limit, { min: 1 });
    // Counted from the end, -1 is the last one: beyond it Redis would begin at the front.
    const last = offset < 0 && offset + limit >= 0 ? -1 : offset + limit - 1;
    return perform('memory.readPage', key, async () => {
      const list = messagesKey(key);
      const transaction = this.#client.multi().lrange(list, offset, last).llen(list);
      const [items, total] = await replies(transaction.exec());
      const from = offset < 0 ? Math.max(Number(total) + offset, 0) : offset;
      return { items: parseMessages(key, from, items as string[]), total: Number(total) }; // LRANGE's reply
    });
  }

  async count(key: string): Promise<number> {
    checkName('memory.count: key', key);
    return perform('memory.count', key, () => this.#client.llen(messagesKey(key)));
  }

  async tokenCount(key: string): Promise<number> {
    checkName('memory.tokenCount: key', key);
    return perform('memory.tokenCount', key, async () => {
      const count = Number((await this.#client.hget(metadataKey(key), 'token_count')) ?? 0);
      if (!Number.isSafeInteger(count)) throw foreignData(`The token count of "${key}"`, 'is not a number');
      return count;
    });
  }

  async incrementTokens(key: string, by: number): Promise<number> {
    checkName('memory.incrementTokens: key', key);
    checkInteger('memory.incrementTokens: by', by, { min: Number.MIN_SAFE_INTEGER });
    const tokens = await this.#changeTokens('memory.incrementTokens', key, ['increment', by, this.#retentionMs]);
    if (tokens >= 0) return tokens;
    throw invalid(
      'memory.incrementTokens: by',
      `is ${by}, more than "${key}" has`,
      'A token count cannot be negative; setTokens says what it is.',
    );
  }

  async setTokens(key: string, tokens: number): Promise<void> {
    checkName('memory.setTokens: key', key);
    checkInteger('memory.setTokens: tokens', tokens);
    await this.#changeTokens('memory.setTokens', key, ['set', tokens, this.#retentionMs]);
  }

  async expire(key: string, ttl: number): Promise<boolean> {
    checkName('memory.expire: key', key);
    checkDuration('memory.expire: ttl', ttl);
    return perform('memory.expire', key, async () => {
      return Number(await expireScript.run(this.#client, dataKeys(key), [ttl])) > 0;
    });
  }

  async ttl(key: string): Promise<number | undefined> {
    checkName('memory.ttl: key', key);
    return perform('memory.ttl', key, async () => {
      // The metadata is there for as long as the conversation, the list only while it has messages.
      return timeLeft(await this.#client.pttl(metadataKey(key)));
    });
  }

  async delete(key: string): Promise<boolean> {
    checkName('memory.delete: key', key);
    return perform('memory.delete', key, async () => (await this.#client.del(...dataKeys(key), flushKey(key))) > 0);
  }

  async markFlushPending(key: string, pending = true): Promise<void> {
    checkName('memory.markFlushPending: key', key);
    await perform('memory.markFlushPending', key, async () => {
      if (!pending) return void (await this.#client.del(flushKey(key)));
      // A SET that was sent twice, because the first reply was lost, finds its own mark.
      const mark = randomUUID();
      const transaction = this.#client
        .multi()
        .set(flushKey(key), mark, 'PX', FLUSH_PENDING_MS, 'NX')
        .get(flushKey(key));
      const [, found] = await replies(transaction.exec());
      if (found !== mark) throw flushPending(key);
    });
  }

  async #change(
    operation: string,
    script: Script,
    key: string,
    args: readonly (string | number)[],
  ): Promise<ConversationSize> {
    return perform(operation, key, async () => {
      const reply = await script.run(this.#client, dataKeys(key), args);
      const [messages, tokens] = reply as [number, number]; // as the scripts' headers say
      return { messages, tokens };
    });
  }

  async #changeTokens(operation: string, key: string, args: readonly (string | number)[]): Promise<number> {
    return perform(operation, key, async () => {
      return Number(await tokensScript.run(this.#client, [messagesKey(key), metadataKey(key)], args));
    });
  }
}

/** The script remembers the last ones, so they are short. */
const writeId = (): string => randomUUID().slice(-12);

/** Each message's JSON followed by its tokens, as the scripts take them. */
function entriesOf(operation: string, messages: readonly unknown[], tokens: AppendOptions['tokens'] = 0) {
  if (!Array.isArray(messages)) throw invalid(`${operation}: messages`, 'is not a list', 'Pass a list of messages.');
  checkInteger(`${operation}: number of messages`, messages.length, { max: MAX_MESSAGES });
  const counts = tokensOf(operation, messages.length, tokens);
  return messages.flatMap((message, i) => [toJson(`${operation}: message ${i}`, message), counts[i] ?? 0]);
}

function tokensOf(operation: string, count: number, tokens: number | readonly number[]): readonly number[] {
  if (typeof tokens === 'object') {
    if (tokens.length !== count) {
      const found = `lists ${printCount(tokens.length, 'number')} for ${printCount(count, 'message')}`;
      throw invalid(`${operation}: tokens`, found, 'Pass one for each, or one number for all.');
    }
    for (const [i, each] of tokens.entries()) checkInteger(`${operation}: tokens of message ${i}`, each);
    return tokens;
  }
  checkInteger(`${operation}: tokens`, tokens, { max: count === 0 ? 0 : Number.MAX_SAFE_INTEGER });
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? tokens : 0));
}

function parseMessages(key: string, from: number, items: readonly string[]): unknown[] {
  return items.map((json, i) => fromJson(`Message ${from + i} of the conversation "${key}"`, json));
}

function flushPending(key: string): RespiteError {
  return new RespiteError('FLUSH_ALREADY_PENDING', {
    message: `Somebody is flushing "${key}" already. Leave it to them; the mark goes away when they are done, or after 30 minutes.`,
  });
}
