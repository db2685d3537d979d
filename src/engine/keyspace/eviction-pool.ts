import type { AccessClock } from './access-clock';
import type { Database } from './database';
import type { Entry } from './entry';
import type { EvictionPolicy } from './eviction-policy';
import type { Keyspace } from './keyspace';

/** A key that may be evicted. */
export interface Victim {
  readonly database: Database;
  readonly entry: Entry;
}

interface Candidate extends Victim {
  /** How well it can be spared: idle time, rarity, or nearness of its deadline. */
  readonly score: number;
}

const POOL_SIZE = 16;

/**
 * Chooses what to evict. As in Redis, the order is approximate: a few keys are sampled, and the best of them stay in a
 * small pool, so that each round profits from the ones before.
 */
export class EvictionPool {
  /** By score, best last. */
  #candidates: Candidate[] = [];
  #nextDatabase = 0;

  constructor(
    private readonly keyspace: Keyspace,
    private readonly access: AccessClock,
    private readonly random: () => number,
  ) {}

  clear(): void {
    this.#candidates = [];
  }

  /** @returns undefined when the policy allows no key to go */
  choose(policy: EvictionPolicy, samples: number): Victim | undefined {
    const volatile = policy.startsWith('volatile');
    if (policy.endsWith('-random')) return this.#any(volatile);
    const score = this.#scoring(policy);
    for (;;) {
      let found = false;
      for (const database of this.keyspace.databases) {
        for (let i = 0; i < samples; i++) {
          const entry = this.#sample(database, volatile);
          if (entry === undefined) break;
          found = true;
          this.#consider(database, entry, score(database, entry));
        }
      }
      if (!found) return undefined;
      for (let best = this.#candidates.pop(); best !== undefined; best = this.#candidates.pop()) {
        const { database, entry } = best;
        // It may have been removed, replaced or made persistent since it was sampled.
        const live = database.dataset.keys.get(entry.key) === entry;
        if (live && (!volatile || entry.heapIndex >= 0)) return best;
      }
    }
  }

  #scoring(policy: EvictionPolicy): (database: Database, entry: Entry) => number {
    if (policy === 'volatile-ttl') return (database, entry) => -database.dataset.expireAt(entry);
    if (policy.endsWith('-lfu')) return (_, entry) => -this.access.frequency(entry);
    return (_, entry) => this.access.idleTime(entry);
  }

  #sample({ dataset }: Database, volatile: boolean): Entry | undefined {
    if (!volatile) return dataset.keys.random(this.random);
    return dataset.expiries.at(Math.floor(this.random() * dataset.expiries.size));
  }

  #consider(database: Database, entry: Entry, score: number): void {
    const pool = this.#candidates;
    if (pool.some((candidate) => candidate.entry === entry)) return;
    let at = pool.length;
    while (at > 0 && (pool[at - 1]?.score ?? 0) > score) at -= 1;
    if (pool.length === POOL_SIZE) {
      if (at === 0) return;
      pool.shift();
      at -= 1;
    }
    pool.splice(at, 0, { database, entry, score });
  }

  /** A random key of the next database that has one. */
  #any(volatile: boolean): Victim | undefined {
    const { databases } = this.keyspace;
    for (const _ of databases) {
      const database = databases[this.#nextDatabase++ % databases.length];
      const entry = database === undefined ? undefined : this.#sample(database, volatile);
      if (database !== undefined && entry !== undefined) return { database, entry };
    }
    return undefined;
  }
}
