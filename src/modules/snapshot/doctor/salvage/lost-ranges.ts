import { compareKeys } from '../../store/page-check';
import type { StoredEntry } from '../../store/record-format';

/** Between two keys that were read, or before the first, or behind the last. */
interface Range {
  readonly after: StoredEntry | undefined;
  readonly before: StoredEntry | undefined;
}

/** Where, in the order of LMDB's keys, some may be missing that the snapshot has: all others are known not to be there. */
export class LostRanges {
  readonly #ranges: Range[] = [];
  #last: StoredEntry | undefined;
  #isOpen = false;

  get none(): boolean {
    return this.#ranges.length === 0 && !this.#isOpen;
  }

  /** Something cannot be read here. */
  begin(): void {
    this.#isOpen = true;
  }

  /** Whether an entry can follow what was read so far. */
  isNext(entry: StoredEntry): boolean {
    return this.#last === undefined || compareKeys(this.#last, entry) < 0;
  }

  /** An entry that is what was written. */
  sound(entry: StoredEntry): void {
    const key = keyOnly(entry);
    if (this.#isOpen) this.#ranges.push({ after: this.#last, before: key });
    this.#isOpen = false;
    this.#last = key;
  }

  /** Nothing follows. */
  end(): void {
    if (this.#isOpen) this.#ranges.push({ after: this.#last, before: undefined });
    this.#isOpen = false;
  }

  /** Whether the snapshot may have this key although it was not found. @param storedKey latin1 string */
  mayHold(storedKey: string): boolean {
    const bytes = Buffer.from(storedKey, 'latin1');
    const key: StoredEntry = { bytes, keyAt: 0, valueAt: bytes.length, end: bytes.length };
    return this.#ranges.some(
      ({ after, before }) =>
        (after === undefined || compareKeys(after, key) < 0) && (before === undefined || compareKeys(key, before) < 0),
    );
  }
}

/** Its page need not stay in memory. */
function keyOnly({ bytes, keyAt, valueAt }: StoredEntry): StoredEntry {
  const key = Buffer.from(bytes.subarray(keyAt, valueAt));
  return { bytes: key, keyAt: 0, valueAt: key.length, end: key.length };
}
