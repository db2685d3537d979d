import type { Kind } from '../keyspace/entry';
import { HashValue, type HashView } from '../values/hash';

/** The collection types commands ask the context for. */
export const HASH: Kind<HashValue, HashView> = { type: 'hash', create: (limits) => new HashValue(limits) };
