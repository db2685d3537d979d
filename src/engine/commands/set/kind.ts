import type { Kind } from '../../keyspace/entry';
import { SetValue } from '../../values/set';
import type { SetView } from '../../values/set-view';

/** What commands ask the context for to get sets. */
export const SET: Kind<SetValue, SetView> = { type: 'set', create: (limits) => new SetValue(limits) };
