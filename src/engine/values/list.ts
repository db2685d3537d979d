import { bytesOf, Chunk, CHUNK, ChunkSequence, removeEqual, type ListEnd } from './chunk-sequence';

export type { ListEnd } from './chunk-sequence';

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

/** Up to so many elements, an array is given exactly the room it needs: growing, V8 reserves 16 more. */
const EXACT_ROOM = 8;

/** Reference and header of an element's string. */
const ELEMENT_OVERHEAD = 28;
const SMALL_OVERHEAD = 104;
const LARGE_OVERHEAD = 400;

/** A sequence: an array while it is short, then in chunks, and never back. */
export class ListValue implements ListView {
  #few: string[] = NONE;
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
    if (this.#many === undefined) copy.#few = this.#few.slice();
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
    for (const element of chunk.elements) this.#payload += element.length;
  }

  push(end: ListEnd, element: string): void {
    this.#payload += element.length;
    if (this.#many === undefined && this.#few.length < CHUNK) this.#pushToFew(end, element);
    else if (end === 'left') this.#chunked().pushLeft(element);
    else this.#chunked().pushRight(element);
  }

  pop(end: ListEnd): string | undefined {
    const from = this.#many;
    let element: string | undefined;
    if (from === undefined) element = end === 'left' ? this.#few.shift() : this.#few.pop();
    else element = end === 'left' ? from.popLeft() : from.popRight();
    if (element !== undefined) this.#payload -= element.length;
    return element;
  }

  at(index: number): string | undefined {
    if (this.#many === undefined) return this.#few[index];
    return index < 0 || index >= this.#many.size ? undefined : this.#many.at(index);
  }

  /** Replaces the element at a position within the list. */
  set(index: number, element: string): void {
    let old: string | undefined;
    if (this.#many === undefined) {
      old = this.#few[index];
      if (old === undefined) throw new RangeError(`no element at ${String(index)}`);
      this.#few[index] = element;
    } else {
      old = this.#many.set(index, element);
    }
    this.#payload += element.length - old.length;
  }

  /** Puts an element before the one at `index`; `index` = `size` appends. */
  insert(index: number, element: string): void {
    if (index === this.size) {
      this.push('right', element);
      return;
    }
    this.#payload += element.length;
    if (this.#many === undefined && this.#few.length < CHUNK) this.#few.splice(index, 0, element);
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
    const few = this.#few;
    if (from === 'left') for (let i = 0; i < few.length && visit(few[i] ?? '', i); i++);
    else for (let i = few.length - 1; i >= 0 && visit(few[i] ?? '', i); i--);
  }

  /** Keeps the elements from `start` to before `end`, both within 0 and `size`. */
  trim(start: number, end: number): void {
    if (this.#many === undefined) {
      this.#few = this.#few.slice(start, end);
      this.#payload = bytesOf(this.#few);
    } else if (start >= end) {
      this.#few = NONE;
      this.#many = undefined;
      this.#payload = 0;
    } else {
      this.#payload -= this.#many.dropRight(this.#many.size - end) + this.#many.dropLeft(start);
    }
  }

  /** Removes up to `limit` elements equal to `element`, the ones nearest to `from` first. @returns how many */
  remove(element: string, from: ListEnd, limit: number): number {
    const removed =
      this.#many === undefined ? removeEqual(this.#few, element, from, limit) : this.#many.remove(element, from, limit);
    this.#payload -= removed * element.length;
    return removed;
  }

  #pushToFew(end: ListEnd, element: string): void {
    const few = this.#few;
    if (few.length < EXACT_ROOM) this.#few = end === 'left' ? [element].concat(few) : few.concat([element]);
    else if (end === 'left') few.unshift(element);
    else few.push(element);
  }

  #chunked(): ChunkSequence {
    if (this.#many === undefined) {
      this.#many = new ChunkSequence();
      if (this.#few.length > 0) this.#many.add(new Chunk(this.#few));
      this.#few = NONE;
    }
    return this.#many;
  }
}

/** Never written to. */
const NONE: string[] = [];
