/** What a `Dict` stores: it carries its own key and its place in the index array. */
export interface DictEntry {
  readonly key: string;
  /** Position in the index array; -1 while the entry is in no dict. Only `Dict` writes it. */
  index: number;
}

/** Told of changes to a dict, before they happen. */
export interface DictObserver {
  /** The entry at a place of the index array is about to change, go away, move or (one past the end) come to be. */
  beforeChange(index: number): void;
}

const SHARDS = 64;

/** V8's Map stalls for tens of milliseconds when it grows past this size, and cannot exceed 2^24 entries at all. */
const SHARD_ABOVE = 65_536;

/** Cheap spread over the shards: keys that are numbered differ in their last characters. */
export function shardOf(key: string): number {
  const n = key.length;
  return n === 0
    ? 0
    : (key.charCodeAt(n - 1) * 37 + key.charCodeAt(n >> 1) * 7 + key.charCodeAt(n > 1 ? n - 2 : 0) * 11 + n) &
        (SHARDS - 1);
}

/**
 * A hash table with an index array beside it. The array gives O(1) random picks and the stateless SCAN cursor: deletion
 * moves the last entry into the hole, and cursors count down, so an entry that stays is never skipped.
 */
export class Dict<E extends DictEntry> {
  #map = new Map<string, E>();
  #shards: Map<string, E>[] | undefined;
  #entries: E[] = [];
  /** Lasts until the dict is cleared. Whoever changes the contents of an entry calls `beforeChange`. */
  observer: DictObserver | undefined;

  get size(): number {
    return this.#entries.length;
  }

  get(key: string): E | undefined {
    return this.#shards === undefined ? this.#map.get(key) : this.#shard(this.#shards, key).get(key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** Adds an entry whose key is not present yet. */
  add(entry: E): void {
    entry.index = this.#entries.length;
    if (this.observer !== undefined) this.observer.beforeChange(entry.index);
    this.#entries.push(entry);
    if (this.#shards === undefined && this.#entries.length > SHARD_ABOVE) this.#split();
    (this.#shards === undefined ? this.#map : this.#shard(this.#shards, entry.key)).set(entry.key, entry);
  }

  delete(key: string): E | undefined {
    const map = this.#shards === undefined ? this.#map : this.#shard(this.#shards, key);
    const entry = map.get(key);
    if (entry === undefined) return undefined;
    map.delete(key);
    if (this.observer !== undefined) {
      this.observer.beforeChange(entry.index);
      this.observer.beforeChange(this.#entries.length - 1);
    }
    const last = this.#entries.pop();
    if (last !== undefined && last !== entry) {
      this.#entries[entry.index] = last;
      last.index = entry.index;
    }
    entry.index = -1;
    return entry;
  }

  clear(): void {
    this.#map = new Map();
    this.#shards = undefined;
    // A new array: an observer may still be reading the old one.
    this.#entries = [];
    this.observer = undefined;
  }

  /** The entry at a position of the index array, for random picks and slices. */
  at(index: number): E | undefined {
    return this.#entries[index];
  }

  /** A random entry; `random` returns a number in [0, 1). */
  random(random: () => number): E | undefined {
    return this.#entries[Math.floor(random() * this.#entries.length)];
  }

  /** All entries, in no promised order. Do not change the dict while iterating. */
  entries(): readonly E[] {
    return this.#entries;
  }

  /**
   * One step of SCAN: visits up to `count` entries.
   * @param cursor 0 to begin, else what the previous step returned
   * @returns the next cursor, 0 at the end
   */
  scan(cursor: number, count: number, visit: (entry: E) => void): number {
    let at = cursor === 0 ? this.#entries.length : Math.min(cursor, this.#entries.length);
    const end = Math.max(0, at - count);
    while (at > end) {
      at -= 1;
      const entry = this.#entries[at];
      if (entry !== undefined) visit(entry);
    }
    return at;
  }

  #shard(shards: Map<string, E>[], key: string): Map<string, E> {
    return shards[shardOf(key)] ?? this.#map;
  }

  #split(): void {
    const shards = Array.from({ length: SHARDS }, () => new Map<string, E>());
    for (const [key, entry] of this.#map) shards[shardOf(key)]?.set(key, entry);
    this.#shards = shards;
    this.#map = new Map();
  }
}
