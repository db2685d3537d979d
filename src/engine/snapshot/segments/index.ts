import type { EncodingLimits, StoredValue } from '../../keyspace/entry';
import { HashValue } from '../../values/hash';
import { ListValue } from '../../values/list';
import { RawString } from '../../values/raw-string';
import { SetValue } from '../../values/set';
import { SortedSetValue } from '../../values/sorted-set';
import { StreamValue } from '../../values/stream';
import type { RdbReader } from '../../rdb/rdb-primitives';
import { RDB_TYPE } from '../../rdb/rdb-value';
import { ACTIVE_STREAM_TYPE, STREAM_TYPE } from '../../rdb/stream-value';
import { DictLoader, DictSegmentation } from './dict-segmentation';
import { ListLoader, ListSegmentation } from './list-segmentation';
import type { Segmentation, SegmentLoader } from './segmentation';
import { StreamLoader, StreamSegmentation } from './stream-segmentation';
import { StringLoader, StringSegmentation } from './string-segmentation';

export { isBig, type Reading, type Segmentation, type SegmentLoader } from './segmentation';

/** Cuts a value anew. @returns undefined for one in a compact form: the limits of these are small enough */
export function cut(value: Exclude<StoredValue, string>): Segmentation | undefined {
  if (value instanceof RawString) return new StringSegmentation(value);
  if (value instanceof ListValue) return new ListSegmentation(value);
  if (value instanceof StreamValue) return new StreamSegmentation(value);
  return isDictValue(value) ? DictSegmentation.of(value) : undefined;
}

/** The byte that says how the head and the segments of a value are read: its RDB type. */
export function segmentedType(value: Exclude<StoredValue, string>): number {
  if (value instanceof RawString) return RDB_TYPE.string;
  if (value instanceof HashValue) return RDB_TYPE.hash;
  if (value instanceof SetValue) return RDB_TYPE.set;
  if (value instanceof SortedSetValue) return RDB_TYPE.sortedSet;
  return value instanceof ListValue ? RDB_TYPE.list : ACTIVE_STREAM_TYPE;
}

/** Begins to put a value together. @throws RdbFormatError when the head is none of ours */
export function loaderFor(type: number, head: RdbReader, limits: EncodingLimits): SegmentLoader {
  switch (type) {
    case RDB_TYPE.string:
      return new StringLoader(head);
    case RDB_TYPE.list:
      return new ListLoader(head, limits);
    case RDB_TYPE.set:
      return new DictLoader(new SetValue(limits), limits, head);
    case RDB_TYPE.hash:
      return new DictLoader(new HashValue(limits), limits, head);
    case RDB_TYPE.sortedSet:
      return new DictLoader(new SortedSetValue(limits), limits, head);
    case STREAM_TYPE:
    case ACTIVE_STREAM_TYPE:
      return new StreamLoader(head, type === ACTIVE_STREAM_TYPE, limits);
    default:
      return head.fail(`unknown type ${String(type)} of a segmented value`);
  }
}

function isDictValue(value: object): value is HashValue | SetValue | SortedSetValue {
  return value instanceof HashValue || value instanceof SetValue || value instanceof SortedSetValue;
}
