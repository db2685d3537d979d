import { OpenValues, type Compactable } from './open-values';
import { Segment } from './segment';
import { integerElementSize, LISTPACK_OVERHEAD, stringElementSize } from './listpack-size';
import type { StreamEntry } from './stream-entry';
import { compareIds, HIGHEST_ID, lowerBound, LOWEST_ID, type StreamId } from './stream-id';
import { appendEntry, findEntry, hasNames, packEntries, unpackEntries, withoutEntry } from './stream-packing';
import { differenceOf } from './uint64';
import { textBytes } from './text-bytes';

/** What closes a node. 0 = no limit of this kind. */
export interface StreamLimits {
  readonly 'stream-node-max-bytes': number;
  readonly 'stream-node-max-entries': number;
}

/** Bytes a listpack may have, whatever the limit says. */
const MAX_BYTES = 2 ** 30;
/** Flags, counts, and the mark that closes the list of names. */
const MARK = integerElementSize(0);
/** What an entry takes besides its texts, and each of those besides its bytes. */
const ENTRY_OVERHEAD = 5;
const TEXT_OVERHEAD = 1;

/** Nodes with their entries at hand. */
const OPEN_NODES = new OpenValues(256, 5);

/**
 * Neighbouring entries. Approximate trimming removes whole nodes only, so where Redis begins a new one is visible to
 * clients: the node keeps account of the bytes it would take as a listpack, deleted entries included. Nodes that are not in
 * use are packed into a string.
 */
export class StreamNode extends Segment implements Compactable {
  /** Living entries. */
  count = 0;
  /** In the order of their ids; undefined while they are packed. */
  #open: StreamEntry[] | undefined = [];
  #packed = '';
  /** Id of the last entry ever added, deleted or not. */
  last: StreamId;
  /** Estimated bytes of memory of the living entries. */
  bytes = 0;
  #deleted = 0;
  /** Listpack bytes of everything but the two counters. */
  #listpack: number;

  /**
   * @param first id of the first entry ever added
   * @param names field names of that entry; entries with the same ones share them
   */
  constructor(
    readonly first: StreamId,
    readonly names: readonly string[],
  ) {
    super();
    this.last = first;
    this.#listpack = LISTPACK_OVERHEAD + integerElementSize(names.length) + MARK;
    for (const name of names) this.#listpack += stringElementSize(name);
    OPEN_NODES.opened(this);
  }

  /** The living entries in the order of their ids, for the moment. */
  get entries(): readonly StreamEntry[] {
    return this.between(LOWEST_ID, HIGHEST_ID);
  }

