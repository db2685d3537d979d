import { DEFAULT_LIMITS, type EncodingLimits, type StoredValue } from '../keyspace/entry';
import { hashOfTimed } from '../values/filled';
import { HashValue } from '../values/hash';
import { ListValue } from '../values/list';
import { RawString } from '../values/raw-string';
import { SetValue } from '../values/set';
import type { TimedField } from '../values/timed-fields';
import { compareMembers, SortedSetValue } from '../values/sorted-set';
import { StreamValue } from '../values/stream';
import { writeCompactValue } from './compact-value';
import { readWhole } from './dump-payload';
import { type PlainStream, plainStream, streamOf } from './plain-stream';
import { RdbWriter } from './rdb-primitives';
import { RDB_TYPE, writeValue } from './rdb-value';

/** What a value holds, in whatever encoding it was. Strings have one character per byte. */
export type PlainValue =
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'list' | 'set'; readonly elements: readonly string[] }
  /** Field and value in turn. */
  | {
      readonly type: 'hash';
      readonly pairs: readonly string[];
      /** Each field's, milliseconds since the epoch, 0 = never; none when no field has one. */
      readonly deadlines?: readonly number[];
    }
  /** In their order. */
  | { readonly type: 'zset'; readonly members: readonly (readonly [name: string, score: number])[] }
  | ({ readonly type: 'stream' } & PlainStream);

/** What is written goes to who has settings of his own. */
const LIMITS: EncodingLimits = DEFAULT_LIMITS;

/** Compact sorted sets lose the sign of a score of -0. */
const SIGNED: EncodingLimits = { ...LIMITS, 'zset-max-listpack-entries': 0 };

/** What a value's type byte and body say. @throws RdbFormatError when they make no sense */
export function plainValue(body: Buffer): PlainValue {
  return plain(readWhole(body, SIGNED));
}

/** Takes a value's type byte and body apart. @throws RdbFormatError when they make no sense */
export function checkBody(body: Buffer): void {
  readWhole(body, LIMITS);
}

function plain(value: StoredValue): PlainValue {
  if (typeof value === 'string' || value instanceof RawString) return { type: 'string', value: value.toString() };
  if (value instanceof ListValue) return { type: 'list', elements: value.slice(0, value.size) };
  if (value instanceof SetValue) return { type: 'set', elements: value.members() };
  if (value instanceof HashValue) return plainHash(value);
  if (value instanceof StreamValue) return { type: 'stream', ...plainStream(value) };
  if (!(value instanceof SortedSetValue)) throw new TypeError(`values of type ${value.type} have no plain form`);
  const members: [string, number][] = [];
  value.visit({ start: 0, end: value.size }, false, (name, score) => {
    members.push([name, score]);
  });
  return { type: 'zset', members };
}

function plainHash(hash: HashValue): PlainValue {
  if (hash.firstDeadline === Infinity) return { type: 'hash', pairs: hash.pairs() };
  const fields = hash.timed();
  return {
    type: 'hash',
    pairs: fields.flatMap(([field, value]) => [field, value]),
    deadlines: fields.map(([, , deadline]) => deadline),
  };
}

/** Type byte and body of a value, as compact as Redis 7.0 writes it. What is there twice counts once. */
export function bodyOf(value: PlainValue): Buffer {
  const writer = new RdbWriter(true);
  writeCompactValue(writer, stored(value), LIMITS, '7.0');
  return writer.view();
}

/**
 * Some elements of a value, or bytes of a text: type byte and body in the plain encoding, in which the elements of several
 * follow each other.
 */
export function elementsBody(value: PlainValue): Buffer {
  const writer = new RdbWriter(value.type !== 'string');
  if (value.type === 'string') {
    writer.byte(RDB_TYPE.string);
    writer.length(value.value.length);
    writer.latin1(value.value);
  } else writeValue(writer, stored(value));
  return writer.view();
}

function stored(value: PlainValue): StoredValue {
  switch (value.type) {
    case 'string':
      return value.value;
    case 'list': {
      const list = new ListValue();
      for (const element of value.elements) list.push('right', element);
      return list;
    }
    case 'set':
      return SetValue.of(value.elements, LIMITS);
    case 'hash':
      return hashOf(value);
    case 'zset': {
      const limits = value.members.some(([, score]) => Object.is(score, -0)) ? SIGNED : LIMITS;
      return SortedSetValue.of(value.members.map(([key, score]) => ({ key, score })).sort(compareMembers), limits);
    }
    case 'stream':
      return streamOf(value, LIMITS);
  }
}

function hashOf({ pairs, deadlines }: PlainValue & { type: 'hash' }): HashValue {
  if (deadlines?.some((deadline) => deadline !== 0) !== true) {
    const hash = new HashValue(LIMITS);
    hash.setAll(pairs);
    return hash;
  }
  const fields = new Map<string, TimedField>();
  for (const [i, deadline] of deadlines.entries()) {
    const [field = '', value = ''] = [pairs[i * 2], pairs[i * 2 + 1]];
    fields.set(field, [field, value, deadline]);
  }
  return hashOfTimed([...fields.values()], LIMITS);
}
