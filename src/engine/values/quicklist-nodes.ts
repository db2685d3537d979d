import type { ListEnd } from './chunk';
import { LISTPACK_OVERHEAD } from './listpack-size';

/** What `list-max-listpack-size` of -1 to -5 means, bytes. */
const NODE_BYTES = [4096, 8192, 16_384, 32_768, 65_536] as const;
/** What a node has at most when elements are counted, bytes. */
const SAFE_BYTES = 8192;
/** What Redis expects an element to take beyond its bytes, when it asks whether a node has room for it. */
const ELEMENT_ESTIMATE = 8;

/** What a node, or a list that is one listpack, may have at most by `list-max-listpack-size`. */
export function nodeLimits(fill: number): { readonly bytes: number; readonly count: number } {
  if (fill >= 0) return { bytes: Infinity, count: Math.max(1, fill) };
  return { bytes: NODE_BYTES[Math.min(-fill, NODE_BYTES.length) - 1] ?? SAFE_BYTES, count: Infinity };
}

/** Whether so many bytes or elements are too many for one node. */
export function exceedsNode(fill: number, bytes: number, count: number): boolean {
  const limits = nodeLimits(fill);
  return bytes > Math.min(limits.bytes, fill < 0 ? Infinity : SAFE_BYTES) || count > limits.count;
}

/** A node of a quicklist. */
export interface QuicklistNode {
  count: number;
  /** As a listpack; of a plain node those of its element. */
  bytes: number;
  /** One element by itself, which is too large for a listpack. */
  readonly isPlain: boolean;
}

/** An element: its bytes, and those it takes in a listpack. */
export interface NodeElement {
  readonly length: number;
  readonly size: number;
}

/** Bytes that the elements from `start` to before `end` of a list take in a listpack. */
type SizeOf = (start: number, end: number) => number;

/**
 * How Redis since 7.2 would have divided a list into nodes: whether there is one alone decides what becomes a listpack again,
 * and DUMP writes them. Only their sizes; the elements are kept otherwise.
 */
export class QuicklistNodes {
  readonly all: QuicklistNode[] = [];

  /** @param fill `list-max-listpack-size` when the list became one of nodes */
  constructor(readonly fill: number) {}

  clone(): QuicklistNodes {
    const copy = new QuicklistNodes(this.fill);
    for (const node of this.all) copy.all.push({ ...node });
    return copy;
  }

