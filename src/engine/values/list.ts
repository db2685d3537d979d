import { bytesOf, Chunk, type ListEnd } from './chunk';
import { CHUNK, ChunkSequence } from './chunk-sequence';
import type { QuicklistNode } from './quicklist-nodes';
import { textBytes } from './text-bytes';

export type { ListEnd } from './chunk';

/** The read-only side of a list. */
export interface ListView {
  /** Estimated bytes of memory. */
  readonly bytes: number;
  readonly size: number;
  readonly encoding: 'listpack' | 'quicklist';
  /** So many elements of so many bytes may be added: a listpack they would not fit into ends, whatever comes of it. */
  expect(count: number, bytes: number): void;
  /** The element at a position counted from the left; undefined outside. */
  at(index: number): string | undefined;
  /** The elements from `start` to before `end`; both within 0 and `size`. */
  slice(start: number, end: number): string[];
  /** Visits elements beginning at one end, until `visit` returns false. `index` always counts from the left. */
  walk(from: ListEnd, visit: (element: string, index: number) => boolean): void;
}

/** Of an element's length, packed: elements are at hand for a while only. */
const ELEMENT_OVERHEAD = 1;
const SMALL_OVERHEAD = 150;
const LARGE_OVERHEAD = 400;

/** A sequence: one chunk while it is short, then several, and never back. `EncodedList` is what versions since 7.2 have. */
export class ListValue implements ListView {
  #few = new Chunk([]);
  #many: ChunkSequence | undefined;
  /** Bytes of all elements. */
  #payload = 0;

  /* eslint-disable @typescript-eslint/class-literal-property-style -- fields would cost each list 16 bytes */
  get type(): 'list' {
    return 'list';
  }

  get encoding(): 'listpack' | 'quicklist' {
    return 'quicklist';
  }

  /** The nodes a server would have, where it is told of them; undefined before 7.2. */
  get nodes(): readonly QuicklistNode[] | undefined {
    return undefined;
  }
  /* eslint-enable @typescript-eslint/class-literal-property-style */

  get size(): number {
    return this.#many === undefined ? this.#few.length : this.#many.size;
  }

