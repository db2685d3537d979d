import { Segment } from './segment';
import { integerElementSize, LISTPACK_OVERHEAD, stringElementSize } from './listpack-size';
import { compareIds, lowerBound, type StreamId } from './stream-id';
import { differenceOf } from './uint64';

/** One entry; never changed. */
export interface StreamEntry extends StreamId {
  /** Field and value in turn. */
  readonly fields: readonly string[];
}

/** What closes a node. 0 = no limit of this kind. */
export interface StreamLimits {
  readonly 'stream-node-max-bytes': number;
  readonly 'stream-node-max-entries': number;
}

/** Bytes a listpack may have, whatever the limit says. */
const MAX_BYTES = 2 ** 30;
/** Flags, counts, and the mark that closes the list of names. */
const MARK = integerElementSize(0);
const STRING_OVERHEAD = 28;
const ENTRY_OVERHEAD = 110;

/**
 * Neighbouring entries. Approximate trimming removes whole nodes only, so where Redis begins a new one is visible to
 * clients: the node keeps account of the bytes it would take as a listpack, deleted entries included.
 */
export class StreamNode extends Segment {
  /** Living entries in the order of their ids. Only the node changes it. */
  readonly entries: StreamEntry[] = [];
  /** Id of the last entry ever added, deleted or not. */
  last: StreamId;
  /** Estimated bytes of memory of the living entries. */
  bytes = 0;
  #deleted = 0;
  /** Listpack bytes of everything but the two counters. */
  #packed: number;

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
    this.#packed = LISTPACK_OVERHEAD + integerElementSize(names.length) + MARK;
    for (const name of names) this.#packed += stringElementSize(name);
  }

  /** Whether Redis would begin a new node for an entry with these fields. */
  isFullFor(fields: readonly string[], limits: StreamLimits): boolean {
    const maxEntries = limits['stream-node-max-entries'];
    const limit = limits['stream-node-max-bytes'];
    const maxBytes = limit === 0 || limit > MAX_BYTES ? MAX_BYTES : limit;
    let payload = 0;
    for (const part of fields) payload += part.length;
    if (this.#listpackBytes() + payload >= maxBytes) return true;
    return maxEntries > 0 && this.entries.length + this.#deleted >= maxEntries;
  }

  /** Appends an entry, whose id is greater than all; `fields` becomes the node's. */
  add({ ms, seq }: StreamId, fields: string[]): void {
    this.willChange();
    const same = this.#shareNames(fields);
    const entry: StreamEntry = { ms, seq, fields };
    this.entries.push(entry);
    this.last = entry;
    this.bytes += memoryOf(entry);
    this.#packed += this.#packedSize(entry, same);
  }

  get(id: StreamId): StreamEntry | undefined {
    const entry = this.entries[lowerBound(this.entries, id)];
    return entry !== undefined && compareIds(entry, id) === 0 ? entry : undefined;
  }

  /** @returns whether there was such an entry */
  delete(id: StreamId): boolean {
    const at = lowerBound(this.entries, id);
    const entry = this.entries[at];
    if (entry === undefined || compareIds(entry, id) !== 0) return false;
    this.#forget(at, 1);
    return true;
  }

  /** Removes the first `count` living entries. */
  dropFirst(count: number): void {
    this.#forget(0, count);
  }

  copy(): StreamNode {
    const copy = new StreamNode(this.first, this.names);
    for (const entry of this.entries) copy.entries.push(entry);
    copy.last = this.last;
    copy.bytes = this.bytes;
    copy.#deleted = this.#deleted;
    copy.#packed = this.#packed;
    return copy;
  }

  #forget(at: number, count: number): void {
    this.willChange();
    for (const entry of this.entries.splice(at, count)) this.bytes -= memoryOf(entry);
    this.#deleted += count;
  }

  #listpackBytes(): number {
    return this.#packed + integerElementSize(this.entries.length) + integerElementSize(this.#deleted);
  }

  /** Whether an entry has the node's field names; their strings are then kept once. */
  #shareNames(fields: string[]): boolean {
    const { names } = this;
    if (fields.length !== names.length * 2) return false;
    for (let i = 0; i < names.length; i++) if (fields[i * 2] !== names[i]) return false;
    for (let i = 0; i < names.length; i++) fields[i * 2] = names[i] ?? '';
    return true;
  }

  #packedSize({ ms, seq, fields }: StreamEntry, same: boolean): number {
    const pairs = fields.length >> 1;
    let size =
      MARK +
      integerElementSize(differenceOf(ms, this.first.ms)) +
      integerElementSize(differenceOf(seq, this.first.seq));
    if (!same) size += integerElementSize(pairs);
    for (let i = same ? 1 : 0; i < fields.length; i += same ? 2 : 1) size += stringElementSize(fields[i] ?? '');
    return size + integerElementSize(same ? pairs + 3 : pairs * 2 + 4);
  }
}

function memoryOf({ fields }: StreamEntry): number {
  let bytes = ENTRY_OVERHEAD;
  for (const part of fields) bytes += part.length + STRING_OVERHEAD;
  return bytes;
}
