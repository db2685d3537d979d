import { parseInt64 } from './int64';
import { packedBytes } from './packed-parts';
import { flat } from './packing';

/** Integers that are packed at most: as many as fit, however large they are. */
export const MOST_INTEGERS = 48;

/** Estimated bytes of integers: packed ones of six digits, or two to four bytes of each. */
export function integerBytes(count: number): number {
  return count <= MOST_INTEGERS ? packedBytes(count * 7) : 150 + count * 3;
}

/** Bytes of a small and of a large word; wider integers are kept as they are. */
const SMALL = 2;
const LARGE = 4;

/** int64 integers in ascending order, as text outside: what Redis calls an intset. */
export class IntegerSet {
  /** Whether it stays as it is after the command, where few integers would be packed. */
  stays = false;
  /** Numbers while they are safe, else bigints: JavaScript compares the two exactly. */
  #sorted: (number | bigint)[];
  /** Instead of these, when they are many and not too large: two or four bytes of each, as one string. */
  #words: string | undefined;
  #width = SMALL;

  /** @param members what `members` answered */
  constructor(members: readonly string[] = []) {
    this.#sorted = members.map((text) => parseInt64(text) ?? 0);
  }

  get size(): number {
    return this.#words === undefined ? this.#sorted.length : this.#words.length / this.#width;
  }

  at(index: number): string | undefined {
    return index >= 0 && index < this.size ? String(this.#valueAt(index)) : undefined;
  }

  has(text: string): boolean {
    const value = parseInt64(text);
    return value !== undefined && this.#valueAt(this.#place(value)) === value;
  }

  /** @returns whether the integer is new; undefined when the text is none and does not belong here */
  add(text: string): boolean | undefined {
    const value = parseInt64(text);
    if (value === undefined) return undefined;
    const place = this.#place(value);
    if (this.#valueAt(place) === value) return false;
    const words = this.#words;
    if (words !== undefined && fits(value, this.#width)) {
      this.#words = this.#spliced(words, place, 0, wordOf(value, this.#width));
    } else {
      this.#widen();
      this.#sorted.splice(place, 0, value);
      if (words !== undefined && fits(value, LARGE)) this.narrow();
    }
    return true;
  }

  delete(text: string): boolean {
    const value = parseInt64(text);
    if (value === undefined) return false;
    const place = this.#place(value);
    if (this.#valueAt(place) !== value) return false;
    if (this.#words === undefined) this.#sorted.splice(place, 1);
    else this.#words = this.#spliced(this.#words, place, 1, '');
    return true;
  }

  members(): string[] {
    return Array.from({ length: this.size }, (_, index) => String(this.#valueAt(index)));
  }

  /** Takes the small form, if all integers fit into it. To be called when they have become many. */
  narrow(): void {
    const sorted = this.#sorted;
    if (this.#words !== undefined || !sorted.every((value) => fits(value, LARGE))) return;
    this.#width = sorted.every((value) => fits(value, SMALL)) ? SMALL : LARGE;
    this.#words = flat(sorted.map((value) => wordOf(value, this.#width)).join(''));
    this.#sorted = [];
  }

  #widen(): void {
    if (this.#words === undefined) return;
    this.#sorted = Array.from({ length: this.size }, (_, index) => this.#valueAt(index) ?? 0);
    this.#words = undefined;
  }

  #valueAt(index: number): number | bigint | undefined {
    const words = this.#words;
    if (words === undefined) return this.#sorted[index];
    const at = index * this.#width;
    if (at >= words.length) return undefined;
    const high = (words.charCodeAt(at) << 24) | (words.charCodeAt(at + 1) << 16);
    return this.#width === SMALL ? high >> 16 : high | (words.charCodeAt(at + 2) << 8) | words.charCodeAt(at + 3);
  }

  /** Removes words at a place, and puts others there. */
  #spliced(words: string, place: number, removed: number, inserted: string): string {
    const at = place * this.#width;
    return flat(words.slice(0, at) + inserted + words.slice(at + removed * this.#width));
  }

  /** Where a value is, or would be. */
  #place(value: number | bigint): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#valueAt(middle) ?? Infinity) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function fits(value: number | bigint, width: number): boolean {
  const limit = 2 ** (width * 8 - 1);
  return typeof value === 'number' && value >= -limit && value < limit;
}

/** The bytes of an integer, the high ones first. */
function wordOf(value: number | bigint, width: number): string {
  const word = Number(value);
  const low = String.fromCharCode((word >>> 8) & 255, word & 255);
  return width === SMALL ? low : String.fromCharCode((word >>> 24) & 255, (word >>> 16) & 255) + low;
}
