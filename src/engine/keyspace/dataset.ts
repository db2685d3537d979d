import { Dict } from '../values/dict';
import { type Expiring, ExpiryHeap } from '../values/expiry-heap';
import { entryBytes, type Entry, type StoredValue, timedFieldsOf } from './entry';
import { KeySet } from './key-set';

/** Bytes of several datasets together. */
export interface MemoryAccount {
  bytes: number;
}

/** A key with a hash whose fields expire. */
export interface TimedHash extends Expiring {
  readonly entry: Entry;
}

/** Called before a key's first change while a snapshot is being read. */
export type BeforeChange = (dataset: Dataset, key: string) => void;

/**
 * The keys of one logical database. FLUSHDB replaces the dataset by a new one and SWAPDB exchanges two, so neither
 * touches a key; `id` tells a snapshot which is which.
 */
export class Dataset {
  /** Hashes some of whose fields have deadlines, by the first of these. */
  readonly fieldExpiries = new ExpiryHeap<TimedHash>();
  readonly #timedHashes = new Map<Entry, TimedHash>();
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
    /** Told of the first deadline of a hash's fields. */
    private readonly arm: (at: number) => void = () => undefined,
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
      this.noteFields(existing);
      return existing;
    }
    const entry: Entry = { key, value, index: -1, heapIndex: -1, access };
    this.keys.add(entry);
    this.noteFields(entry);
    this.addBytes(entryBytes(key, value));
    return entry;
  }

  /** Looks at the deadlines of an entry's fields, which may have changed. */
  noteFields(entry: Entry): void {
    const first = timedFieldsOf(entry.value)?.firstDeadline ?? Infinity;
    if (first === Infinity) {
      if (this.#timedHashes.size > 0) this.#forgetFields(entry);
      return;
    }
    let timed = this.#timedHashes.get(entry);
    if (timed === undefined) this.#timedHashes.set(entry, (timed = { entry, heapIndex: -1 }));
    this.fieldExpiries.set(timed, first);
    this.arm(first);
  }

  #forgetFields(entry: Entry): void {
    const timed = this.#timedHashes.get(entry);
    if (timed === undefined) return;
    this.#timedHashes.delete(entry);
    this.fieldExpiries.remove(timed);
  }

  /** Removes a key. The caller has called `touch`. */
  remove(key: string): Entry | undefined {
    const entry = this.keys.delete(key);
    if (entry === undefined) return undefined;
    this.expiries.remove(entry);
    if (this.#timedHashes.size > 0) this.#forgetFields(entry);
    const { value } = entry;
    this.addBytes(-entryBytes(key, value));
    if (typeof value !== 'string' && 'released' in value) value.released();
    return entry;
  }
}
