import { randomBytes } from 'node:crypto';
import type { ChainableCommander, Redis } from 'ioredis';
import { plainValue, type PlainValue } from '../../../engine/rdb/plain-value';
import type { MovedItem } from '../transfer';
import { allReplies } from './replies';

type Part = Extract<MovedItem, { kind: 'part' }>;

/** Words of a command, at most. */
const WORDS = 1000;

/**
 * Writes values that come in parts, one after the other. They get their name when they are whole: until then, and after a crash,
 * they have one that says what they are.
 */
export class PartWriter {
  #name = Buffer.alloc(0);

  constructor(
    private readonly client: Redis,
    private readonly existing: 'refuse' | 'replace' | 'skip',
  ) {}

  /** Writes a part. @returns why it was refused; then what was written of the key is removed */
  async write(part: Part): Promise<Error | undefined> {
    const { key, expireAt, body, first, last } = part;
    if (first)
      this.#name = Buffer.from(`respite:incomplete:${randomBytes(8).toString('hex')}:${key.slice(0, 200)}`, 'latin1');
    const pipeline = this.client.pipeline();
    addElements(pipeline, this.#name, plainValue(body));
    if (last && expireAt !== 0) pipeline.pexpireat(this.#name, expireAt);
    const refusal = (await allReplies(pipeline)).find((reply) => reply instanceof Error);
    if (refusal !== undefined) {
      await this.client.unlink(this.#name);
      return refusal;
    }
    return last ? this.#finish(Buffer.from(key, 'latin1')) : undefined;
  }

  async #finish(key: Buffer): Promise<Error | undefined> {
    if (this.existing === 'replace') {
      await this.client.rename(this.#name, key);
      return undefined;
    }
    if ((await this.client.renamenx(this.#name, key)) === 1) return undefined;
    await this.client.unlink(this.#name);
    return new Error('BUSYKEY Target key name already exists.');
  }
}

/** Adds the commands that add the elements of a value to a key. */
function addElements(pipeline: ChainableCommander, key: Buffer, value: PlainValue): void {
  switch (value.type) {
    case 'string':
      pipeline.append(key, bytes(value.value));
      return;
    case 'list':
      for (const some of slices(value.elements)) pipeline.rpush(key, ...some);
      return;
    case 'set':
      for (const some of slices(value.elements)) pipeline.sadd(key, ...some);
      return;
    case 'hash':
      for (const some of slices(value.pairs)) pipeline.hset(key, ...some);
      return;
    case 'zset':
      // A compact sorted set loses the sign of -0: by then it is large.
      for (const some of slices(zerosLast(value.members).flatMap(([name, score]) => [scoreText(score), name])))
        pipeline.zadd(key, ...(some as [Buffer, Buffer])); // pairs, which ioredis does not distinguish
      return;
    case 'stream':
      throw new TypeError('streams are not taken apart');
  }
}

type Members = readonly (readonly [name: string, score: number])[];

function zerosLast(members: Members): Members {
  const isNegativeZero = ([, score]: Members[number]) => Object.is(score, -0);
  if (!members.some(isNegativeZero)) return members;
  return [...members.filter((member) => !isNegativeZero(member)), ...members.filter(isNegativeZero)];
}

function slices(words: readonly string[]): Buffer[][] {
  return Array.from({ length: Math.ceil(words.length / WORDS) }, (_, i) =>
    words.slice(i * WORDS, (i + 1) * WORDS).map(bytes),
  );
}

function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function scoreText(score: number): string {
  if (Math.abs(score) === Infinity) return score > 0 ? 'inf' : '-inf';
  return Object.is(score, -0) ? '-0' : String(score);
}
