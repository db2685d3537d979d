import { HashIndex, hashOf } from './hash-index';

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

/** Up to so many entries are found by comparing with each. */
const MOST_UNHASHED = 16;

/**
 * A hash table with an index array beside it. The array gives O(1) random picks and the stateless SCAN cursor: deletion
 * moves the last entry into the hole, and cursors count down, so an entry that stays is never skipped.
 */
export class Dict<E extends DictEntry> {
  #entries: E[] = [];
  /** Of a dict that has, or had, more entries than can be compared one by one. */
  #index: HashIndex | undefined;
  /** Lasts until the dict is cleared. Whoever changes the contents of an entry calls `beforeChange`. */
  observer: DictObserver | undefined;

  get size(): number {
    return this.#entries.length;
  }

  get(key: string): E | undefined {
    const entries = this.#entries;
    if (this.#index === undefined) {
      for (const entry of entries) if (entry.key === key) return entry;
      return undefined;
    }
    const hash = hashOf(key);
    const pairs = this.#index.pairsFor(hash);
    const mask = pairs.length - 1;
    for (let at = (hash << 1) & mask; ; at = (at + 2) & mask) {
      const position = pairs[at + 1] ?? 0;
      if (position === 0) return undefined;
      if (pairs[at] !== hash) continue;
      const entry = entries[position - 1];
      if (entry?.key === key) return entry;
    }
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** Adds an entry whose key is not present yet. */
  add(entry: E): void {
    const index = this.#entries.length;
    entry.index = index;
    if (this.observer !== undefined) this.observer.beforeChange(index);
    this.#entries.push(entry);
    if (this.#index !== undefined) this.#index.add(hashOf(entry.key), index);
    else if (index === MOST_UNHASHED) this.#hashAll();
  }

  delete(key: string): E | undefined {
    const entry = this.get(key);
    if (entry === undefined) return undefined;
    const { index } = entry;
    const end = this.#entries.length - 1;
    if (this.observer !== undefined) {
      this.observer.beforeChange(index);
      this.observer.beforeChange(end);
    }
    this.#index?.delete(hashOf(key), index);
    const last = this.#entries.pop();
    if (last !== undefined && last !== entry) {
      this.#entries[index] = last;
      last.index = index;
      this.#index?.move(hashOf(last.key), end, index);
    }
    entry.index = -1;
    return entry;
  }

  /** Deletes an entry without changing the order of the others, which takes as long as those behind it are many. */
  deleteInOrder(key: string): boolean {
    const entry = this.get(key);
    if (entry === undefined) return false;
    const behind = this.#entries.slice(entry.index + 1);
    // Nothing is lost by deleting from the end, entry after entry.
    for (let at = behind.length - 1; at >= 0; at--) this.delete(behind[at]?.key ?? '');
    this.delete(key);
    for (const each of behind) this.add(each);
    return true;
  }

  clear(): void {
    this.#index = undefined;
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

  #hashAll(): void {
    this.#index = new HashIndex();
    for (const { key, index } of this.#entries) this.#index.add(hashOf(key), index);
  }
}
