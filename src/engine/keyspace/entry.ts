import type { RedisVersion } from '../redis-version';
import type { DictEntry } from '../values/dict';
import type { Expiring } from '../values/expiry-heap';
import { type RawString } from '../values/raw-string';
import { textBytes } from '../values/text-bytes';

/** Redis' data types, as TYPE names them. */
export type ValueType = 'string' | 'list' | 'set' | 'zset' | 'hash' | 'stream';

/** What every collection value offers to the keyspace. */
export interface Collection {
  readonly type: ValueType;
  /** What OBJECT ENCODING reports. */
  readonly encoding: string;
  /** Elements; a key whose collection falls to 0 is removed (streams excepted). */
  readonly size: number;
  /** Estimated bytes of memory, known without walking the value. */
  readonly bytes: number;
  /** An independent copy with the same encoding, for COPY. */
  clone(): Collection;
  /** Told when its key is removed; it may be stored under another key afterwards. */
  released?(): void;
}

/** What a key holds. A plain string is by far the commonest value and needs no object around it. */
export type StoredValue = string | RawString | Collection;

/** One key. */
export interface Entry extends DictEntry, Expiring {
  value: StoredValue;
  /** When or how often it was used; only `AccessClock` reads it. */
  access: number;
}

/** The type of a value, as TYPE names it. */
export function typeOf(value: StoredValue): ValueType {
  return typeof value === 'string' ? 'string' : value.type;
}

/** A hash as the keyspace sees it: its fields may have deadlines. Its class is loaded with the first hash. */
export interface TimedFields extends Collection {
  /** The first of its fields' deadlines, milliseconds since the epoch; Infinity without any. */
  readonly firstDeadline: number;
  /** The fields whose time has come. */
  due(now: number): string[];
  delete(field: string): boolean;
}

/** A value as a hash, if it is one. */
export function timedFieldsOf(value: StoredValue): TimedFields | undefined {
  if (typeof value === 'string' || value.type !== 'hash') return undefined;
  return value as unknown as TimedFields; // the type tag names the class
}

/** Bytes of the entry object, its places in index array and hash index, and the key's header: see `npm run bench:memory`. */
export const ENTRY_OVERHEAD = 118;

/** Estimated bytes of memory of a key with its value. */
export function entryBytes(key: string, value: StoredValue): number {
  return ENTRY_OVERHEAD + textBytes(key) + (typeof value === 'string' ? textBytes(value) + 16 : value.bytes);
}

/** Names a collection type for `CommandContext.read` and `edit`; `View` is its read-only side. */
export interface Kind<Value extends Collection, View> {
  readonly type: ValueType;
  /** Never called: carries the read-only type. */
  readonly view?: View;
  /** An empty value, with the encoding limits in force. */
  create(limits: EncodingLimits): Value;
}

/** What decides which encoding OBJECT ENCODING reports: CONFIG parameters. Shared and live: CONFIG SET changes it. */
export interface EncodingLimits extends ConfiguredLimits {
  /** Whether small lists are listpacks: since 7.2. */
  readonly 'list-listpacks': boolean;
}

/** The CONFIG parameters among them. */
export interface ConfiguredLimits {
  'hash-max-listpack-entries': number;
  'hash-max-listpack-value': number;
  'set-max-intset-entries': number;
  /** 0 before 7.2, which has no such sets. */
  'set-max-listpack-entries': number;
  'set-max-listpack-value': number;
  'zset-max-listpack-entries': number;
  'zset-max-listpack-value': number;
  'list-max-listpack-size': number;
  'list-compress-depth': number;
  'stream-node-max-bytes': number;
  'stream-node-max-entries': number;
  'hll-sparse-max-bytes': number;
}

/** Redis' defaults, of 7.0. */
export const DEFAULT_LIMITS: Readonly<EncodingLimits> = {
  'hash-max-listpack-entries': 512,
  'hash-max-listpack-value': 64,
  'set-max-intset-entries': 512,
  'set-max-listpack-entries': 0,
  'set-max-listpack-value': 64,
  'list-listpacks': false,
  'zset-max-listpack-entries': 128,
  'zset-max-listpack-value': 64,
  'list-max-listpack-size': -2,
  'list-compress-depth': 0,
  'stream-node-max-bytes': 4096,
  'stream-node-max-entries': 100,
  'hll-sparse-max-bytes': 3000,
};

/** Redis' defaults, of a version. */
export function defaultLimits(version: RedisVersion): EncodingLimits {
  if (version < '7.2') return { ...DEFAULT_LIMITS };
  return { ...DEFAULT_LIMITS, 'set-max-listpack-entries': 128, 'list-listpacks': true };
}
