import { getHeapStatistics } from 'node:v8';
import { AccessClock } from './access-clock';
import { EvictionPool } from './eviction-pool';
import type { Keyspace } from './keyspace';

/** Redis' `maxmemory-policy` values. */
export const EVICTION_POLICIES = [
  'volatile-lru',
  'volatile-lfu',
  'volatile-random',
  'volatile-ttl',
  'allkeys-lru',
  'allkeys-lfu',
  'allkeys-random',
  'noeviction',
] as const;
export type EvictionPolicy = (typeof EVICTION_POLICIES)[number];

/** Share of V8's heap limit that keys may fill: beyond it garbage collection thrashes, and at the limit V8 ends the process. */
const SAFE_SHARE = 0.6;

/** The memory limit and what happens when it is reached. */
export class Memory {
  /** Bytes; 0 = none. */
  limit: number;
  peak = 0;
  /** `maxmemory-samples`: how many keys are looked at to choose one. */
  samples = 5;
  readonly access: AccessClock;
  readonly #pool: EvictionPool;
  #policy: EvictionPolicy = 'noeviction';

  constructor(
    private readonly keyspace: Keyspace,
    /** Bytes; 0 derives a limit below V8's heap limit. */
    limit: number,
    random: () => number,
  ) {
    this.limit = limit > 0 ? limit : Memory.derivedLimit();
    this.access = new AccessClock(random);
    this.#pool = new EvictionPool(keyspace, this.access, random);
  }

  /** The limit used when none is configured, in bytes. */
  static derivedLimit(): number {
    return Math.floor(getHeapStatistics().heap_size_limit * SAFE_SHARE);
  }

  get policy(): EvictionPolicy {
    return this.#policy;
  }

  setPolicy(policy: EvictionPolicy): void {
    this.#policy = policy;
    this.access.frequencies = policy.endsWith('-lfu');
    this.#pool.clear();
  }

  get evicts(): boolean {
    return this.#policy !== 'noeviction';
  }

  /** Whether the policy needs to know when or how often keys are used. */
  get tracksAccess(): boolean {
    return this.#policy.endsWith('-lru') || this.#policy.endsWith('-lfu');
  }

  /** Estimated bytes in use. */
  get used(): number {
    const used = this.keyspace.bytes;
    if (used > this.peak) this.peak = used;
    return used;
  }

  /** Evicts keys, as far as the policy allows, until there is room. @returns whether there is */
  makeRoom(): boolean {
    if (this.limit === 0 || this.used <= this.limit) return true;
    if (this.#policy === 'noeviction') return false;
    while (this.keyspace.bytes > this.limit) {
      const victim = this.#pool.choose(this.#policy, this.samples);
      if (victim === undefined) return false;
      this.keyspace.evict(victim.database, victim.entry);
    }
    return true;
  }
}
