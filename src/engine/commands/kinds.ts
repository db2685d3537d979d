import type { Kind } from '../keyspace/entry';
import { HashValue, type HashView } from '../values/hash';
import { ListValue, type ListView } from '../values/list';
import { SetValue, type SetView } from '../values/set';
import { SortedSetValue, type SortedSetView } from '../values/sorted-set';
import { StreamValue, type StreamView } from '../values/stream';

/** The collection types commands ask the context for. */
export const HASH: Kind<HashValue, HashView> = { type: 'hash', create: (limits) => new HashValue(limits) };
export const LIST: Kind<ListValue, ListView> = { type: 'list', create: () => new ListValue() };
export const SET: Kind<SetValue, SetView> = { type: 'set', create: (limits) => new SetValue(limits) };
export const SORTED_SET: Kind<SortedSetValue, SortedSetView> = {
  type: 'zset',
  create: (limits) => new SortedSetValue(limits),
};
export const STREAM: Kind<StreamValue, StreamView> = { type: 'stream', create: (limits) => new StreamValue(limits) };
