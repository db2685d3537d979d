import { flat, LONGEST_PACKED, owned, slicer } from './packing';

/**
 * Strings behind each other in one string, each after a character that tells its length: what Redis' listpack is to C. A
 * few fields or members cost a byte more than their text this way, where objects around them cost a hundred.
 */

/** What is packed at most: packed strings are walked from their start, and copied to be changed. */
export interface PackLimits {
  /** Pairs or members. */
  readonly elements: number;
  /** Of the packed string: of each part its text and one byte. */
  readonly length: number;
}

/** So few that walking them is as fast as finding them in a map. */
export const FEW: PackLimits = { elements: 64, length: 1024 };
/** As many as Redis keeps in a listpack, where it walks them too. */
export const MANY: PackLimits = { elements: 512, length: LONGEST_PACKED };

/** Parts longer than this cannot be packed. */
const LONGEST_PART = 255;

const LENGTHS = Array.from({ length: LONGEST_PART + 1 }, (_, length) => String.fromCharCode(length));
const scratch = Buffer.allocUnsafeSlow(MANY.length);

/**
 * Whether parts may be packed.
 * @param elements pairs or members
 * @param length of the packed string
 * @param longest the longest part that is new
 */
export function fitsPacked(limits: PackLimits, elements: number, length: number, longest: number): boolean {
  return elements <= limits.elements && length <= limits.length && longest <= LONGEST_PART;
}

/** Estimated bytes of memory of a packed string. */
export function packedBytes(length: number): number {
  return length + 20;
}

/** The parts as one flat string of its own. The caller knows that they fit. */
export function pack(parts: readonly string[]): string {
  let at = 0;
  for (const part of parts) {
    const { length } = part;
    scratch[at++] = length;
    for (let i = 0; i < length; i++) scratch[at++] = part.charCodeAt(i);
  }
  return scratch.latin1Slice(0, at);
}

/** All parts, in order. */
export function unpack(packed: string): string[] {
  const parts: string[] = [];
  const { length } = packed;
  const slice = length > FEW.length ? slicer(packed) : undefined;
  for (let place = 0; place < length;) {
    const end = place + 1 + packed.charCodeAt(place);
    parts.push(slice === undefined ? packed.slice(place + 1, end) : slice(place + 1, end));
    place = end;
  }
  return parts;
}

/**
 * Where a part begins, -1 when it is not there.
 * @param step 1 to look at every part, 2 to look at the first, the third and so on
 */
export function placeOf(packed: string, part: string, step: 1 | 2): number {
  const { length } = packed;
  for (let place = 0; place < length;) {
    const size = packed.charCodeAt(place);
    if (size === part.length && packed.startsWith(part, place + 1)) return place;
    place += size + 1;
    if (step === 2) place += packed.charCodeAt(place) + 1;
  }
  return -1;
}

/** The part at a place. */
export function partAt(packed: string, place: number): string {
  const part = packed.slice(place + 1, place + 1 + packed.charCodeAt(place));
  return packed.length > FEW.length ? owned(part) : part;
}

/** The place behind the part at a place. */
export function nextPlace(packed: string, place: number): number {
  return place + 1 + packed.charCodeAt(place);
}

/** A part as it stands in a packed string. */
export function asPart(text: string): string {
  return (LENGTHS[text.length] ?? '') + text;
}

/** Puts parts (made by `asPart`) in the place of those that stand from `start` to before `end`. */
export function replaceParts(packed: string, start: number, end: number, parts: string): string {
  return flat(packed.slice(0, start) + parts + packed.slice(end));
}
