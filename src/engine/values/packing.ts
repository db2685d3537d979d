/**
 * Texts and numbers behind each other in one string of bytes. Numbers stand in bytes of seven bits, the low ones first; texts
 * behind their lengths. A Redis does the same in its listpacks, for the same reason: objects take far more.
 */

/** Longer strings would be slow to make again. */
export const LONGEST_PACKED = 65_536;
/** The longest number: 2^53 in bytes of seven bits. */
export const NUMBER_BYTES = 8;

const scratch = Buffer.allocUnsafeSlow(LONGEST_PACKED);
/** What is being read, beside `scratch` that is written. */
const copy = Buffer.allocUnsafeSlow(LONGEST_PACKED);
/** V8 copies shorter slices; a longer one refers to the string it is from, and keeps that alive as long as it lives. */
const SHORTEST_REFERENCE = 13;

/** Writes from `at` on, where the last one ended; the caller knows that there is room. @returns where it ends */
export function packNumber(value: number, at: number): number {
  let end = at;
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) scratch[end++] = (left % 128) | 128;
  scratch[end++] = left;
  return end;
}

/** Up to here a loop over the characters is faster than a call that copies them. */
const LOOPED = 32;

/** As `packNumber`. */
export function packText(text: string, at: number): number {
  const { length } = text;
  let end = packNumber(length, at);
  if (length > LOOPED) return end + scratch.latin1Write(text, end);
  for (let i = 0; i < length; i++) scratch[end++] = text.charCodeAt(i);
  return end;
}

/** A text as it stands among others. */
export function asPacked(text: string): string {
  return text.length < 128 ? String.fromCharCode(text.length) + text : packed(packText(text, 0));
}

/** What was written up to `end`. */
export function packed(end: number): string {
  return scratch.latin1Slice(0, end);
}

/** Makes V8 copy a sum of strings together, by reading it: the tree of its pieces takes more memory. */
export function flat(sum: string): string {
  return sum.charCodeAt(0) >= 0 ? sum : '';
}

/** A slice of a packed string that does not keep that string alive. */
export function owned(slice: string): string {
  const { length } = slice;
  return length < SHORTEST_REFERENCE ? slice : copy.latin1Slice(0, copy.latin1Write(slice));
}

/** Gives slices of one packed string that do not keep it alive: faster than `owned` for many. To be used up at once. */
export function slicer(text: string): (start: number, end: number) => string {
  copy.latin1Write(text);
  return (start, end) => (end - start < SHORTEST_REFERENCE ? text.slice(start, end) : copy.latin1Slice(start, end));
}

/** Reads what was packed. */
export class PackedReader {
  at = 0;
  #slice: ((start: number, end: number) => string) | undefined;

  constructor(private readonly text: string) {}

  /** Many texts are going to be read, at once. */
  prepare(): this {
    this.#slice = slicer(this.text);
    return this;
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  readNumber(): number {
    const { text } = this;
    let value = text.charCodeAt(this.at++);
    if (value < 128) return value;
    value -= 128;
    let unit = 128;
    let byte = text.charCodeAt(this.at++);
    for (; byte >= 128; byte = text.charCodeAt(this.at++)) {
      value += (byte - 128) * unit;
      unit *= 128;
    }
    return value + byte * unit;
  }

  readText(): string {
    const length = this.readNumber();
    const start = this.at;
    this.at = start + length;
    return this.#slice === undefined ? owned(this.text.slice(start, this.at)) : this.#slice(start, this.at);
  }

  skipTexts(count: number): void {
    const { text } = this;
    for (let left = count; left > 0; left--) {
      // Most are short. Reading that number here makes the walk twice as fast.
      const short = text.charCodeAt(this.at);
      const length = short < 128 ? short : this.readNumber();
      this.at += short < 128 ? length + 1 : length;
    }
  }
}
