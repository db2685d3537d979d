import type { StoredValue } from '../keyspace/entry';
import type { Memory } from '../keyspace/memory';
import { parseInt64 } from './arguments';

/** Redis embeds strings of up to so many bytes in the object itself. */
const EMBEDDED_LENGTH = 44;
const SHARED_INTEGERS = 10_000;

/** What OBJECT ENCODING reports. */
export function encodingOf(value: StoredValue): string {
  if (typeof value === 'string') return parseInt64(value) !== undefined ? 'int' : value.length <= EMBEDDED_LENGTH ? 'embstr' : 'raw';
  return 'encoding' in value ? value.encoding : 'raw';
}

/** Whether Redis would use one of its shared objects for this value: not while objects carry access times for eviction. */
export function isSharedInteger(value: StoredValue, memory: Memory): boolean {
  if (typeof value !== 'string' || (memory.limit > 0 && memory.tracksAccess)) return false;
  const number = parseInt64(value);
  return number !== undefined && number >= 0 && number < SHARED_INTEGERS;
}
