import { bytesOf, Chunk, type ListEnd } from './chunk';

/** Elements per chunk: small enough that walking and copying one costs little, large enough that a million need few chunks. */
export const CHUNK = 64;
/** Snapshots made by earlier versions hold chunks of so many. */
export const LARGEST_CHUNK = 128;

/** A place packs chunk number and offset, so that finding one allocates nothing. */
const OFFSET_BITS = Math.log2(LARGEST_CHUNK);
const OFFSET_MASK = LARGEST_CHUNK - 1;

/**
 * A sequence in chunks, none of them empty: O(1) at both ends, O(log n) to find a position. Where the chunks begin is
 * kept beside them, counted from a point that stays when the left end moves; a change in the middle moves the
 * beginnings between it and the nearer end.
 */
export class ChunkSequence {
  #chunks: Chunk[] = [];
  /** Where each chunk begins; the first one does at position 0, whatever stands there. */
  #starts: number[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get chunks(): readonly Chunk[] {
    return this.#chunks;
  }

  /** Appends a chunk that is not empty. */
  add(chunk: Chunk): void {
    this.#starts.push(this.#end);
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  pushLeft(element: string): void {
    const [chunk] = this.#chunks;
    const start = (this.#starts[0] ?? 0) - 1;
    if (chunk !== undefined && chunk.length < CHUNK) {
      chunk.insert(0, element);
      this.#starts[0] = start;
    } else {
      this.#chunks.unshift(new Chunk([element]));
      this.#starts.unshift(start);
    }
    this.#size += 1;
  }

  pushRight(element: string): void {
    const chunk = this.#chunks[this.#chunks.length - 1];
    if (chunk !== undefined && chunk.length < CHUNK) {
      chunk.insert(chunk.length, element);
      this.#size += 1;
    } else {
      this.add(new Chunk([element]));
    }
  }

  popLeft(): string | undefined {
    const [chunk] = this.#chunks;
    if (chunk === undefined) return undefined;
    const [element] = chunk.take(0, 1);
    if (chunk.length === 0) {
      this.#chunks.shift();
      this.#starts.shift();
    } else {
      this.#starts[0] = (this.#starts[0] ?? 0) + 1;
    }
    this.#size -= 1;
    return element;
  }

  popRight(): string | undefined {
    const chunk = this.#chunks[this.#chunks.length - 1];
    if (chunk === undefined) return undefined;
    const [element] = chunk.take(chunk.length - 1, 1);
    if (chunk.length === 0) {
      this.#chunks.pop();
      this.#starts.pop();
    }
    this.#size -= 1;
    return element;
  }

  /** The element at a position within the sequence. */
  at(index: number): string | undefined {
    const place = this.#placeOf(index);
    return this.#chunks[place >> OFFSET_BITS]?.at(place & OFFSET_MASK);
  }

  /** Replaces the element at a position within the sequence. @returns the one before */
  set(index: number, element: string): string {
    const place = this.#placeOf(index);
    const chunk = this.#chunks[place >> OFFSET_BITS];
    if (chunk === undefined) throw new RangeError(`no element at ${String(index)}`);
    return chunk.set(place & OFFSET_MASK, element);
  }

  /** Puts an element before the one at a position within the sequence. */
  insert(index: number, element: string): void {
    const place = this.#placeOf(index);
    const at = place >> OFFSET_BITS;
    const chunk = this.#chunks[at];
    if (chunk === undefined) throw new RangeError(`no element at ${String(index)}`);
    chunk.insert(place & OFFSET_MASK, element);
    this.#size += 1;
    this.#makeRoom(at);
    if (chunk.length > CHUNK) this.#split(at, chunk);
  }

  /** The elements from `start` to before `end`, both within the sequence. */
  slice(start: number, end: number): string[] {
    const found: string[] = [];
    const place = this.#placeOf(start);
    let offset = place & OFFSET_MASK;
    for (let at = place >> OFFSET_BITS; found.length < end - start; at++) {
      const chunk = this.#chunks[at];
      if (chunk === undefined) break;
      for (const element of chunk.slice(offset, offset + end - start - found.length)) found.push(element);
      offset = 0;
    }
    return found;
  }

  /** Visits elements beginning at one end, until `visit` returns false. */
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

  /** Removes so many elements, at most all, from the left end. @returns their bytes */
  dropLeft(count: number): number {
    let left = count;
    let whole = 0;
    let bytes = 0;
    for (let chunk = this.#chunks[0]; chunk !== undefined && chunk.length <= left; chunk = this.#chunks[whole]) {
      left -= chunk.length;
      whole += 1;
      bytes += bytesOf(chunk.elements);
    }
    this.#chunks.splice(0, whole);
    this.#starts.splice(0, whole);
    const [first] = this.#chunks;
    if (left > 0 && first !== undefined) {
      bytes += bytesOf(first.take(0, left));
      this.#starts[0] = (this.#starts[0] ?? 0) + left;
    }
    this.#size -= count;
    return bytes;
  }

  /** Removes so many elements, at most all, from the right end. @returns their bytes */
  dropRight(count: number): number {
    let left = count;
    let bytes = 0;
    let chunk = this.#chunks.at(-1);
    for (; chunk !== undefined && chunk.length <= left; chunk = this.#chunks.at(-1)) {
      left -= chunk.length;
      bytes += bytesOf(chunk.elements);
      this.#chunks.pop();
      this.#starts.pop();
    }
    if (left > 0 && chunk !== undefined) {
      bytes += bytesOf(chunk.take(chunk.length - left, left));
    }
    this.#size -= count;
    return bytes;
  }

  /** Removes up to `limit` elements equal to `element`, the ones nearest to `from` first. @returns how many */
  remove(element: string, from: ListEnd, limit: number): number {
    const chunks = this.#chunks;
    let removed = 0;
    let seen = 0;
    while (removed < limit) {
      const chunk = chunks[from === 'left' ? seen : chunks.length - 1 - seen];
      if (chunk === undefined) break;
      removed += chunk.remove(element, from, limit - removed);
      seen += 1;
    }
    if (removed > 0) this.#recount(from, seen);
    this.#size -= removed;
    return removed;
  }

  /** Where a chunk after the last one would begin. */
  get #end(): number {
    return (this.#starts[0] ?? 0) + this.#size;
  }

  #placeOf(index: number): number {
    const starts = this.#starts;
    const position = index + (starts[0] ?? 0);
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] ?? 0) <= position) low = middle;
      else high = middle;
    }
    return (low << OFFSET_BITS) | (position - (starts[low] ?? 0));
  }

  /** A chunk has got one more element: moves the beginnings between it and the nearer end by one. */
  #makeRoom(at: number): void {
    const starts = this.#starts;
    if (at < starts.length >> 1) for (let i = 0; i <= at; i++) starts[i] = (starts[i] ?? 0) - 1;
    else for (let i = at + 1; i < starts.length; i++) starts[i] = (starts[i] ?? 0) + 1;
  }

  /** The right half of a chunk becomes one of its own. */
  #split(at: number, chunk: Chunk): void {
    const right = new Chunk(chunk.take(CHUNK >> 1, chunk.length - (CHUNK >> 1)));
    this.#chunks.splice(at + 1, 0, right);
    this.#starts.splice(at + 1, 0, (this.#starts[at] ?? 0) + (CHUNK >> 1));
  }

  /** Elements went from the first `count` chunks of one end: counts where those begin, and drops empty ones. */
  #recount(from: ListEnd, count: number): void {
    const chunks = this.#chunks;
    const starts = this.#starts;
    const first = from === 'left' ? 0 : chunks.length - count;
    const end = first + count;
    // What lies beyond them stays where it is.
    let start = from === 'left' ? (starts[end] ?? this.#end) : (starts[first] ?? 0);
    let emptied = false;
    for (let seen = 0; seen < count; seen++) {
      const at = from === 'left' ? end - 1 - seen : first + seen;
      const length = chunks[at]?.length ?? 0;
      emptied ||= length === 0;
      if (from === 'left') start -= length;
      starts[at] = start;
      if (from === 'right') start += length;
    }
    if (!emptied) return;
    this.#starts = starts.filter((_, i) => chunks[i]?.length !== 0);
    this.#chunks = chunks.filter(({ length }) => length > 0);
  }
}
