import type { Kind } from '../../keyspace/entry';
import { HashValue, type HashView } from '../../values/hash';

/** What commands ask the context for to get hashes. */
export const HASH: Kind<HashValue, HashView> = { type: 'hash', create: (limits) => new HashValue(limits) };
