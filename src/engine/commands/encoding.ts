import type { StoredValue } from '../keyspace/entry';
import type { Memory } from '../keyspace/memory';
import { EMBEDDED_LENGTH } from '../values/raw-string';
import { parseInt64 } from '../command/arguments';

const SHARED_INTEGERS = 10_000;

/** What OBJECT ENCODING reports. */
export function encodingOf(value: StoredValue): string {
  if (typeof value === 'string')
    return parseInt64(value) !== undefined ? 'int' : value.length <= EMBEDDED_LENGTH ? 'embstr' : 'raw';
  return value.encoding;
}

/** Whether Redis would use one of its shared objects for this value: not while objects carry access times for eviction. */
export function isSharedInteger(value: StoredValue, memory: Memory): boolean {
  if (typeof value !== 'string' || (memory.configured > 0 && memory.tracksAccess)) return false;
  const number = parseInt64(value);
  return number !== undefined && number >= 0 && number < SHARED_INTEGERS;
}
