import type { Chunk, ListEnd } from './chunk';
import { ListValue } from './list';
import { LISTPACK_OVERHEAD, stringElementSize } from './listpack-size';
import { exceedsNode, nodeLimits, type NodeElement, type QuicklistNode, QuicklistNodes } from './quicklist-nodes';

/** Limits up to which lists are one listpack. Live. */
export interface ListLimits {
  /** Bytes of a node if negative, -1 (4 kB) to -5 (64 kB), else its elements. */
  readonly 'list-max-listpack-size': number;
  /** Whether a small list is a listpack at all: since 7.2. */
  readonly 'list-listpacks': boolean;
}

/** Bytes of memory of a node's sizes. */
const NODE_BYTES = 48;

const elementOf = (text: string): NodeElement => ({ length: text.length, size: stringElementSize(text) });

/** A list as Redis since 7.2 has them: one listpack while it is small, and again when it has become much smaller than one may be. */
export class EncodedList extends ListValue {
  /** Bytes as a listpack, while it is one. */
  #packed = LISTPACK_OVERHEAD;
  #nodes: QuicklistNodes | undefined;

  constructor(private readonly limits: ListLimits) {
    super();
  }

  override get encoding(): 'listpack' | 'quicklist' {
    return this.#nodes === undefined ? 'listpack' : 'quicklist';
  }

  override get bytes(): number {
    return super.bytes + NODE_BYTES * (1 + (this.#nodes?.all.length ?? 0));
  }

  override get nodes(): readonly QuicklistNode[] {
    return this.#nodes?.all ?? [{ count: this.size, bytes: this.#packed, isPlain: false }];
  }

  override expect(count: number, bytes: number): void {
    if (this.#nodes !== undefined) return;
    if (exceedsNode(this.#fill, this.#packed + bytes, this.size + count)) this.#divide();
  }

  override beginNodes(): void {
    this.#nodes = new QuicklistNodes(this.#fill);
  }

  override addNode(elements: readonly string[], isPlain: boolean): void {
    const node: QuicklistNode = { count: elements.length, bytes: LISTPACK_OVERHEAD, isPlain };
    super.append(elements);
    for (const element of elements) node.bytes += stringElementSize(element);
    if (isPlain) node.bytes = elements[0]?.length ?? 0;
    this.#nodes?.all.push(node);
  }

  override settle(): void {
    this.#join(1);
  }

  override addChunk(chunk: Chunk): void {
    super.addChunk(chunk);
    for (const element of chunk.elements) this.#nodes?.push('right', elementOf(element));
  }

  override push(end: ListEnd, element: string): void {
    super.push(end, element);
    if (this.#nodes !== undefined) this.#nodes.push(end, elementOf(element));
    else this.#packed += stringElementSize(element);
  }

  override shrunk(): void {
    this.#join(2);
  }

  override pop(end: ListEnd, moves = false): string | undefined {
    const element = super.pop(end);
    if (element === undefined) return undefined;
    this.#gone(end, element);
    if (!moves) this.#join(2);
    return element;
  }

  override set(index: number, element: string): void {
    const old = stringElementSize(this.at(index) ?? '');
    if (this.#nodes === undefined) this.#packed += stringElementSize(element) - old;
    else this.#nodes.replace(index, old, elementOf(element), this.#sizeOf);
    super.set(index, element);
    this.#join(2);
  }

  override insertBeside(index: number, side: 'before' | 'after', element: string): void {
    if (side === 'after' && index === this.size - 1) {
      this.push('right', element);
      return;
    }
    if (this.#nodes === undefined) this.#packed += stringElementSize(element);
    else this.#nodes.insert(index, side, elementOf(element), this.#sizeOf);
    super.insertBeside(index, side, element);
  }

  override trim(start: number, end: number): void {
    for (const element of this.slice(0, start)) this.#gone('left', element);
    const right = this.slice(Math.max(start, end), this.size);
    for (let i = right.length - 1; i >= 0; i--) this.#gone('right', right[i] ?? '');
    super.trim(start, end);
    this.#join(2);
  }

  override remove(element: string, from: ListEnd, limit: number): number {
    const positions: number[] = [];
    if (this.#nodes !== undefined)
      this.walk(from, (each, index) => {
        if (each === element) positions.push(index);
        return positions.length < limit;
      });
    const removed = super.remove(element, from, limit);
    const size = stringElementSize(element);
    if (this.#nodes === undefined) this.#packed -= removed * size;
    else this.#nodes.remove(from === 'left' ? positions : positions.reverse(), size);
    if (removed > 0) this.#join(2);
    return removed;
  }

  protected override alike(): EncodedList {
    const copy = new EncodedList(this.limits);
    copy.#packed = this.#packed;
    copy.#nodes = this.#nodes?.clone();
    return copy;
  }

  get #fill(): number {
    return this.limits['list-max-listpack-size'];
  }

  readonly #sizeOf = (start: number, end: number): number =>
    this.slice(start, end).reduce((sum, element) => sum + stringElementSize(element), 0);

  #gone(end: ListEnd, element: string): void {
    if (this.#nodes === undefined) this.#packed -= stringElementSize(element);
    else this.#nodes.pop(end, stringElementSize(element));
  }

  /** The listpack becomes a node, with room for others beside it. */
  #divide(): void {
    this.#nodes = new QuicklistNodes(this.#fill);
    if (this.size > 0) this.#nodes.all.push({ count: this.size, bytes: this.#packed, isPlain: false });
  }

  /** One node alone becomes a listpack if it is small: when it shrinks, half of what it may be, lest it go to and fro. */
  #join(share: 1 | 2): void {
    const [node, more] = this.#nodes?.all ?? [];
    if (node === undefined || more !== undefined || node.isPlain) return;
    const { bytes, count } = nodeLimits(this.#fill);
    if (node.bytes > Math.floor(bytes / share) || node.count > Math.floor(count / share)) return;
    this.#packed = node.bytes;
    this.#nodes = undefined;
  }
}

/** An empty list of the version that has these limits. */
export function newList(limits: ListLimits): ListValue {
  return limits['list-listpacks'] ? new EncodedList(limits) : new ListValue();
}

/** As `newList`, for a list that is read: Redis begins it as one of nodes. `settle` ends that. */
export function listToFill(limits: ListLimits): ListValue {
  const list = newList(limits);
  list.beginNodes();
  return list;
}
