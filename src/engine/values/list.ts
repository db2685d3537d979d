import { Segment } from './segment';

/** One of the two ends of a list; what Redis calls LEFT is where index 0 is. */
export type ListEnd = 'left' | 'right';

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

/** Elements per chunk: small enough that moving one aside costs nothing, large enough that a million need few chunks. */
const CHUNK = 128;

/** A place packs chunk number and offset, so that finding one allocates nothing. */
const OFFSET_BITS = 7;
const OFFSET_MASK = CHUNK - 1;

/** Reference and header of an element's string. */
const ELEMENT_OVERHEAD = 28;

/** Some elements of a list, side by side. */
export class Chunk extends Segment {
  constructor(readonly elements: string[]) {
    super();
  }

  copy(): Chunk {
    return new Chunk(this.elements.slice());
  }
}

/**
 * A sequence in chunks: O(1) at both ends; elsewhere it skips whole chunks, counted from the nearer end. No chunk is
 * ever empty.
 */
export class ListValue implements ListView {
  readonly type = 'list';
  readonly encoding = 'quicklist';
  #chunks: Chunk[] = [];
  #size = 0;
  /** Bytes of all elements. */
  #payload = 0;

  get size(): number {
    return this.#size;
  }

  /** Estimated bytes of memory. */
  get bytes(): number {
    return 200 + this.#payload + this.#size * ELEMENT_OVERHEAD;
  }

  clone(): ListValue {
    const copy = new ListValue();
    copy.#chunks = this.#chunks.map((chunk) => chunk.copy());
    copy.#size = this.#size;
    copy.#payload = this.#payload;
    return copy;
  }

  chunks(): readonly Chunk[] {
    return this.#chunks;
  }

  /** Appends a chunk that is not empty. */
  addChunk(chunk: Chunk): void {
    this.#chunks.push(chunk);
    this.#size += chunk.elements.length;
    for (const element of chunk.elements) this.#payload += element.length;
  }

  push(end: ListEnd, element: string): void {
    const chunks = this.#chunks;
    const chunk = chunks[end === 'left' ? 0 : chunks.length - 1];
    if (chunk !== undefined && chunk.elements.length < CHUNK) {
      chunk.willChange();
      if (end === 'left') chunk.elements.unshift(element);
      else chunk.elements.push(element);
    } else if (end === 'left') {
      chunks.unshift(new Chunk([element]));
    } else {
      chunks.push(new Chunk([element]));
    }
    this.#size += 1;
    this.#payload += element.length;
  }

  pop(end: ListEnd): string | undefined {
    const chunks = this.#chunks;
    const chunk = chunks[end === 'left' ? 0 : chunks.length - 1];
    if (chunk === undefined) return undefined;
    chunk.willChange();
    const element = end === 'left' ? chunk.elements.shift() : chunk.elements.pop();
    if (chunk.elements.length === 0) {
      if (end === 'left') chunks.shift();
      else chunks.pop();
    }
    this.#size -= 1;
    this.#payload -= element?.length ?? 0;
    return element;
  }

