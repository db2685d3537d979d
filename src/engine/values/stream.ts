import { ConsumerGroup, type GroupView } from './stream-group';
import { compareIds, lowerBound, LOWEST_ID, type StreamId } from './stream-id';
import type { StreamEntry } from './stream-entry';
import { StreamNode, type StreamLimits } from './stream-node';
import { countRadixNodes } from './stream-radix';
import { addUint64, toUint64, type Uint64 } from './uint64';

/** Which entries a trim removes: all but the newest `maxLength`, or all older than `minId`. */
export type TrimTarget = { readonly maxLength: number | bigint } | { readonly minId: StreamId };

/** What a trim is to do. */
export interface Trim {
  readonly target: TrimTarget;
  /** Whole nodes only. */
  readonly approximate: boolean;
  /** Entries to remove at most; 0 = no limit. */
  readonly limit: number;
}

/** The read-only side of a stream. */
export interface StreamView {
  readonly bytes: number;
  /** Living entries. */
  readonly size: number;
  /** The greatest id ever used; a new entry's id must be greater. */
  readonly lastId: StreamId;
  /** The greatest id ever deleted, 0-0 when none was. */
  readonly maxDeletedId: StreamId;
  /** Entries ever added. */
  readonly entriesAdded: Uint64;
  readonly nodeCount: number;
  /** How many nodes a radix tree of the nodes' first ids has. */
  readonly radixNodeCount: number;
  readonly groupCount: number;
  get(id: StreamId): StreamEntry | undefined;
  /** Whether a trim would change anything. */
  wouldTrim(trim: Trim): boolean;
  first(): StreamEntry | undefined;
  last(): StreamEntry | undefined;
  /** Visits entries between two ids, both included, until `visit` returns false. */
  visit(start: StreamId, end: StreamId, reverse: boolean, visit: (entry: StreamEntry) => boolean): void;
  group(name: string): GroupView | undefined;
  /** In the order of their names. */
  groups(): readonly GroupView[];
  /** See `StreamValue.entriesUpTo`. */
  entriesUpTo(id: StreamId): Uint64 | undefined;
  hasDeletedFrom(id: StreamId): boolean;
}

const BASE_BYTES = 300;
const NODE_BYTES = 250;

/**
 * Entries in the order of their ids, in nodes as Redis forms them; O(1) to append, O(log n) to find. Unlike other
 * collections a stream may be empty: its ids and groups remain.
 */
export class StreamValue implements StreamView {
  readonly type = 'stream';
  readonly encoding = 'stream';
  lastId: StreamId = LOWEST_ID;
  maxDeletedId: StreamId = LOWEST_ID;
  entriesAdded: Uint64 = 0;
  #nodes: StreamNode[] = [];
  #size = 0;
  #bytes = 0;
  #radixNodes: number | undefined;
  readonly #groups = new Map<string, ConsumerGroup>();

  constructor(private readonly limits: StreamLimits) {}

  get size(): number {
    return this.#size;
  }

  get nodeCount(): number {
    return this.#nodes.length;
  }

