import { hashOf } from '../values/hash-index';

const SHARDS = 64;
const SHARD_ABOVE = 65_536;

/** A set of keys that grows to millions without the stall of one large `Set`. */
export class KeySet {
  #sets: Set<string>[] = [new Set()];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(key: string): boolean {
    return this.#setOf(key).has(key);
  }

  add(key: string): void {
    const set = this.#setOf(key);
    const before = set.size;
    set.add(key);
    if (set.size === before) return;
    this.#size += 1;
    if (this.#sets.length === 1 && this.#size > SHARD_ABOVE) this.#split();
  }

  delete(key: string): boolean {
    if (!this.#setOf(key).delete(key)) return false;
    this.#size -= 1;
    return true;
  }

  /** All keys; keys deleted while iterating are not visited any more. */
  *[Symbol.iterator](): Generator<string> {
    for (const set of this.#sets) yield* set;
  }

  #setOf(key: string): Set<string> {
    const only = this.#sets[0] as Set<string>; // never empty: see #sets and #split
    return this.#sets.length === 1 ? only : (this.#sets[hashOf(key) & (SHARDS - 1)] ?? only);
  }

  #split(): void {
    const whole = this.#sets[0];
    const shards = Array.from({ length: SHARDS }, () => new Set<string>());
    for (const key of whole ?? []) shards[hashOf(key) & (SHARDS - 1)]?.add(key);
    this.#sets = shards;
  }
}