  /** The living entries between two ids, both included, for the moment. */
  between(from: StreamId, to: StreamId): readonly StreamEntry[] {
    if (!this.#isOpen()) return unpackEntries(this.#packed, this, from, to);
    const entries = this.#opened();
    const start = compareIds(from, this.first) <= 0 ? 0 : lowerBound(entries, from);
    if (compareIds(to, this.last) >= 0) return start === 0 ? entries : entries.slice(start);
    const end = lowerBound(entries, to);
    const last = entries[end];
    return entries.slice(start, last !== undefined && compareIds(last, to) === 0 ? end + 1 : end);
  }

  /** Whether the entries are open. What is packed is opened now and then, so that it is open if it is used often. */
  #isOpen(): boolean {
    if (this.#open === undefined && OPEN_NODES.worthOpening()) this.#opened();
    return this.#open !== undefined;
  }

  compact(): void {
    if (this.#open === undefined) return;
    const packed = packEntries(this.#open, this);
    if (packed === undefined) return;
    this.#packed = packed;
    this.#open = undefined;
  }

  #opened(): StreamEntry[] {
    if (this.#open === undefined) {
      this.#open = unpackEntries(this.#packed, this, LOWEST_ID, HIGHEST_ID);
      this.#packed = '';
      OPEN_NODES.opened(this);
    }
    return this.#open;
  }

  /** Whether Redis would begin a new node for an entry with these fields. */
  isFullFor(fields: readonly string[], limits: StreamLimits): boolean {
    const maxEntries = limits['stream-node-max-entries'];
    const limit = limits['stream-node-max-bytes'];
    const maxBytes = limit === 0 || limit > MAX_BYTES ? MAX_BYTES : limit;
    let payload = 0;
    for (const part of fields) payload += part.length;
    if (this.#listpackBytes() + payload >= maxBytes) return true;
    return maxEntries > 0 && this.count + this.#deleted >= maxEntries;
  }

  /** Appends an entry, whose id is greater than all; `fields` becomes the node's. */
  add(id: StreamId, fields: string[]): void {
    this.willChange();
    const { ms, seq } = id;
    const same = this.#shareNames(fields);
    const entry: StreamEntry = { ms, seq, fields };
    this.#append(entry);
    this.count += 1;
    this.last = id;
    this.bytes += this.#memoryOf(entry);
    this.#listpack += this.#listpackSize(entry, same);
  }

  #append(entry: StreamEntry): void {
    if (!this.#isOpen()) {
      const packed = appendEntry(this.#packed, entry, this);
      if (packed !== undefined) {
        this.#packed = packed;
        return;
      }
    }
    this.#opened().push(entry);
  }

  get(id: StreamId): StreamEntry | undefined {
    return this.between(id, id)[0];
  }

  /** @returns whether there was such an entry */
  delete(id: StreamId): boolean {
    if (!this.#isOpen()) return this.#deletePacked(id);
    const entries = this.#opened();
    const at = lowerBound(entries, id);
    const entry = entries[at];
    if (entry === undefined || compareIds(entry, id) !== 0) return false;
    this.#forget(at, 1);
    return true;
  }

  #deletePacked(id: StreamId): boolean {
    const found = findEntry(this.#packed, this, id);
    if (found === undefined) return false;
    this.willChange();
    this.#packed = withoutEntry(this.#packed, found);
    this.#forgotten([found.entry]);
    return true;
  }

  /** Removes the first `count` living entries. */
  dropFirst(count: number): void {
    this.#forget(0, count);
  }

  copy(): StreamNode {
    const copy = new StreamNode(this.first, this.names);
    copy.#open = this.#open?.slice();
    copy.#packed = this.#packed;
    copy.count = this.count;
    copy.last = this.last;
    copy.bytes = this.bytes;
    copy.#deleted = this.#deleted;
    copy.#listpack = this.#listpack;
    return copy;
  }

  #forget(at: number, count: number): void {
    this.willChange();
    this.#forgotten(this.#opened().splice(at, count));
  }

  #forgotten(entries: readonly StreamEntry[]): void {
    for (const entry of entries) this.bytes -= this.#memoryOf(entry);
    this.count -= entries.length;
    this.#deleted += entries.length;
  }

  #listpackBytes(): number {
    return this.#listpack + integerElementSize(this.count) + integerElementSize(this.#deleted);
  }

  /** Whether an entry has the node's field names; their strings are then kept once. */
  #shareNames(fields: string[]): boolean {
    const { names } = this;
    if (!hasNames(fields, names)) return false;
    for (let i = 0; i < names.length; i++) fields[i * 2] = names[i] ?? '';
    return true;
  }

  #listpackSize({ ms, seq, fields }: StreamEntry, same: boolean): number {
    const pairs = fields.length >> 1;
    let size =
      MARK +
      integerElementSize(differenceOf(ms, this.first.ms)) +
      integerElementSize(differenceOf(seq, this.first.seq));
    if (!same) size += integerElementSize(pairs);
    for (let i = same ? 1 : 0; i < fields.length; i += same ? 2 : 1) size += stringElementSize(fields[i] ?? '');
    return size + integerElementSize(same ? pairs + 3 : pairs * 2 + 4);
  }

  /** Estimated bytes of memory, packed: entries are open for a while only. */
  #memoryOf({ fields }: StreamEntry): number {
    const step = hasNames(fields, this.names) ? 2 : 1;
    let bytes = ENTRY_OVERHEAD;
    for (let i = step - 1; i < fields.length; i += step) bytes += textBytes(fields[i] ?? '') + TEXT_OVERHEAD;
    return bytes;
  }
}