  push(end: ListEnd, element: NodeElement): void {
    const node = this.all[end === 'left' ? 0 : this.all.length - 1];
    if (this.#allowsInsert(node, element)) grow(node, element);
    else if (end === 'left') this.all.unshift(this.#nodeOf(element));
    else this.all.push(this.#nodeOf(element));
  }

  pop(end: ListEnd, size: number): void {
    this.#shrink(end === 'left' ? 0 : this.all.length - 1, size);
  }

  /** Elements of one size go, from positions in ascending order. */
  remove(positions: readonly number[], size: number): void {
    let at = this.all.length - 1;
    let start = this.all.reduce((sum, { count }) => sum + count, 0) - (this.all[at]?.count ?? 0);
    for (let i = positions.length - 1; i >= 0; i--) {
      while (start > (positions[i] ?? 0)) start -= this.all[--at]?.count ?? 0;
      this.#shrink(at, size);
    }
  }

  /** An element comes beside the one at a position (Redis 7.2: _quicklistInsert). */
  insert(position: number, side: 'before' | 'after', element: NodeElement, sizeOf: SizeOf): void {
    const { at, start, node } = this.#find(position);
    if (this.#allowsInsert(node, element)) grow(node, element);
    else this.#insertBeside(at, start, position, side === 'after', element, sizeOf);
  }

  /** As `insert`, where the node of that position takes no more. */
  #insertBeside(
    at: number,
    start: number,
    position: number,
    isAfter: boolean,
    element: NodeElement,
    sizeOf: SizeOf,
  ): void {
    const node = this.all[at];
    if (node === undefined) return;
    const isAtEdge = position - start === (isAfter ? node.count - 1 : 0);
    if (isAtEdge || node.isPlain) {
      const neighbour = this.all[isAfter ? at + 1 : at - 1];
      if (isAtEdge && this.#allowsInsert(neighbour, element)) grow(neighbour, element);
      else this.all.splice(isAfter ? at + 1 : at, 0, this.#nodeOf(element));
      return;
    }
    const other = this.#split(at, isAfter ? position + 1 : position, start, sizeOf);
    if (this.#isLarge(element)) {
      this.all.splice(at + 1, 0, this.#nodeOf(element));
      return;
    }
    // What comes before goes with what was split off before it, which is the left of the two.
    const [left, right] = [node, other];
    grow(isAfter ? right : left, element);
    this.#mergeAround(isAfter ? left : right);
  }

  /** The element at a position becomes another one (quicklistReplaceEntry). */
  replace(position: number, oldSize: number, element: NodeElement, sizeOf: SizeOf): void {
    const { at, start, node } = this.#find(position);
    const isLarge = this.#isLarge(element);
    if (!node.isPlain && !isLarge) {
      node.bytes += element.size - oldSize;
    } else if (node.isPlain && isLarge) {
      node.bytes = element.length;
    } else if (node.isPlain) {
      const next = this.all[at + 1];
      if (this.#allowsInsert(next, element)) grow(next, element);
      else this.all.splice(at + 1, 0, this.#nodeOf(element));
      this.all.splice(at, 1);
    } else {
      if (position < start + node.count - 1) this.#split(at, position + 1, start, sizeOf);
      const plain = this.#nodeOf(element);
      this.all.splice(at + 1, 0, plain);
      const isAlone = node.count === 1;
      this.#shrink(at, oldSize);
      if (!isAlone) this.#mergeAround(plain);
    }
  }

  #isLarge({ length }: NodeElement): boolean {
    return length > Math.min(nodeLimits(this.fill).bytes, this.fill < 0 ? Infinity : SAFE_BYTES);
  }

  #nodeOf(element: NodeElement): QuicklistNode {
    if (this.#isLarge(element)) return { count: 1, bytes: element.length, isPlain: true };
    return { count: 1, bytes: LISTPACK_OVERHEAD + element.size, isPlain: false };
  }

  #allowsInsert(node: QuicklistNode | undefined, element: NodeElement): node is QuicklistNode {
    if (node === undefined || node.isPlain || this.#isLarge(element)) return false;
    return !exceedsNode(this.fill, node.bytes + element.length + ELEMENT_ESTIMATE, node.count + 1);
  }

  #shrink(at: number, size: number): void {
    const node = this.all[at];
    if (node === undefined) return;
    node.count -= 1;
    node.bytes -= size;
    if (node.count === 0) this.all.splice(at, 1);
  }

  #find(position: number): { readonly at: number; readonly start: number; readonly node: QuicklistNode } {
    let start = 0;
    for (const [at, node] of this.all.entries()) {
      if (position < start + node.count) return { at, start, node };
      start += node.count;
    }
    throw new RangeError(`no element at ${String(position)}`);
  }

  /** Divides a node before a position. @returns the right part; the left one stays in its place */
  #split(at: number, position: number, start: number, sizeOf: SizeOf): QuicklistNode {
    const node = this.all[at];
    if (node === undefined) throw new RangeError(`no node ${String(at)}`);
    const moved = sizeOf(position, start + node.count);
    const right = { count: start + node.count - position, bytes: LISTPACK_OVERHEAD + moved, isPlain: false };
    node.count -= right.count;
    node.bytes -= moved;
    this.all.splice(at + 1, 0, right);
    return right;
  }

  /** Joins the neighbours of a node, and it with them, as far as they fit (_quicklistMergeNodes). */
  #mergeAround(center: QuicklistNode): void {
    const at = () => this.all.indexOf(center);
    this.#merge(at() - 2);
    this.#merge(at() + 1);
    const before = this.all[at() - 1];
    // Joined, the left one of two stays.
    const target = this.#merge(at() - 1) ? before : center;
    if (target !== undefined) this.#merge(this.all.indexOf(target));
  }

  /** Joins a node with the next one, if they fit. */
  #merge(at: number): boolean {
    const left = this.all[at];
    const right = this.all[at + 1];
    if (left === undefined || right === undefined || left.isPlain || right.isPlain) return false;
    const bytes = left.bytes + right.bytes - LISTPACK_OVERHEAD;
    if (exceedsNode(this.fill, bytes, left.count + right.count)) return false;
    left.count += right.count;
    left.bytes = bytes;
    this.all.splice(at + 1, 1);
    return true;
  }
}

function grow(node: QuicklistNode, { size }: NodeElement): void {
  node.count += 1;
  node.bytes += size;
}
