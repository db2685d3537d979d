import type { Clock } from '../clock';
import type { Database } from '../keyspace/database';
import { type EncodingLimits, type Entry, entryBytes } from '../keyspace/entry';
import type { Keyspace } from '../keyspace/keyspace';
import { writeCompactValue } from '../rdb/compact-value';
import { oldestReader } from '../rdb/dump-payload';
import { RdbWriter } from '../rdb/rdb-primitives';

/** Where keys are read. */
export interface ReaderParts {
  readonly clock: Clock;
  readonly keyspace: Keyspace;
  readonly limits: EncodingLimits;
}

/** A key's value and deadline. */
export interface KeyContent {
  /** Type byte and body, as DUMP has them before its footer, in the form that the oldest version reads which knows the value. */
  readonly body: Buffer;
  /** Milliseconds since the epoch; 0 = never. */
  readonly expireAt: number;
}

/** Bytes of memory that keys take which are handed out at once, about. */
const PAGE_BYTES = 8 * 1024 * 1024;
/** Keys that are looked at for that. */
const PAGE_LOOKS = 2048;

/** A key with its value. */
interface PageItem extends KeyContent {
  readonly kind: 'value';
  readonly db: number;
  readonly key: string;
}

/** What is handed out at once. */
export interface KeyPage {
  readonly items: PageItem[];
  /** After them comes a key whose value is to be read in another way, and what it takes. */
  big?: { readonly name: string; readonly bytes: number };
}

/** Which keys a page has. */
export interface PageOptions {
  /** The database, as the items say. */
  readonly db: number;
  /** Which keys; undefined = all. */
  readonly matches?: ((key: string) => boolean) | undefined;
  /** As many of them at most. */
  readonly keys: number;
  /** Keys that take more are only named. */
  readonly bigBytes: number;
}

/** Names that are noted at once: many times what is read meanwhile. */
const NOTED_KEYS = 20_000;

/**
 * A walk through the keys that were there when it began. One that has gone since and come back is met, and no key twice. It holds on
 * to names alone: values of keys that have gone would fill the memory that others were given.
 */
export class KeyWalk {
  /** Until all names are noted. */
  #entries: readonly Entry[];
  readonly #names: string[] = [];
  readonly #size: number;
  #at = 0;

  constructor(entries: readonly Entry[]) {
    this.#entries = entries;
    this.#size = entries.length;
  }

  get isOver(): boolean {
    return this.#at >= this.#size;
  }

  /** The name of the next one; undefined when all were passed. */
  take(): string | undefined {
    if (this.#at === this.#names.length) this.note();
    return this.#names[this.#at++];
  }

  /** The same of many. */
  names(count: number): string[] {
    this.note();
    const names = this.#names.slice(this.#at, this.#at + count);
    this.#at += names.length;
    return names;
  }

  /** Notes more names; to be called in each turn. */
  note(): void {
    const entries = this.#entries;
    const names = this.#names;
    const end = Math.min(names.length + NOTED_KEYS, entries.length);
    for (let i = names.length; i < end; i++) names.push(entries[i]?.key ?? '');
    if (names.length === this.#size) this.#entries = [];
  }
}

/** Reads many keys of a database at once, and does not count as their use. */
export class KeyReader {
  constructor(
    private readonly parts: ReaderParts,
    private readonly database: Database,
  ) {}

  /** What MEMORY USAGE answers, of each; 0 of those that are not there. */
  sizes(names: readonly string[]): number[] {
    return this.#find(names).map((entry) => (entry === undefined ? 0 : entryBytes(entry.key, entry.value)));
  }

  /** What each holds; undefined of those that are not there. */
  contents(names: readonly string[]): (KeyContent | undefined)[] {
    const { limits } = this.parts;
    const writer = new RdbWriter(true);
    const entries = this.#find(names);
    const ends = entries.map((entry) => {
      if (entry !== undefined) writeCompactValue(writer, entry.value, limits, oldestReader(entry.value));
      return writer.size;
    });
    const bytes = writer.view();
    return entries.map((entry, i) => {
      if (entry === undefined) return undefined;
      return { body: bytes.subarray(ends[i - 1] ?? 0, ends[i]), expireAt: this.#expireAt(entry) };
    });
  }

  /** A walk through all keys there are now. */
  walk(): KeyWalk {
    return new KeyWalk(this.database.dataset.keys.entries().slice());
  }

  /** The next keys of a walk, as they are now. */
  page(walk: KeyWalk, { db, matches, keys, bigBytes }: PageOptions): KeyPage {
    const { limits } = this.parts;
    const writer = new RdbWriter(true);
    const found: Entry[] = [];
    const ends: number[] = [];
    const now = this.parts.clock.now();
    const page: KeyPage = { items: [] };
    walk.note();
    let looks = PAGE_LOOKS;
    for (let left = PAGE_BYTES; left > 0 && found.length < keys && looks > 0; looks -= 1) {
      const name = walk.take();
      if (name === undefined) break;
      const entry = matches?.(name) === false ? undefined : this.#living(name, now);
      if (entry === undefined) continue;
      const bytes = entryBytes(entry.key, entry.value);
      if (bytes > bigBytes) {
        page.big = { name: entry.key, bytes };
        break;
      }
      left -= bytes;
      writeCompactValue(writer, entry.value, limits, oldestReader(entry.value));
      ends.push(writer.size);
      found.push(entry);
    }
    const bytes = writer.view();
    for (const [i, entry] of found.entries()) {
      const body = bytes.subarray(ends[i - 1] ?? 0, ends[i]);
      page.items.push({ kind: 'value', db, key: entry.key, expireAt: this.#expireAt(entry), body });
    }
    return page;
  }

  #living(name: string, now: number): Entry | undefined {
    const { dataset } = this.database;
    const entry = dataset.keys.get(name);
    return entry === undefined || (entry.heapIndex >= 0 && dataset.expireAt(entry) < now) ? undefined : entry;
  }

  #expireAt(entry: Entry): number {
    return entry.heapIndex < 0 ? 0 : this.database.dataset.expireAt(entry);
  }

  #find(names: readonly string[]): (Entry | undefined)[] {
    const { keyspace, clock } = this.parts;
    const now = clock.now();
    const time = () => now;
    return names.map((name) => keyspace.find(this.database, name, time));
  }
}