  /** Estimated bytes of memory. */
  get bytes(): number {
    return (this.#many === undefined ? SMALL_OVERHEAD : LARGE_OVERHEAD) + this.#payload + this.size * ELEMENT_OVERHEAD;
  }

  clone(): ListValue {
    const copy = this.alike();
    copy.#payload = this.#payload;
    if (this.#many === undefined) copy.#few = this.#few.copy();
    else for (const chunk of this.#many.chunks) copy.#chunked().add(chunk.copy());
    return copy;
  }

  // What follows is nothing here: a list before 7.2 has one encoding only.
  expect(_count: number, _bytes: number): void {}

  /** The list, still empty, is to be filled as one of nodes. */
  beginNodes(): void {}

  /** Elements are gone: one of nodes that is much smaller than it may be becomes a listpack. */
  shrunk(): void {}

  /** It is filled: a small one becomes a listpack. */
  settle(): void {}

  /** Appends what was a node of a quicklist. @param _isPlain whether it is an element that is a node by itself */
  addNode(elements: readonly string[], _isPlain: boolean): void {
    this.append(elements);
  }

  /** What the list consists of, for as long as it does not change. Puts a short list into chunks. */
  chunks(): readonly Chunk[] {
    return this.#chunked().chunks;
  }

  /** Appends a chunk that is not empty. */
  addChunk(chunk: Chunk): void {
    this.#chunked().add(chunk);
    for (const element of chunk.elements) this.#payload += textBytes(element);
  }

  push(end: ListEnd, element: string): void {
    this.#push(end, element);
  }

  #push(end: ListEnd, element: string): void {
    this.#payload += textBytes(element);
    if (this.#many === undefined && this.#few.length < CHUNK)
      this.#few.insert(end === 'left' ? 0 : this.#few.length, element);
    else if (end === 'left') this.#chunked().pushLeft(element);
    else this.#chunked().pushRight(element);
  }

  /** Appends elements; most lists that are filled so are short, and not used at once. */
  append(elements: readonly string[]): void {
    if (this.size > 0 || elements.length > CHUNK) {
      for (const element of elements) this.#push('right', element);
      return;
    }
    this.#few = new Chunk(elements.slice(), true);
    this.#payload += bytesOf(elements);
  }

  /** @param _moves whether it is put into the same list at once: `shrunk` says when that is done */
  pop(end: ListEnd, _moves = false): string | undefined {
    const from = this.#many;
    let element: string | undefined;
    if (from === undefined) {
      if (this.#few.length > 0) [element] = this.#few.take(end === 'left' ? 0 : this.#few.length - 1, 1);
    } else element = end === 'left' ? from.popLeft() : from.popRight();
    if (element !== undefined) this.#payload -= textBytes(element);
    return element;
  }

  at(index: number): string | undefined {
    if (this.#many === undefined) return this.#few.at(index);
    return index < 0 || index >= this.#many.size ? undefined : this.#many.at(index);
  }

  /** Replaces the element at a position within the list. */
  set(index: number, element: string): void {
    const old = (this.#many ?? this.#few).set(index, element);
    this.#payload += textBytes(element) - textBytes(old);
  }

  /** Puts an element before the one at `index`; `index` = `size` appends. */
  insert(index: number, element: string): void {
    if (index === this.size) {
      this.push('right', element);
      return;
    }
    this.#payload += textBytes(element);
    if (this.#many === undefined && this.#few.length < CHUNK) this.#few.insert(index, element);
    else this.#chunked().insert(index, element);
  }

  /** Puts an element beside the one at a position within the list. */
  insertBeside(index: number, side: 'before' | 'after', element: string): void {
    this.insert(side === 'before' ? index : index + 1, element);
  }

  slice(start: number, end: number): string[] {
    if (this.#many === undefined) return this.#few.slice(start, end);
    return start < end ? this.#many.slice(start, end) : [];
  }

  walk(from: ListEnd, visit: (element: string, index: number) => boolean): void {
    if (this.#many !== undefined) {
      this.#many.walk(from, visit);
      return;
    }
    const few = this.#few.elements;
    if (from === 'left') for (let i = 0; i < few.length && visit(few[i] ?? '', i); i++);
    else for (let i = few.length - 1; i >= 0 && visit(few[i] ?? '', i); i--);
  }

  /** Keeps the elements from `start` to before `end`, both within 0 and `size`. */
  trim(start: number, end: number): void {
    const few = this.#few;
    if (this.#many === undefined) {
      if (end < few.length) this.#payload -= bytesOf(few.take(end, few.length - end));
      if (start > 0) this.#payload -= bytesOf(few.take(0, Math.min(start, few.length)));
    } else if (start >= end) {
      this.#few = new Chunk([]);
      this.#many = undefined;
      this.#payload = 0;
    } else {
      this.#payload -= this.#many.dropRight(this.#many.size - end) + this.#many.dropLeft(start);
    }
  }

  /** Removes up to `limit` elements equal to `element`, the ones nearest to `from` first. @returns how many */
  remove(element: string, from: ListEnd, limit: number): number {
    const removed = (this.#many ?? this.#few).remove(element, from, limit);
    this.#payload -= removed * textBytes(element);
    return removed;
  }

  /** An empty list of the same kind, which knows of encodings what this one does. */
  protected alike(): ListValue {
    return new ListValue();
  }

  #chunked(): ChunkSequence {
    if (this.#many === undefined) {
      this.#many = new ChunkSequence();
      if (this.#few.length > 0) this.#many.add(this.#few);
      this.#few = NONE;
    }
    return this.#many;
  }
}

/** Never written to. */
const NONE = new Chunk([]);
