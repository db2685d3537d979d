import type { Redis } from 'ioredis';
import { elementsBody, type PlainValue } from '../../../engine/rdb/plain-value';
import { RespiteError } from '../../../errors';
import { showKey } from '../key-names';
import type { MovedItem } from '../transfer';
import { bytesOf } from './replies';

type Part = Extract<MovedItem, { kind: 'part' }>;
type Key = Pick<Part, 'db' | 'key' | 'expireAt'>;

/** Bytes of a part, about, and elements at most. */
const PART_BYTES = 8 * 1024 * 1024;
const PART_ELEMENTS = 10_000;

/** How a type is read in pieces, by its elements or bytes. */
interface Pieces {
  readonly total: number;
  readonly next: () => Promise<PlainValue | undefined>;
}

/** How often a value that others write meanwhile is read before that is given up. */
const ATTEMPTS = 5;

/**
 * Reads a value in parts.
 * @param bytes what it takes in memory, about
 * @param changes whether somebody may change it meanwhile: then it is watched, and its parts begin anew
 * @returns undefined for what has no parts: a stream, and a hash where fields have deadlines
 */
export async function bigValue(
  client: Redis,
  key: Key,
  bytes: number,
  changes: boolean,
): Promise<AsyncGenerator<Part> | undefined> {
  const name = Buffer.from(key.key, 'latin1');
  if (changes) await client.watch(name);
  const pieces = await piecesOf(client, name, bytes);
  if (pieces !== undefined) return changes ? watched(client, key, pieces, bytes) : parts(key, pieces);
  if (changes) await client.unwatch();
  return undefined;
}

async function* parts(key: Key, { total, next }: Pieces, isWhole = async () => true): AsyncGenerator<Part, boolean> {
  let first = true;
  for (let value = await next(); value !== undefined;) {
    const following = await next();
    // Asked before the last part is handed out: with it the value counts as whole.
    if (following === undefined && !(await isWhole())) return false;
    yield { kind: 'part', ...key, body: elementsBody(value), first, last: following === undefined, total };
    first = false;
    value = following;
  }
  return true;
}

async function* watched(client: Redis, key: Key, begun: Pieces, bytes: number): AsyncGenerator<Part> {
  const name = Buffer.from(key.key, 'latin1');
  let pieces: Pieces | undefined = begun;
  for (let attempt = 1; pieces !== undefined; attempt++) {
    // EXEC answers null once a watched key has changed.
    if (yield* parts(key, pieces, async () => (await client.multi().exec()) !== null)) return;
    if (attempt === ATTEMPTS) throw changing(key);
    await client.watch(name);
    pieces = await piecesOf(client, name, bytes);
  }
  // It is gone, or has become what has no parts.
  if ((await client.exists(name)) === 1) throw changing(key);
}

function changing({ db, key }: Key): RespiteError {
  return new RespiteError('EXPORT_FAILED', {
    message: `The value of ${showKey(db, key)} was changed each time while its parts were read. Stop who writes it, or leave it out with --match.`,
  });
}

async function piecesOf(client: Redis, key: Buffer, bytes: number): Promise<Pieces | undefined> {
  const atOnce = (total: number) => Math.max(1, Math.min(PART_ELEMENTS, Math.floor(PART_BYTES / (bytes / total))));
  switch (await client.type(key)) {
    case 'string':
      return ranged(await client.strlen(key), PART_BYTES, async (start, end) => {
        return { type: 'string', value: (await client.getrangeBuffer(key, start, end)).latin1Slice() };
      });
    case 'list': {
      const total = await client.llen(key);
      return ranged(total, atOnce(total), async (start, end) => {
        return { type: 'list', elements: (await client.lrangeBuffer(key, start, end)).map(text) };
      });
    }
    case 'zset': {
      const total = await client.zcard(key);
      return ranged(total, atOnce(total), async (start, end) => {
        const flat = await client.zrangeBuffer(key, start, end, 'WITHSCORES');
        const members = Array.from({ length: flat.length >> 1 }, (_, i) => {
          return [text(flat[i * 2]), scoreOf(text(flat[i * 2 + 1]))] as const;
        });
        return { type: 'zset', members };
      });
    }
    case 'set': {
      const total = await client.scard(key);
      const next = scanned((cursor) => client.sscanBuffer(key, cursor, 'COUNT', atOnce(total)));
      return { total, next: async () => asValue(await next(), (elements) => ({ type: 'set', elements })) };
    }
    case 'hash': {
      // HSCAN tells no deadlines: where there are any, hashes are moved whole.
      if (await hasTimedFields(client)) return undefined;
      const total = await client.hlen(key);
      const next = scanned((cursor) => client.hscanBuffer(key, cursor, 'COUNT', atOnce(total)));
      return { total, next: async () => asValue(await next(), (pairs) => ({ type: 'hash', pairs })) };
    }
    default:
      return undefined;
  }
}

/** Whether fields of any hash of a server have deadlines. Redis 7.4 and later count such hashes; before there are none. */
export async function hasTimedFields(client: Redis): Promise<boolean> {
  return /subexpiry=[1-9]/.test(await client.info('keyspace'));
}

function ranged(total: number, atOnce: number, read: (start: number, end: number) => Promise<PlainValue>): Pieces {
  let start = 0;
  return {
    total,
    next: async () => {
      if (start >= total) return undefined;
      const value = await read(start, Math.min(total, start + atOnce) - 1);
      start += atOnce;
      return value;
    },
  };
}

type Scan = (cursor: string) => Promise<[cursor: Buffer, elements: Buffer[]]>;

function scanned(scan: Scan): () => Promise<string[] | undefined> {
  let cursor: string | undefined = '0';
  return async () => {
    while (cursor !== undefined) {
      const [next, elements] = await scan(cursor);
      cursor = String(next) === '0' ? undefined : String(next);
      if (elements.length > 0) return elements.map(text);
    }
    return undefined;
  };
}

function asValue(elements: string[] | undefined, make: (elements: string[]) => PlainValue): PlainValue | undefined {
  return elements === undefined ? undefined : make(elements);
}

function text(reply: unknown): string {
  return bytesOf(reply).latin1Slice();
}

/** Scores stand there as C's printf wrote them. */
function scoreOf(shown: string): number {
  return Number(shown.replace('inf', 'Infinity'));
}
