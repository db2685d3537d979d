import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { plainValue, type PlainValue } from '../../../engine/rdb/plain-value';
import { bodyOfPayload, hasTimedFields } from '../../../engine/rdb/value-body';
import { bigValue } from './big-values';
import { deadlineOf } from './expiry';
import type { Value } from './read-values';
import { answers } from './replies';
import { SeenKeys } from './seen-keys';

/** How a key differs between two places. */
export type Difference = 'missing' | 'value' | 'deadline';

/** Bytes of memory from which a value is read in parts. */
const BIG_BYTES = 32 * 1024 * 1024;
const DIGEST_BYTES = 20;

/**
 * What a value holds in 20 bytes, whatever its encoding and the order of what has none, whole or part after part. When
 * consumers of a stream were last seen is no part of it.
 */
export class ValueDigest {
  readonly #ordered = createHash('sha1');
  readonly #unordered = Buffer.alloc(DIGEST_BYTES);
  /** Elements may come twice while they are read in parts. */
  #seen: SeenKeys | undefined;
  #type = '';

  /** @param now milliseconds since the epoch: hash fields whose deadline is over by then count as gone; default none */
  constructor(private readonly now = 0) {}

  /** Adds a value, or the next part of one. */
  add(value: PlainValue): void {
    this.#type = value.type;
    switch (value.type) {
      case 'string':
        this.#ordered.update(value.value, 'latin1');
        return;
      case 'list':
        for (const element of value.elements) this.#ordered.update(framed(element), 'latin1');
        return;
      case 'set':
        for (const element of value.elements) this.#mix(element, element);
        return;
      case 'hash':
        this.#addHash(value);
        return;
      case 'zset':
        for (const [name, score] of value.members) this.#mix(name, framed(name) + (score === 0 ? '0' : String(score)));
        return;
      case 'stream':
        this.#ordered.update(streamText(value));
    }
  }

  /** The digest of all that was added. */
  finish(): string {
    return `${this.#type}:${this.#ordered.digest('hex')}:${this.#unordered.toString('hex')}`;
  }

  #addHash({ pairs, deadlines }: PlainValue & { type: 'hash' }): void {
    for (let i = 0; i < pairs.length; i += 2) {
      const [field = '', value = ''] = [pairs[i], pairs[i + 1]];
      const deadline = deadlines?.[i / 2] ?? 0;
      if (deadline !== 0 && deadline <= this.now) continue;
      this.#mix(field, framed(field) + framed(value) + (deadline === 0 ? '' : String(deadline)));
    }
  }

  #mix(name: string, text: string): void {
    if (!(this.#seen ??= new SeenKeys()).add(name)) return;
    const hash = createHash('sha1').update(text, 'latin1').digest();
    for (let i = 0; i < DIGEST_BYTES; i++) this.#unordered[i] = (this.#unordered[i] ?? 0) ^ (hash[i] ?? 0);
  }
}

/**
 * How a key that was read differs from what is at the other place.
 * @param slackMs how far deadlines may be apart
 * @param now milliseconds since the epoch, after both were read
 * @throws RdbFormatError when one of the values cannot be read
 */
export function valueDifference(
  value: Value,
  there: Value | undefined,
  slackMs: number,
  now: number,
): Difference | undefined {
  if (there === undefined) return isOver(value.body, now) ? undefined : 'missing';
  if (!value.body.equals(there.body) && digestOfBody(value.body, now) !== digestOfBody(there.body, now)) return 'value';
  return sameDeadline(value.expireAt, there.expireAt, slackMs) ? undefined : 'deadline';
}

/** Whether it is a hash none of whose fields is left by then. */
function isOver(body: Buffer, now: number): boolean {
  if (!hasTimedFields(body)) return false;
  const value = plainValue(body);
  return value.type === 'hash' && value.deadlines?.every((deadline) => deadline !== 0 && deadline <= now) === true;
}

/** Whether two deadlines are one. */
export function sameDeadline(one: number, other: number, slackMs: number): boolean {
  return one === other || (one > 0 && other > 0 && Math.abs(one - other) <= slackMs);
}

/** What a key holds, and until when. */
export interface KeyDigest {
  readonly digest: string;
  readonly expireAt: number;
}

/** Reads a key of the database that is chosen, large ones in parts. @returns undefined when there is none */
export async function digestOfKey(client: Redis, key: Buffer): Promise<KeyDigest | undefined> {
  const [size] = await answers(client, [['MEMORY', 'USAGE', key]]);
  const bytes = typeof size === 'number' ? size : 0;
  const digest = new ValueDigest();
  const parts =
    bytes > BIG_BYTES
      ? await bigValue(client, { db: 0, key: key.latin1Slice(), expireAt: 0 }, bytes, false)
      : undefined;
  if (parts !== undefined) {
    for await (const { body } of parts) digest.add(plainValue(body));
  } else {
    const [payload] = await answers(client, [['DUMP', key]]);
    if (payload instanceof Error) throw payload;
    if (!Buffer.isBuffer(payload)) return undefined;
    digest.add(plainValue(bodyOfPayload(payload)));
  }
  return { digest: digest.finish(), expireAt: await deadlineOf(client, key) };
}

function digestOfBody(body: Buffer, now: number): string {
  const digest = new ValueDigest(now);
  digest.add(plainValue(body));
  return digest.finish();
}

/** So that two texts are not another two. */
function framed(text: string): string {
  return `${String(text.length)}:${text}`;
}

function streamText({ entries, lastId, maxDeletedId, entriesAdded, groups }: PlainValue & { type: 'stream' }): string {
  const byName = [...groups].sort((a, b) => (a.name < b.name ? -1 : 1));
  return JSON.stringify([
    ...[entries, lastId, maxDeletedId, String(entriesAdded)],
    byName.map((group) => {
      const consumers = group.consumers.map(([name]) => name).sort();
      return [group.name, group.lastId, String(group.entriesRead), consumers, group.pending];
    }),
  ]);
}
