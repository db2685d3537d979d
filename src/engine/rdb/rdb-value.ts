import type { EncodingLimits, StoredValue } from '../keyspace/entry';
import { hashOfPairs, setAs } from '../values/filled';
import { HashValue } from '../values/hash';
import { listToFill } from '../values/encoded-list';
import { ListValue } from '../values/list';
import { RawString } from '../values/raw-string';
import { SetValue } from '../values/set';
import type { Scored } from '../values/ranked-node';
import { compareMembers, SortedSetValue } from '../values/sorted-set';
import { StreamValue } from '../values/stream';
import { readPackedValue } from './packed-values';
import { type RdbReader, type RdbWriter } from './rdb-primitives';
import { readTimedHash, writeTimedHash } from './timed-hash';
import { isStreamType, readStream, STREAM_TYPE, writeStream } from './stream-value';

/** RDB type bytes we write; Redis 7.0 reads them all, but for hashes whose fields have deadlines, and re-encodes small values itself. */
export const RDB_TYPE = { string: 0, list: 1, set: 2, hash: 4, sortedSet: 5, timedHash: 24 } as const;

/** Appends a value in RDB encoding: type byte and body, as DUMP has them before its footer. */
export function writeValue(writer: RdbWriter, value: StoredValue): void {
  if (typeof value === 'string' || value instanceof RawString) {
    writer.byte(RDB_TYPE.string);
    writer.string(value.toString());
  } else if (value instanceof HashValue && value.firstDeadline !== Infinity) {
    writer.byte(RDB_TYPE.timedHash);
    writeTimedHash(writer, value);
  } else if (value instanceof HashValue) {
    writer.byte(RDB_TYPE.hash);
    writer.length(value.size);
    for (const part of value.pairs()) writer.string(part);
  } else if (value instanceof SetValue) {
    writer.byte(RDB_TYPE.set);
    writer.length(value.size);
    for (const member of value.members()) writer.string(member);
  } else if (value instanceof SortedSetValue) {
    writer.byte(RDB_TYPE.sortedSet);
    writer.length(value.size);
    value.visit({ start: 0, end: value.size }, false, (name, score) => {
      writer.string(name);
      writer.doubleLE(score);
    });
  } else if (value instanceof ListValue) {
    writer.byte(RDB_TYPE.list);
    writer.length(value.size);
    value.walk('left', (element) => {
      writer.string(element);
      return true;
    });
  } else if (value instanceof StreamValue) {
    writer.byte(STREAM_TYPE);
    writeStream(writer, value);
  } else {
    throw new TypeError(`values of type ${value.type} have no RDB encoding here`);
  }
}

/** Reads one value: type byte and body. @throws RdbFormatError when the bytes are no such value */
export function readValue(reader: RdbReader, limits: EncodingLimits): StoredValue {
  const value = readBody(reader, reader.byte(), limits);
  // No key holds an empty collection, so one that does is damaged: Redis refuses it too.
  if (isEmpty(value)) reader.fail('a collection without elements');
  return value;
}

function readScore(reader: RdbReader): number {
  const score = reader.doubleLE();
  return Number.isNaN(score) ? reader.fail('a score that is no number') : score;
}

function isEmpty(value: StoredValue): boolean {
  return typeof value !== 'string' && !(value instanceof RawString) && value.type !== 'stream' && value.size === 0;
}

function readBody(reader: RdbReader, type: number, limits: EncodingLimits): StoredValue {
  switch (type) {
    case RDB_TYPE.string:
      return reader.string();
    case RDB_TYPE.list: {
      const list = listToFill(limits);
      for (let left = reader.length(); left > 0; left--) list.push('right', reader.string());
      list.settle();
      return list;
    }
    case RDB_TYPE.set: {
      const members: string[] = [];
      for (let left = reader.length(); left > 0; left--) members.push(reader.string());
      const set = setAs('hashtable', members, limits);
      return set.size === members.length ? set : reader.fail('a set has a member twice');
    }
    case RDB_TYPE.hash: {
      const pairs: string[] = [];
      for (let left = reader.length(); left > 0; left--) pairs.push(reader.string(), reader.string());
      return hashOfPairs(pairs, limits) ?? reader.fail('a hash has a field twice');
    }
    case RDB_TYPE.timedHash:
      return readTimedHash(reader, limits);
    case RDB_TYPE.sortedSet: {
      const members: Scored[] = [];
      for (let left = reader.length(); left > 0; left--)
        members.push({ key: reader.string(), score: readScore(reader) });
      // All at once: a set that is not compact keeps a score of -0, a compact one does not.
      const set = SortedSetValue.of(members.sort(compareMembers), limits);
      return set.size === members.length ? set : reader.fail('a sorted set has a member twice');
    }
    default:
      if (isStreamType(type)) return readStream(reader, type, limits);
      return readPackedValue(type, reader, limits) ?? reader.fail(`unknown value type ${String(type)}`);
  }
}
