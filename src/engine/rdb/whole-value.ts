import { DEFAULT_LIMITS, type StoredValue } from '../keyspace/entry';
import { SetValue } from '../values/set';
import { StreamValue } from '../values/stream';
import { writeCompactValue } from './compact-value';
import type { RdbWriter } from './rdb-primitives';
import { writeValue } from './rdb-value';

/** The first version whose forms keep the order of small sets, and when the consumers of a stream were active. */
const KEEPS_ALL = '7.2';

/** Appends a value with all that belongs to it, which not every version could read: type byte and body. */
export function writeWhole(writer: RdbWriter, value: StoredValue): void {
  const isOrdered = value instanceof SetValue && value.encoding === 'listpack';
  if (isOrdered || value instanceof StreamValue) writeCompactValue(writer, value, DEFAULT_LIMITS, KEEPS_ALL);
  else writeValue(writer, value);
}
