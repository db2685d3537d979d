import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { slotOf } from '../../../engine/cluster/key-slot';
import { plainValue, type PlainValue } from '../../../engine/rdb/plain-value';
import type { MovedItem } from '../transfer';
import { digestOfKey, sameDeadline } from './digest';
import { answers, type Line } from './replies';

type Part = Extract<MovedItem, { kind: 'part' }>;

/** Words of a command, at most. */
const WORDS = 1000;

/**
 * Writes values that come in parts, one after the other. They get their name when they are whole: until then, and after a crash,
 * they have one that says what they are.
 */
export class PartWriter {
  #name: Buffer = Buffer.alloc(0);
  /** Whether something has that name. */
  #begun = false;

  /** @param sameIsWritten whether the same value under its name counts as written */
  constructor(
    private readonly client: Redis,
    private readonly existing: 'refuse' | 'replace' | 'skip',
    private readonly sameIsWritten: boolean,
    private readonly slackMs: number,
  ) {}

  /** Removes what was written of a value whose rest does not come. */
  async abandon(): Promise<void> {
    if (!this.#begun) return;
    this.#begun = false;
    await this.client.unlink(this.#name);
  }

  /** Writes a part. @returns why it was refused; then what was written of the key is removed */
  async write(part: Part): Promise<Error | undefined> {
    const { key, expireAt, body, first, last } = part;
    if (first) {
      // The value changed while it was read: its parts begin anew.
      await this.abandon();
      this.#name = this.#nameFor(key);
      this.#begun = true;
    }
    const lines = linesFor(this.#name, plainValue(body));
    if (last && expireAt !== 0) lines.push(['PEXPIREAT', this.#name, String(expireAt)]);
    const refusal = (await answers(this.client, lines)).find((reply) => reply instanceof Error);
    if (refusal !== undefined) {
      await this.abandon();
      return refusal;
    }
    return last ? this.#finish(Buffer.from(key, 'latin1')) : undefined;
  }

  /** In a Redis Cluster it is in the slot of the key, or it could not become it. */
  #nameFor(key: string): Buffer {
    const mark = randomBytes(8).toString('hex');
    if (!this.client.isCluster) return Buffer.from(`respite:incomplete:${mark}:${key.slice(0, 200)}`, 'latin1');
    const slot = slotOf(key);
    let tag = 0;
    while (slotOf(String(tag)) !== slot) tag += 1;
    return Buffer.from(`respite:incomplete:${mark}:{${String(tag)}}`, 'latin1');
  }

  async #finish(key: Buffer): Promise<Error | undefined> {
    if (this.existing === 'replace') {
      await this.client.rename(this.#name, key);
      this.#begun = false;
      return undefined;
    }
    if ((await this.client.renamenx(this.#name, key)) === 1) {
      this.#begun = false;
      return undefined;
    }
    const isTheSame = this.sameIsWritten && (await this.#holdsTheSame(key));
    await this.abandon();
    return isTheSame ? undefined : new Error('BUSYKEY Target key name already exists.');
  }

  async #holdsTheSame(key: Buffer): Promise<boolean> {
    const [written, there] = [await digestOfKey(this.client, this.#name), await digestOfKey(this.client, key)];
    if (written === undefined || written.digest !== there?.digest) return false;
    return sameDeadline(written.expireAt, there.expireAt, this.slackMs);
  }
}

/** The commands that add the elements of a value to a key. */
function linesFor(key: Buffer, value: PlainValue): Line[] {
  switch (value.type) {
    case 'string':
      return [['APPEND', key, bytes(value.value)]];
    case 'list':
      return slices(value.elements).map((some) => ['RPUSH', key, ...some]);
    case 'set':
      return slices(value.elements).map((some) => ['SADD', key, ...some]);
    case 'hash':
      return [...slices(value.pairs).map((some): Line => ['HSET', key, ...some]), ...deadlineLines(key, value)];
    case 'zset':
      // A compact sorted set loses the sign of -0: by then it is large.
      return slices(zerosLast(value.members).flatMap(([name, score]) => [scoreText(score), name])).map((some) => [
        'ZADD',
        key,
        ...some,
      ]);
    case 'stream':
      throw new TypeError('streams are not taken apart');
  }
}

function* deadlineLines(key: Buffer, { pairs, deadlines = [] }: PlainValue & { type: 'hash' }): Generator<Line> {
  for (const [i, deadline] of deadlines.entries())
    if (deadline !== 0) yield ['HPEXPIREAT', key, String(deadline), 'FIELDS', '1', bytes(pairs[i * 2] ?? '')];
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
