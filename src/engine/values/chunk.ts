import { type Compactable, OpenValues } from './open-values';
import { asPacked, flat, LONGEST_PACKED, NUMBER_BYTES, packed, PackedReader, packText } from './packing';
import { Segment } from './segment';
import { textBytes } from './text-bytes';

/** One of the two ends of a list; what Redis calls LEFT is where index 0 is. */
export type ListEnd = 'left' | 'right';

/** Chunks with their elements at hand. */
const OPEN_CHUNKS = new OpenValues(1024, 5);

/** Some elements of a list, side by side. While they are not in use they are packed into a string. */
export class Chunk extends Segment implements Compactable {
  #open: string[] | undefined;
  #packed = '';
  #length: number;

  /** @param elements become the chunk's @param packs whether they are packed at once: they are not in use; default false */
  constructor(elements: string[], packs = false) {
    super();
    this.#open = elements;
    this.#length = elements.length;
    if (!packs || !this.compact()) OPEN_CHUNKS.opened(this);
  }

  get length(): number {
    return this.#length;
  }

  /** All elements, for the moment. */
  get elements(): readonly string[] {
    return this.#isOpen() ? this.#elements() : unpacked(this.#packed);
  }

  copy(): Chunk {
    return new Chunk(this.elements.slice());
  }

  /** @returns whether they are packed now */
  compact(): boolean {
    const elements = this.#open;
    if (elements === undefined) return true;
    if (bytesOf(elements) + elements.length * NUMBER_BYTES > LONGEST_PACKED) return false;
    let end = 0;
    for (const element of elements) end = packText(element, end);
    this.#packed = packed(end);
    this.#open = undefined;
    return true;
  }

  at(index: number): string | undefined {
    if (this.#isOpen()) return this.#elements()[index];
    if (index < 0 || index >= this.#length) return undefined;
    const reader = new PackedReader(this.#packed);
    reader.skipTexts(index);
    return reader.readText();
  }

  /** The elements from `start` to before `end`, or to the end of the chunk. */
  slice(start: number, end: number): string[] {
    return this.#isOpen() ? this.#elements().slice(start, end) : this.#slicePacked(start, end);
  }

  #slicePacked(start: number, end: number): string[] {
    const reader = new PackedReader(this.#packed).prepare();
    reader.skipTexts(Math.min(start, this.#length));
    const found: string[] = [];
    for (let left = Math.min(end, this.#length) - start; left > 0; left--) found.push(reader.readText());
    return found;
  }

  /** Puts an element before the one at `index`, which may be the chunk's length. */
  insert(index: number, element: string): void {
    this.willChange();
    if (this.#isOpen() || this.#splicePacked(index, 0, element) === undefined) {
      const elements = this.#elements();
      if (index === elements.length) elements.push(element);
      else elements.splice(index, 0, element);
    }
    this.#length += 1;
  }

  /** Replaces an element that is there. @returns the one before */
  set(index: number, element: string): string {
    if (index >= this.#length) throw new RangeError(`no element at ${String(index)}`);
    this.willChange();
    const replaced = this.#isOpen() ? undefined : this.#splicePacked(index, 1, element);
    if (replaced !== undefined) return replaced[0] ?? '';
    const elements = this.#elements();
    const old = elements[index] ?? '';
    elements[index] = element;
    return old;
  }

  /** Removes elements that are there. */
  take(start: number, count: number): string[] {
    this.willChange();
    const packed = this.#isOpen() ? undefined : this.#splicePacked(start, count);
    const taken = packed ?? removeAt(this.#elements(), start, count);
    this.#length -= count;
    return taken;
  }

  /** Removes up to `limit` elements equal to `element`, the ones nearest to `from` first. @returns how many */
  remove(element: string, from: ListEnd, limit: number): number {
    if (!this.elements.includes(element)) return 0;
    this.willChange();
    const removed = removeEqual(this.#elements(), element, from, limit);
    this.#length -= removed;
    return removed;
  }

  /** Whether the elements are at hand. What is packed is opened now and then, so that it is open if it is used often. */
  #isOpen(): boolean {
    if (this.#open === undefined && OPEN_CHUNKS.worthOpening()) this.#elements();
    return this.#open !== undefined;
  }

  #elements(): string[] {
    if (this.#open === undefined) {
      this.#open = unpacked(this.#packed);
      this.#packed = '';
      OPEN_CHUNKS.opened(this);
    }
    return this.#open;
  }

  /** Removes packed elements, and may put one in their place. @returns the removed ones; undefined when there is no room */
  #splicePacked(start: number, count: number, element?: string): string[] | undefined {
    const text = this.#packed;
    if (element !== undefined && text.length + element.length + NUMBER_BYTES > LONGEST_PACKED) return undefined;
    const reader = new PackedReader(text);
    if (start === this.#length) reader.at = text.length;
    else reader.skipTexts(start);
    const before = text.slice(0, reader.at);
    const removed: string[] = [];
    for (let left = count; left > 0; left--) removed.push(reader.readText());
    this.#packed = flat(before + (element === undefined ? '' : asPacked(element)) + text.slice(reader.at));
    return removed;
  }
}

/** At the front, where queues end, V8 moves an array's beginning instead of its contents. */
function removeAt(elements: string[], start: number, count: number): string[] {
  return start === 0 && count === 1 ? [elements.shift() ?? ''] : elements.splice(start, count);
}

function unpacked(text: string): string[] {
  const reader = new PackedReader(text).prepare();
  const elements: string[] = [];
  while (!reader.isAtEnd) elements.push(reader.readText());
  return elements;
}

/** Bytes of some elements. */
export function bytesOf(elements: readonly string[]): number {
  let bytes = 0;
  for (const element of elements) bytes += textBytes(element);
  return bytes;
}

function removeEqual(elements: string[], element: string, from: ListEnd, limit: number): number {
  let removed = 0;
  let at = from === 'left' ? elements.indexOf(element) : elements.lastIndexOf(element);
  while (at >= 0 && removed < limit) {
    elements.splice(at, 1);
    removed += 1;
    if (from === 'left') at = elements.indexOf(element, at);
    // lastIndexOf takes a negative start as counted from the end.
    else at = at === 0 ? -1 : elements.lastIndexOf(element, at - 1);
  }
  return removed;
}
