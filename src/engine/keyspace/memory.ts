import { getHeapStatistics } from 'node:v8';
import type { Keyspace } from './keyspace';

/** Redis' `maxmemory-policy` values. */
export const EVICTION_POLICIES = [
  'volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl', 'allkeys-lru', 'allkeys-lfu', 'allkeys-random', 'noeviction',
] as const;
export type EvictionPolicy = (typeof EVICTION_POLICIES)[number];

/** Share of V8's heap limit that keys may fill: beyond it garbage collection thrashes, and at the limit V8 ends the process. */
const SAFE_SHARE = 0.6;

/** The memory limit and what happens when it is reached. */
export class Memory {
  /** Bytes; 0 = none. */
  limit: number;
  policy: EvictionPolicy = 'noeviction';
  peak = 0;

  constructor(
    private readonly keyspace: Keyspace,
    /** Bytes; 0 derives a limit below V8's heap limit. */
    limit: number,
  ) {
    this.limit = limit > 0 ? limit : Memory.derivedLimit();
  }

  /** The limit used when none is configured, in bytes. */
  static derivedLimit(): number {
    return Math.floor(getHeapStatistics().heap_size_limit * SAFE_SHARE);
  }

  /** Estimated bytes in use. */
  get used(): number {
    const used = this.keyspace.bytes;
    if (used > this.peak) this.peak = used;
    return used;
  }

  /** Evicts keys, as far as the policy allows, until there is room. @returns whether there is */
  makeRoom(): boolean {
    return this.used <= this.limit;
  }
}
