import type { Kind } from '../../keyspace/entry';
import { SetValue, type SetView } from '../../values/set';

/** What commands ask the context for to get sets. */
export const SET: Kind<SetValue, SetView> = { type: 'set', create: (limits) => new SetValue(limits) };