  get radixNodeCount(): number {
    return (this.#radixNodes ??= countRadixNodes(this.#nodes.map(({ first }) => first)));
  }

  get groupCount(): number {
    return this.#groups.size;
  }

  /** Estimated bytes of memory. */
  get bytes(): number {
    let bytes = BASE_BYTES + this.#bytes + this.#nodes.length * NODE_BYTES;
    for (const group of this.#groups.values()) bytes += group.bytes;
    return bytes;
  }

  clone(): StreamValue {
    const copy = new StreamValue(this.limits);
    copy.#nodes = this.#nodes.map((node) => node.copy());
    copy.#size = this.#size;
    copy.#bytes = this.#bytes;
    copy.lastId = this.lastId;
    copy.maxDeletedId = this.maxDeletedId;
    copy.entriesAdded = this.entriesAdded;
    for (const [name, group] of this.#groups) copy.#groups.set(name, group.clone());
    return copy;
  }

  get(id: StreamId): StreamEntry | undefined {
    return this.#nodes[this.#nodeOf(id)]?.get(id);
  }

  first(): StreamEntry | undefined {
    // Exact trimming by id can leave a node without living entries.
    for (const node of this.#nodes) if (node.count > 0) return node.entries[0];
    return undefined;
  }

  last(): StreamEntry | undefined {
    for (let at = this.#nodes.length - 1; at >= 0; at--) {
      const node = this.#nodes[at];
      if (node !== undefined && node.count > 0) return node.entries.at(-1);
    }
    return undefined;
  }

  /** Appends an entry, whose id is greater than `lastId`; `fields` becomes the stream's. */
  add(id: StreamId, fields: string[]): void {
    let node = this.#nodes.at(-1);
    if (node === undefined || node.isFullFor(fields, this.limits)) {
      node = new StreamNode(
        id,
        fields.filter((_, i) => i % 2 === 0),
      );
      this.addNode(node);
    }
    const before = node.bytes;
    node.add(id, fields);
    this.#bytes += node.bytes - before;
    this.#size += 1;
    this.lastId = id;
    this.entriesAdded = addUint64(this.entriesAdded, 1);
  }

  /** Appends a whole node, whose ids are greater than all. */
  addNode(node: StreamNode): void {
    this.#nodes.push(node);
    this.#radixNodes = undefined;
    this.#bytes += node.bytes;
    this.#size += node.count;
  }

  nodes(): readonly StreamNode[] {
    return this.#nodes;
  }

  /** @returns whether there was such an entry */
  delete(id: StreamId): boolean {
    const at = this.#nodeOf(id);
    const node = this.#nodes[at];
    const before = node?.bytes ?? 0;
    if (node?.delete(id) !== true) return false;
    this.#size -= 1;
    this.#bytes += node.bytes - before;
    if (node.count === 0) this.#removeNodes(at, 1);
    if (compareIds(id, this.maxDeletedId) > 0) this.maxDeletedId = id;
    return true;
  }

  /** Removes old entries. @returns how many */
  trim({ target, approximate, limit }: Trim): number {
    const before = this.#size;
    let whole = 0;
    for (const node of this.#nodes) {
      if (limit > 0 && before - this.#size + node.count > limit) break;
      if (!this.#exceeds(target)) break;
      if (!this.#isRemovable(node, target)) {
        if (!approximate) this.#trimWithin(node, target);
        break;
      }
      whole += 1;
      this.#size -= node.count;
      this.#bytes -= node.bytes;
    }
    if (whole > 0) this.#removeNodes(0, whole);
    return before - this.#size;
  }

  wouldTrim({ target, approximate, limit }: Trim): boolean {
    const [node] = this.#nodes;
    if (node === undefined || !this.#exceeds(target) || (limit > 0 && node.count > limit)) return false;
    return !approximate || this.#isRemovable(node, target);
  }

  visit(start: StreamId, end: StreamId, reverse: boolean, visit: (entry: StreamEntry) => boolean): void {
    if (compareIds(start, end) > 0) return;
    if (reverse) this.#visitBackwards(start, end, visit);
    else this.#visitForwards(start, end, visit);
  }

  group(name: string): ConsumerGroup | undefined {
    return this.#groups.get(name);
  }

  groups(): ConsumerGroup[] {
    return [...this.#groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Adds a group whose name is free. */
  addGroup(name: string, lastId: StreamId, entriesRead: Uint64 | undefined): ConsumerGroup {
    const group = new ConsumerGroup(name, lastId, entriesRead);
    this.#groups.set(name, group);
    return group;
  }

  removeGroup(name: string): boolean {
    return this.#groups.delete(name);
  }

  /**
   * How many of the entries ever added have ids up to `id`, as far as it can be told without counting; undefined when
   * it cannot. Redis 7.0: the counter of a group that jumped to an arbitrary id.
   */
  entriesUpTo(id: StreamId): Uint64 | undefined {
    if (this.entriesAdded === 0) return 0;
    const toLast = compareIds(id, this.lastId);
    if (this.#size === 0 && toLast < 1) return this.entriesAdded;
    if (toLast === 0) return this.entriesAdded;
    if (toLast > 0) return undefined;
    const firstId = this.first() ?? LOWEST_ID;
    const undeleted = compareIds(this.maxDeletedId, LOWEST_ID) === 0 || compareIds(this.maxDeletedId, firstId) < 0;
    const toFirst = compareIds(id, firstId);
    if (!undeleted || toFirst > 0) return undefined;
    return toUint64(BigInt(this.entriesAdded) - BigInt(this.#size) + (toFirst < 0 ? 0n : 1n));
  }

  /** Whether an entry with this id or a greater one was deleted from the middle, which spoils counting. */
  hasDeletedFrom(id: StreamId): boolean {
    const first = this.first();
    if (first === undefined || compareIds(this.maxDeletedId, first) < 0) return false;
    return compareIds(id, this.maxDeletedId) <= 0;
  }

  #exceeds(target: TrimTarget): boolean {
    if ('maxLength' in target) return this.#size > target.maxLength;
    const first = this.first();
    return first !== undefined && compareIds(first, target.minId) < 0;
  }

  /** Whether a trim may remove the first node as a whole. */
  #isRemovable({ count, last }: StreamNode, target: TrimTarget): boolean {
    return 'maxLength' in target ? this.#size - count >= target.maxLength : compareIds(last, target.minId) < 0;
  }

  #trimWithin(node: StreamNode, target: TrimTarget): void {
    const count =
      'maxLength' in target ? this.#size - Number(target.maxLength) : lowerBound(node.entries, target.minId);
    const before = node.bytes;
    node.dropFirst(count);
    this.#size -= count;
    this.#bytes += node.bytes - before;
  }

  #removeNodes(at: number, count: number): void {
    // At the front, where trimming happens, V8 moves the array's beginning instead of its contents.
    if (at === 0 && count === 1) this.#nodes.shift();
    else this.#nodes.splice(at, count);
    this.#radixNodes = undefined;
  }

  #visitForwards(start: StreamId, end: StreamId, visit: (entry: StreamEntry) => boolean): void {
    let at = this.#nodeOf(start);
    for (let node = this.#nodes[at]; node !== undefined; node = this.#nodes[++at]) {
      if (compareIds(node.first, end) > 0) return;
      for (const entry of node.between(start, end)) if (!visit(entry)) return;
    }
  }

  #visitBackwards(start: StreamId, end: StreamId, visit: (entry: StreamEntry) => boolean): void {
    for (let at = this.#nodeOf(end); at >= 0; at--) {
      const node = this.#nodes[at];
      if (node === undefined || compareIds(node.last, start) < 0) return;
      const entries = node.between(start, end);
      for (let position = entries.length - 1; position >= 0; position--) {
        const entry = entries[position];
        if (entry === undefined || !visit(entry)) return;
      }
    }
  }

  /** The last node that begins at or before an id; the first when none does. */
  #nodeOf(id: StreamId): number {
    let low = 0;
    let high = this.#nodes.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const node = this.#nodes[middle];
      if (node !== undefined && compareIds(node.first, id) <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
