import type { EncodingLimits, StoredValue } from '../keyspace/entry';
import type { RedisVersion } from '../redis-version';
import { HashValue } from '../values/hash';
import { writeCompactValue } from './compact-value';
import { withFooter, withoutFooter } from './footer';
import { RdbReader, RdbWriter } from './rdb-primitives';
import { readValue } from './rdb-value';

/** What DUMP answers: a value as compact as Redis writes it. @param version whose payload it says to be */
export function dumpPayload(value: StoredValue, limits: EncodingLimits, version: RedisVersion): string {
  const writer = new RdbWriter(true);
  writeCompactValue(writer, value, limits, version);
  return withFooter(writer, version);
}

/** The oldest version that reads a value. */
export function oldestReader(value: StoredValue): RedisVersion {
  return value instanceof HashValue && value.firstDeadline !== Infinity ? '7.4' : '7.0';
}

/** The value of an intact payload. @throws RdbFormatError when it makes no sense */
export function readPayload(payload: Buffer, limits: EncodingLimits): StoredValue {
  return readWhole(withoutFooter(payload), limits);
}

/** The value of a type byte and a body. @throws RdbFormatError when they make no sense */
export function readWhole(body: Buffer, limits: EncodingLimits): StoredValue {
  const reader = new RdbReader(body);
  const value = readValue(reader, limits);
  if (reader.remaining > 0) reader.fail('bytes after the value');
  return value;
}
