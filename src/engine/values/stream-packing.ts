import { flat, LONGEST_PACKED, NUMBER_BYTES, packed, PackedReader, packNumber, packText } from './packing';
import type { StreamEntry } from './stream-entry';
import { compareIds, type StreamId } from './stream-id';

/**
 * Entries of a stream node in one string: the differences of their ids from the node's, 0 or the number of fields, and the
 * values, or names and values.
 */

/** What the entries of a node have in common. */
export interface Common {
  readonly first: StreamId;
  readonly names: readonly string[];
}

/** @returns undefined when they cannot be packed: their ids are beyond 2^53, or they are too long */
export function packEntries(entries: readonly StreamEntry[], common: Common): string | undefined {
  let end = 0;
  for (const entry of entries) {
    end = write(entry, common, end);
    if (end < 0) return undefined;
  }
  return packed(end);
}

/** Appends an entry to packed ones. @returns undefined when it cannot be packed */
export function appendEntry(sum: string, entry: StreamEntry, common: Common): string | undefined {
  const end = write(entry, common, 0);
  return end < 0 || sum.length + end > LONGEST_PACKED ? undefined : flat(sum + packed(end));
}

/** Whether an entry has the field names of its node. */
export function hasNames(fields: readonly string[], names: readonly string[]): boolean {
  if (fields.length !== names.length * 2) return false;
  for (let i = 0; i < names.length; i++) if (fields[i * 2] !== names[i]) return false;
  return true;
}

/** @returns where it ends in `scratch`, -1 when it cannot be packed */
function write({ ms, seq, fields }: StreamEntry, { first, names }: Common, start: number): number {
  if (typeof ms !== 'number' || typeof seq !== 'number' || typeof first.ms !== 'number') return -1;
  let length = start + 3 * NUMBER_BYTES;
  for (const part of fields) length += part.length + NUMBER_BYTES;
  if (length > LONGEST_PACKED) return -1;
  const same = hasNames(fields, names);
  let at = packNumber(ms - first.ms, start);
  at = packNumber(seq, at);
  at = packNumber(same ? 0 : fields.length >> 1, at);
  for (let i = same ? 1 : 0; i < fields.length; i += same ? 2 : 1) at = packText(fields[i] ?? '', at);
  return at;
}

/** The entries that `packEntries` packed, between two ids, both included. */
export function unpackEntries(text: string, common: Common, from: StreamId, to: StreamId): StreamEntry[] {
  const reader = new EntryReader(text, common);
  if (from !== to) reader.prepare();
  const entries: StreamEntry[] = [];
  while (!reader.isAtEnd) {
    const id = reader.id();
    if (compareIds(id, to) > 0) break;
    if (compareIds(id, from) < 0) reader.skipFields();
    else entries.push({ ms: id.ms, seq: id.seq, fields: reader.fields() });
  }
  return entries;
}

/** An entry, and where it stands in the packed string. */
export interface PackedEntry {
  readonly entry: StreamEntry;
  readonly start: number;
  readonly end: number;
}

/** The entry of an id; undefined when it is not there. */
export function findEntry(text: string, common: Common, id: StreamId): PackedEntry | undefined {
  const reader = new EntryReader(text, common);
  while (!reader.isAtEnd) {
    const start = reader.at;
    const found = reader.id();
    const order = compareIds(found, id);
    if (order > 0) return undefined;
    if (order === 0) {
      return { entry: { ms: found.ms, seq: found.seq, fields: reader.fields() }, start, end: reader.at };
    }
    reader.skipFields();
  }
  return undefined;
}

/** The packed string without an entry that was found in it. */
export function withoutEntry(text: string, { start, end }: PackedEntry): string {
  return flat(text.slice(0, start) + text.slice(end));
}

class EntryReader extends PackedReader {
  constructor(
    text: string,
    private readonly common: Common,
  ) {
    super(text);
  }

  id(): StreamId {
    return { ms: Number(this.common.first.ms) + this.readNumber(), seq: this.readNumber() };
  }

  fields(): string[] {
    const pairs = this.readNumber();
    const fields: string[] = [];
    if (pairs === 0) for (const name of this.common.names) fields.push(name, this.readText());
    else for (let left = pairs * 2; left > 0; left--) fields.push(this.readText());
    return fields;
  }

  skipFields(): void {
    const pairs = this.readNumber();
    this.skipTexts(pairs === 0 ? this.common.names.length : pairs * 2);
  }
}
