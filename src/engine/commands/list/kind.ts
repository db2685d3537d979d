import type { Kind } from '../../keyspace/entry';
import { ListValue, type ListView } from '../../values/list';

/** What commands ask the context for to get lists. */
export const LIST: Kind<ListValue, ListView> = { type: 'list', create: () => new ListValue() };
