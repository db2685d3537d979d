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
      const expireAt = entry.heapIndex < 0 ? 0 : this.database.dataset.expireAt(entry);
      return { body: bytes.subarray(ends[i - 1] ?? 0, ends[i]), expireAt };
    });
  }

  #find(names: readonly string[]): (Entry | undefined)[] {
    const { keyspace, clock } = this.parts;
    const now = clock.now();
    const time = () => now;
    return names.map((name) => keyspace.find(this.database, name, time));
  }
}
