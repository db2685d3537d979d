import { Dict } from '../values/dict';
import { ExpiryHeap } from '../values/expiry-heap';
import { entryBytes, type Entry, type StoredValue } from './entry';
import { KeySet } from './key-set';

/** Bytes of several datasets together. */
export interface MemoryAccount {
  bytes: number;
}

/** Called before a key's first change while a snapshot is being read. */
export type BeforeChange = (dataset: Dataset, key: string) => void;

/**
 * The keys of one logical database. FLUSHDB replaces the dataset by a new one and SWAPDB exchanges two, so neither
 * touches a key; `id` tells a snapshot which is which.
 */
export class Dataset {
  readonly keys = new Dict<Entry>();
  readonly expiries = new ExpiryHeap<Entry>();
  /** Keys changed since the last snapshot; undefined while nobody keeps snapshots. */
  changed: KeySet | undefined;
  /** Set while a snapshot reads this dataset. */
  beforeChange: BeforeChange | undefined;
  #bytes = 0;

  constructor(
    readonly id: number,
    tracked: boolean,
    /** What this dataset's bytes are part of. */
    private account: MemoryAccount,
  ) {
    if (tracked) this.changed = new KeySet();
  }

  /** Estimated bytes of all keys and values. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Something stored here takes more, or less, than it did. */
  addBytes(change: number): void {
    this.#bytes += change;
    this.account.bytes += change;
  }

  /** It is no longer in use: what it holds counts no more, even if a snapshot still reads it. */
  retire(): void {
    this.account.bytes -= this.#bytes;
    this.account = { bytes: 0 };
  }

  get size(): number {
    return this.keys.size;
  }

  expireAt(entry: Entry): number {
    return this.expiries.timeOf(entry);
  }

  /** Announces that a key is about to change: saves its pre-image where needed and marks it unsaved. */
  touch(key: string): void {
    if (this.beforeChange !== undefined) this.beforeChange(this, key);
    if (this.changed !== undefined) this.changed.add(key);
  }

  /** Stores a value under a key, new or not; the deadline stays as it is. The caller has called `touch`. */
  put(key: string, value: StoredValue, access: number): Entry {
    const existing = this.keys.get(key);
    if (existing !== undefined) {
      this.addBytes(entryBytes(key, value) - entryBytes(key, existing.value));
      existing.value = value;
      existing.access = access;
      return existing;
    }
    const entry: Entry = { key, value, index: -1, heapIndex: -1, access };
    this.keys.add(entry);
    this.addBytes(entryBytes(key, value));
    return entry;
  }

  /** Removes a key. The caller has called `touch`. */
  remove(key: string): Entry | undefined {
    const entry = this.keys.delete(key);
    if (entry === undefined) return undefined;
    this.expiries.remove(entry);
    const { value } = entry;
    this.addBytes(-entryBytes(key, value));
    if (typeof value !== 'string' && 'released' in value) value.released();
    return entry;
  }
}