  at(index: number): string | undefined {
    if (index < 0 || index >= this.#size) return undefined;
    const place = this.#placeOf(index);
    return this.#chunks[place >> OFFSET_BITS]?.elements[place & OFFSET_MASK];
  }

  /** Replaces the element at a position within the list. */
  set(index: number, element: string): void {
    const place = this.#placeOf(index);
    const chunk = this.#chunks[place >> OFFSET_BITS];
    const old = chunk?.elements[place & OFFSET_MASK];
    if (chunk === undefined || old === undefined) throw new RangeError(`no element at ${String(index)}`);
    chunk.willChange();
    chunk.elements[place & OFFSET_MASK] = element;
    this.#payload += element.length - old.length;
  }

  /** Puts an element before the one at `index`; `index` = `size` appends. */
  insert(index: number, element: string): void {
    if (index === this.#size) {
      this.push('right', element);
      return;
    }
    const place = this.#placeOf(index);
    const at = place >> OFFSET_BITS;
    const chunk = this.#chunks[at];
    if (chunk === undefined) throw new RangeError(`no element at ${String(index)}`);
    chunk.willChange();
    const { elements } = chunk;
    elements.splice(place & OFFSET_MASK, 0, element);
    if (elements.length > CHUNK) this.#chunks.splice(at + 1, 0, new Chunk(elements.splice(CHUNK >> 1)));
    this.#size += 1;
    this.#payload += element.length;
  }

  slice(start: number, end: number): string[] {
    const found: string[] = [];
    if (start >= end) return found;
    const place = this.#placeOf(start);
    let offset = place & OFFSET_MASK;
    for (let at = place >> OFFSET_BITS; found.length < end - start; at++) {
      const elements = this.#chunks[at]?.elements;
      if (elements === undefined) break;
      const until = Math.min(elements.length, offset + end - start - found.length);
      for (; offset < until; offset++) found.push(elements[offset] ?? '');
      offset = 0;
    }
    return found;
  }

  walk(from: ListEnd, visit: (element: string, index: number) => boolean): void {
    if (from === 'left') {
      let index = 0;
      for (const { elements } of this.#chunks) for (const element of elements) if (!visit(element, index++)) return;
      return;
    }
    let index = this.#size;
    for (let at = this.#chunks.length - 1; at >= 0; at--) {
      const elements = this.#chunks[at]?.elements ?? [];
      for (let offset = elements.length - 1; offset >= 0; offset--) if (!visit(elements[offset] ?? '', --index)) return;
    }
  }

  /** Keeps the elements from `start` to before `end`, both within 0 and `size`. */
  trim(start: number, end: number): void {
    if (start >= end) {
      this.#chunks = [];
      this.#size = 0;
      this.#payload = 0;
      return;
    }
    this.#dropRight(this.#size - end);
    this.#dropLeft(start);
  }

  /** Removes up to `limit` elements equal to `element`, the ones nearest to `from` first. @returns how many */
  remove(element: string, from: ListEnd, limit: number): number {
    const chunks = this.#chunks;
    let removed = 0;
    let emptied = false;
    for (let step = 0; step < chunks.length && removed < limit; step++) {
      const chunk = chunks[from === 'left' ? step : chunks.length - 1 - step];
      if (chunk === undefined) break;
      removed += removeFrom(chunk, element, from, limit - removed);
      emptied ||= chunk.elements.length === 0;
    }
    if (emptied) this.#chunks = chunks.filter((chunk) => chunk.elements.length > 0);
    this.#size -= removed;
    this.#payload -= removed * element.length;
    return removed;
  }

  #placeOf(index: number): number {
    const chunks = this.#chunks;
    if (index < this.#size >> 1) {
      let at = 0;
      let before = 0;
      for (let length = lengthOf(chunks[0]); index >= before + length; length = lengthOf(chunks[at])) {
        before += length;
        at += 1;
      }
      return (at << OFFSET_BITS) | (index - before);
    }
    let at = chunks.length - 1;
    let first = this.#size - lengthOf(chunks[at]);
    while (index < first) {
      at -= 1;
      first -= lengthOf(chunks[at]);
    }
    return (at << OFFSET_BITS) | (index - first);
  }

  #dropLeft(count: number): void {
    let left = count;
    let whole = 0;
    for (
      let chunk = this.#chunks[0];
      chunk !== undefined && chunk.elements.length <= left;
      chunk = this.#chunks[whole]
    ) {
      left -= chunk.elements.length;
      whole += 1;
      this.#forget(chunk.elements);
    }
    if (whole > 0) this.#chunks.splice(0, whole);
    if (left > 0) this.#dropWithin(this.#chunks[0], 0, left);
  }

  #dropRight(count: number): void {
    let left = count;
    for (
      let chunk = this.#chunks.at(-1);
      chunk !== undefined && chunk.elements.length <= left;
      chunk = this.#chunks.at(-1)
    ) {
      left -= chunk.elements.length;
      this.#forget(chunk.elements);
      this.#chunks.pop();
    }
    if (left > 0) this.#dropWithin(this.#chunks.at(-1), -left, left);
  }

  #dropWithin(chunk: Chunk | undefined, start: number, count: number): void {
    if (chunk === undefined) return;
    chunk.willChange();
    this.#forget(chunk.elements.splice(start, count));
  }

  #forget(elements: readonly string[]): void {
    this.#size -= elements.length;
    for (const element of elements) this.#payload -= element.length;
  }
}

/** Of a chunk that is there; a search that runs past the end stops. */
function lengthOf(chunk: Chunk | undefined): number {
  return chunk?.elements.length ?? Infinity;
}

/** @returns how many elements were removed from the chunk */
function removeFrom(chunk: Chunk, element: string, from: ListEnd, limit: number): number {
  const { elements } = chunk;
  let removed = 0;
  let at = from === 'left' ? elements.indexOf(element) : elements.lastIndexOf(element);
  if (at >= 0) chunk.willChange();
  while (at >= 0 && removed < limit) {
    elements.splice(at, 1);
    removed += 1;
    if (from === 'left') at = elements.indexOf(element, at);
    // lastIndexOf takes a negative start as counted from the end.
    else at = at === 0 ? -1 : elements.lastIndexOf(element, at - 1);
  }
  return removed;
}
