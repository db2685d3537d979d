import { bytesOf, Chunk, type ListEnd } from './chunk';
import { CHUNK, ChunkSequence } from './chunk-sequence';
import { textBytes } from './text-bytes';

export type { ListEnd } from './chunk';

/** The read-only side of a list. */
export interface ListView {
  readonly size: number;
  readonly encoding: 'quicklist';
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

/** A sequence: one chunk while it is short, then several, and never back. */
export class ListValue implements ListView {
  #few = new Chunk([]);
  #many: ChunkSequence | undefined;
  /** Bytes of all elements. */
  #payload = 0;

  /* eslint-disable @typescript-eslint/class-literal-property-style -- fields would cost each list 16 bytes */
  get type(): 'list' {
    return 'list';
  }

  get encoding(): 'quicklist' {
    return 'quicklist';
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
    const copy = new ListValue();
    copy.#payload = this.#payload;
    if (this.#many === undefined) copy.#few = this.#few.copy();
    else for (const chunk of this.#many.chunks) copy.#chunked().add(chunk.copy());
    return copy;
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
    this.#payload += textBytes(element);
    if (this.#many === undefined && this.#few.length < CHUNK)
      this.#few.insert(end === 'left' ? 0 : this.#few.length, element);
    else if (end === 'left') this.#chunked().pushLeft(element);
    else this.#chunked().pushRight(element);
  }

  pop(end: ListEnd): string | undefined {
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
