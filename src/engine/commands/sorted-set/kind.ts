import type { Kind } from '../../keyspace/entry';
import { SortedSetValue, type SortedSetView } from '../../values/sorted-set';

/** What commands ask the context for to get sorted sets. */
export const SORTED_SET: Kind<SortedSetValue, SortedSetView> = {
  type: 'zset',
  create: (limits) => new SortedSetValue(limits),
};
