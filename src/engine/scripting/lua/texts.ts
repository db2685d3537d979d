import { allocate, checkLength, LONG, SLICE, spend } from './meter';

/**
 * Texts as scripts make them. V8 joins texts as trees (ropes) and cuts them as references into the whole: both cost nothing
 * until somebody reads them, and then all at once. A script that is counted by what it seems to make would end the process by
 * reading it; one that stores it would keep far more than is counted.
 */

/** From here on texts are flat once they are made, and reading one costs no memory; below, each reading is taken to make it flat. */
export const FLAT_LENGTH = 4 * 1_048_576;
/** V8 copies shorter parts; a longer one refers to its whole, and keeps that alive. */
const SHORTEST_REFERENCE = 13;
/** Of what a part refers to beyond its own length, so much is not worth a copy. */
const SLACK = 64;

/** Makes a text flat, by reading it. */
function flatten(text: string): string {
  return text.charCodeAt(0) >= 0 ? text : '';
}

/** A text that was put together of others: a long one is made flat, a shorter one when it is read. */
export function made(text: string): string {
  return text.length < FLAT_LENGTH ? text : madeFlat(text);
}

function madeFlat(text: string): string {
  allocate(text.length);
  spend(text.length);
  return flatten(text);
}

/** Native code is about to read a whole text, which makes it flat. */
export function read(text: string): void {
  const { length } = text;
  if (length < LONG) return;
  if (length < FLAT_LENGTH) allocate(length);
  spend(length);
}

/** Copies of a text that are made on its way to a client as an error or a status. */
const COPIES = 4;

/** A text that goes to a client as a line. */
export function sent(text: string): string {
  read(text);
  if (text.length >= LONG) allocate(COPIES * text.length);
  return text;
}

/** A text that is to outlive the script: flat, and counted by its bytes. */
export function stored(text: string): string {
  const { length } = text;
  if (length < SHORTEST_REFERENCE) return text;
  if (length >= LONG) read(text);
  return flatten(text);
}

/** A part of a text. One that is kept does not keep the whole alive. */
export function part(text: string, from: number, to: number): string {
  const length = to - from;
  if (length < SHORTEST_REFERENCE || text.length <= 2 * length + SLACK) return text.slice(from, to);
  if (length < 2 * SHORTEST_REFERENCE - 1) {
    const middle = from + SHORTEST_REFERENCE - 1;
    return text.slice(from, middle) + text.slice(middle, to);
  }
  if (length >= LONG) {
    allocate(length);
    spend(length);
  }
  // The sum has to be put together before it can be cut: what the part refers to then is no longer than itself.
  return `\n${text.slice(from, to)}`.slice(1);
}

/** Converts a text of any length, slice by slice. @param convert must not depend on what stands around a slice */
export function mapSlices(text: string, convert: (slice: string) => string): string {
  if (text.length < LONG) return convert(text);
  read(text);
  if (text.length <= SLICE) return convert(text);
  let result = '';
  for (let from = 0; from < text.length; from += SLICE) {
    const piece = convert(text.slice(from, from + SLICE));
    allocate(piece.length);
    spend(CONVERSION_FACTOR * piece.length);
    checkLength(result.length + piece.length);
    result += piece;
  }
  return made(result);
}

/** Converting a byte takes longer than copying one. */
const CONVERSION_FACTOR = 16;

/** Up to here V8's tree of pieces is small enough to be put together once. */
export const TAIL = 4_096;

/** Puts a text together of any number of pieces, without a tree of them all. */
export class TextBuilder {
  #whole = '';
  #tail = '';

  get length(): number {
    return this.#whole.length + this.#tail.length;
  }

  add(piece: string): void {
    this.#tail += piece;
    if (this.#tail.length > TAIL) this.#flush();
  }

  /** All of it. */
  text(): string {
    return this.#whole === '' ? made(this.#tail) : made(this.#whole + this.#tail);
  }

  /** All of it, with a last piece. */
  textWith(last: string): string {
    this.add(last);
    return this.text();
  }

  #flush(): void {
    const { length } = this.#tail;
    checkLength(this.#whole.length + length);
    allocate(length);
    spend(length);
    this.#whole += flatten(this.#tail);
    this.#tail = '';
  }
}

/** Whether a test holds for one of a text's slices. */
export function someSlice(text: string, test: (slice: string) => boolean): boolean {
  for (let from = 0; from < text.length; from += SLICE) {
    if (test(text.length <= SLICE ? text : text.slice(from, from + SLICE))) return true;
    spend(SEARCH_FACTOR * SLICE);
  }
  return false;
}

/** Where the characters end that a sticky pattern of one repeated class matches from a position on. */
export function endOfRun(text: string, pattern: RegExp, from: number): number {
  let at = from;
  for (;;) {
    const slice = text.length - at <= SLICE ? text.slice(at) : text.slice(at, at + SLICE);
    pattern.lastIndex = 0;
    pattern.test(slice);
    at += pattern.lastIndex;
    if (slice.length < SLICE || pattern.lastIndex < slice.length) return at;
    spend(SEARCH_FACTOR * SLICE);
  }
}

/** Whether two texts are the same. */
export function sameText(a: string, b: string): boolean {
  if (a.length < LONG || a.length !== b.length) return a === b;
  read(a);
  read(b);
  for (let from = 0; from < a.length; from += SLICE) {
    spend(SLICE);
    if (a.slice(from, from + SLICE) !== b.slice(from, from + SLICE)) return false;
  }
  return true;
}

/** Whether a text stands before another in the order of their bytes. */
export function textBefore(a: string, b: string): boolean {
  if (a.length < LONG && b.length < LONG) return a < b;
  read(a);
  read(b);
  const length = Math.min(a.length, b.length);
  for (let from = 0; from < length; from += SLICE) {
    spend(SLICE);
    const left = a.slice(from, from + SLICE);
    const right = b.slice(from, from + SLICE);
    if (left !== right) return left < right;
  }
  return a.length < b.length;
}

/** V8 gives longer texts their length for a hash: those of one length are all compared when one is looked for. */
const HASHED_LENGTH = 16_383;

/** Before a text is looked for as a table's key. */
export function readKey(text: string): void {
  if (text.length < LONG) return;
  read(text);
  if (text.length > HASHED_LENGTH) spend(10 * SLICE);
}

/** V8's search for a longer text compares all of it at every other place, when these have the same end. */
const SEARCHED_LENGTH = 64;

/** Where a text stands in another, from a position on; -1 when it does not. */
export function indexOfText(text: string, wanted: string, from: number): number {
  const { length } = wanted;
  if (text.length - from <= SLICE && length <= SEARCHED_LENGTH) return text.indexOf(wanted, from);
  const start = wanted.slice(0, SEARCHED_LENGTH);
  for (let at = from; at + length <= text.length;) {
    const end = Math.min(at + SLICE + start.length - 1, text.length);
    spend(SEARCH_FACTOR * (end - at));
    const found = text.slice(at, end).indexOf(start);
    if (found < 0) at += SLICE;
    else if (standsAt(text, at + found, wanted)) return at + found;
    else at += found + 1;
  }
  return -1;
}

/** Searching a byte takes longer than copying one. */
const SEARCH_FACTOR = 4;

function standsAt(text: string, at: number, wanted: string): boolean {
  if (at + wanted.length > text.length) return false;
  for (let from = 0; from < wanted.length; from += SLICE) {
    const piece = wanted.slice(from, from + SLICE);
    if (text.slice(at + from, at + from + piece.length) !== piece) return false;
    spend(piece.length);
  }
  return true;
}
