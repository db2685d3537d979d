import type { EncodingLimits, StoredValue } from '../keyspace/entry';
import { writeCompactValue } from './compact-value';
import { withFooter, withoutFooter } from './footer';
import { RdbReader, RdbWriter } from './rdb-primitives';
import { readValue } from './rdb-value';

/** What DUMP answers: a value as compact as Redis writes it. */
export function dumpPayload(value: StoredValue, limits: EncodingLimits): string {
  const writer = new RdbWriter(true);
  writeCompactValue(writer, value, limits);
  return withFooter(writer);
}

/** The value of an intact payload. @throws RdbFormatError when it makes no sense */
export function readPayload(payload: Buffer, limits: EncodingLimits): StoredValue {
  const reader = new RdbReader(withoutFooter(payload));
  const value = readValue(reader, limits);
  if (reader.remaining > 0) reader.fail('bytes after the value');
  return value;
}
