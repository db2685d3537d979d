import type { Kind } from '../../keyspace/entry';
import { newList } from '../../values/encoded-list';
import type { ListValue, ListView } from '../../values/list';

/** What commands ask the context for to get lists. */
export const LIST: Kind<ListValue, ListView> = { type: 'list', create: newList };
