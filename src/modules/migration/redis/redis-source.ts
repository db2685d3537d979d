import type { Redis } from 'ioredis';
import { bodyOfPayload } from '../../../engine/rdb/value-body';
import { RespiteError } from '../../../errors';
import { unlessInterrupted } from '../interruption';
import { showKey } from '../key-names';
import type { Selection } from '../selection';
import type { MovedItem, Source } from '../transfer';
import { bigValue } from './big-values';
import { allReplies, bytesOf } from './replies';
import { SeenKeys } from './seen-keys';

/** Keys asked for at once. */
const SCAN_COUNT = 512;
/** Bytes of memory that a round of values may have, about. */
const ROUND_BYTES = 8 * 1024 * 1024;

/** Keys whose values are asked for together. */
interface Round {
  readonly names: readonly Buffer[];
  /** Of a key that is read in parts: what it takes in memory. */
  readonly big?: number;
}

/**
 * The data behind a client: an engine in this process, the one of another process behind its private socket, a Redis. Keys
 * that stay are all there; of those that change meanwhile, each is as it was when it was read.
 */
export class RedisSource implements Source {
  /** @param client one of its own: databases are chosen on it. @param changes whether others may write meanwhile */
  constructor(
    private readonly client: Redis,
    private readonly selection: Selection = {},
    private readonly changes = true,
    /** Bytes of memory from which a value is read in parts, where nobody changes it meanwhile. */
    private readonly bigBytes = 32 * 1024 * 1024,
  ) {}

  /** How many keys there are, those that do not match included. */
  async count(): Promise<number> {
    const databases = await this.#databases();
    return databases.reduce((sum, [, keys]) => sum + keys, 0);
  }

  async *batches(signal: AbortSignal | undefined): AsyncGenerator<readonly MovedItem[], void, undefined> {
    const { match, db } = this.selection;
    // A selection of keys is one of keys.
    if (match === undefined && db === undefined) {
      const libraries = await this.#libraries();
      if (libraries.length > 0) yield libraries;
    }
    for (const [index] of await this.#databases()) {
      await this.client.select(index);
      yield* this.#database(index, signal);
    }
  }

  async #databases(): Promise<readonly (readonly [db: number, keys: number])[]> {
    const info = await this.client.info('keyspace');
    const all = [...info.matchAll(/^db(\d+):keys=(\d+)/gm)].map(([, db, keys]) => [Number(db), Number(keys)] as const);
    const { db: wanted } = this.selection;
    return wanted === undefined ? all : all.filter(([db]) => db === wanted);
  }

  async #libraries(): Promise<MovedItem[]> {
    const list = await this.client.callBuffer('FUNCTION', ['LIST', 'WITHCODE']).catch((error: unknown) => {
      // Redis before 7.0 has no functions.
      if (error instanceof Error && /unknown command/i.test(error.message)) return [];
      throw error;
    });
    if (!Array.isArray(list)) return [];
    return list.map((library: unknown) => {
      const parts = Array.isArray(library) ? library.map(bytesOf) : [];
      const source = parts[parts.findIndex((part) => part.equals(Buffer.from('library_code'))) + 1];
      return { kind: 'function', source: source?.latin1Slice() ?? '' };
    });
  }

  async *#database(db: number, signal: AbortSignal | undefined): AsyncGenerator<MovedItem[], void, undefined> {
    const seen = this.changes ? new SeenKeys() : undefined;
    let cursor = '0';
    do {
      unlessInterrupted(signal);
      const [next, found] = await this.client.scanBuffer(cursor, ...this.#scanOptions());
      cursor = String(next);
      const keys = seen === undefined ? found : found.filter((key) => seen.add(key.latin1Slice()));
      for (const { names, big } of await this.#rounds(keys)) {
        unlessInterrupted(signal);
        const parts = big === undefined ? undefined : await this.#parts(db, names, big);
        if (parts !== undefined) for await (const part of parts) yield [part];
        else yield await this.#values(db, names);
      }
    } while (cursor !== '0');
  }

  #scanOptions(): ['COUNT', number] {
    const { match } = this.selection;
    // ioredis has overloads for each order of options; the wire has not.
    return [...(match === undefined ? [] : ['MATCH', match]), 'COUNT', SCAN_COUNT] as unknown as ['COUNT', number];
  }

  /** Keys whose values are asked for together, so that they fit into memory. */
  async #rounds(keys: readonly Buffer[]): Promise<Round[]> {
    const pipeline = this.client.pipeline();
    for (const key of keys) pipeline.call('MEMORY', 'USAGE', key);
    const sizes = await allReplies(pipeline);
    const rounds: Round[] = [];
    let names: Buffer[] | undefined;
    let left = 0;
    for (const [i, key] of keys.entries()) {
      // Who does not know MEMORY USAGE has no large values either, as far as can be told.
      const size = typeof sizes[i] === 'number' ? sizes[i] : 0;
      if (!this.changes && size > this.bigBytes) {
        rounds.push({ names: [key], big: size });
        names = undefined;
        continue;
      }
      if (names === undefined || size > left) {
        rounds.push({ names: (names = []) });
        left = ROUND_BYTES;
      }
      names.push(key);
      left -= size;
    }
    return rounds;
  }

  async #parts(db: number, [name]: readonly Buffer[], size: number) {
    if (name === undefined) return undefined;
    const expireAt = Math.max(0, await this.client.pexpiretime(name));
    return bigValue(this.client, { db, key: name.latin1Slice(), expireAt }, size);
  }

  async #values(db: number, keys: readonly Buffer[]): Promise<MovedItem[]> {
    const pipeline = this.client.pipeline();
    for (const key of keys) pipeline.callBuffer('DUMP', key).call('PEXPIRETIME', key);
    const replies = await allReplies(pipeline);
    return keys.flatMap((name, i): MovedItem[] => {
      const payload = replies[i * 2];
      const expireAt = Number(replies[i * 2 + 1]);
      const key = name.latin1Slice();
      if (payload instanceof Error) throw unreadable(db, key, payload);
      // It went meanwhile.
      if (!Buffer.isBuffer(payload) || expireAt === -2) return [];
      return [{ kind: 'value', db, key, expireAt: Math.max(0, expireAt), body: bodyOfPayload(payload) }];
    });
  }
}

function unreadable(db: number, key: string, cause: Error): RespiteError {
  return new RespiteError('EXPORT_FAILED', {
    message: `The value of ${showKey(db, key)} could not be read: ${cause.message}.`,
    cause,
  });
}
