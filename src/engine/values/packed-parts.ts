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

/** Whether a packed string has few elements. */
export function isFew(elements: number, packed: string): boolean {
  return fitsPacked(FEW, elements, packed.length, 0);
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

/** Fields that are compared with each other, at most; more are put into a set. */
const MOST_COMPARED = 16;

/** Packs parts that come one after the other, from bytes. */
export class PartsPacker {
  /** Parts so far, and the longest of them. */
  count = 0;
  longest = 0;
  #end = 0;

  begin(): void {
    this.count = this.longest = this.#end = 0;
  }

  /** Adds a part. @returns whether it fits */
  add(bytes: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    if (length > LONGEST_PART || this.#end + length + 1 > scratch.length) return false;
    let to = this.#end;
    scratch[to++] = length;
    for (let at = start; at < end;) scratch[to++] = bytes[at++] ?? 0;
    this.#added(to, length);
    return true;
  }

  /** The same of a text. */
  addText(text: string): boolean {
    const { length } = text;
    if (length > LONGEST_PART || this.#end + length + 1 > scratch.length) return false;
    let to = this.#end;
    scratch[to++] = length;
    for (let i = 0; i < length; i++) scratch[to++] = text.charCodeAt(i);
    this.#added(to, length);
    return true;
  }

  /** Of the packed string. */
  get length(): number {
    return this.#end;
  }

  /** All parts as one flat string. */
  take(): string {
    return scratch.latin1Slice(0, this.#end);
  }

  #added(end: number, length: number): void {
    this.#end = end;
    this.count += 1;
    if (length > this.longest) this.longest = length;
  }
}

const PACKER = new PartsPacker();

/** Whether a part is there twice; of pairs (`step` 2) a first one. */
export function hasPartTwice(packed: string, step: 1 | 2): boolean {
  const parts: string[] = [];
  for (let place = 0; place < packed.length;) {
    const end = nextPlace(packed, place);
    parts.push(packed.slice(place + 1, end));
    place = step === 1 ? end : nextPlace(packed, end);
  }
  return hasTwice(parts);
}

/** Whether a text is there twice. */
export function hasTwice(texts: readonly string[]): boolean {
  if (texts.length > MOST_COMPARED) return new Set(texts).size < texts.length;
  for (let i = 1; i < texts.length; i++) for (let k = 0; k < i; k++) if (texts[i] === texts[k]) return true;
  return false;
}

/** Few distinct texts as one packed string; undefined where they are neither. */
export function packFew(texts: readonly string[]): string | undefined {
  if (texts.length > FEW.elements || hasTwice(texts)) return undefined;
  PACKER.begin();
  const fits = texts.every((text) => PACKER.addText(text)) && PACKER.length <= FEW.length;
  return fits ? PACKER.take() : undefined;
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

/** Visits the parts in order, as places of the packed string. */
export function walkParts(packed: string, visit: (text: string, from: number, to: number) => void): void {
  for (let place = 0; place < packed.length;) {
    const end = nextPlace(packed, place);
    visit(packed, place + 1, end);
    place = end;
  }
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
