import type { Scored } from './ranked-node';

/**
 * Few members of a sorted set, in order, in one string: what JavaScript needs for an object and a string each would be
 * several times what Redis needs. In front their number; then for each its name and its score:
 *
 * | part | characters |
 * |---|---|
 * | length of the name | 1, or 255 and 4 |
 * | name | as they are |
 * | score | 1: an integer from 0 to 239; 240 and 2: of 16 bits; 241 and 4: of 32 bits; 242 and 8: a double |
 *
 * Everything little-endian. What is read out are copies: a slice would keep the whole string alive.
 */
export type RankedString = string;

const HEADER = 3;
/** A set without members. */
export const NO_MEMBERS: RankedString = '\0'.repeat(HEADER);

const LONG_NAME = 255;
const INTEGER_16 = 240;
const INTEGER_32 = 241;
const DOUBLE = 242;

/** Where strings are put together; larger ones get a buffer of their own. */
const SCRATCH = Buffer.allocUnsafeSlow(16_384);
const NUMBER = Buffer.allocUnsafeSlow(8);

/** Bytes of a member beyond its name, at most. */
const LARGEST_EXTRA = 5 + 9;
/** V8 copies short slices itself. */
const SHORT_SLICE = 12;
/** Up to so many characters, a loop is faster than a call into Node. */
const SHORT_NAME = 24;

/** How many members there are. */
export function countMembers(packed: RankedString): number {
  return littleEndian(packed, 0, HEADER);
}

/** Packs members that are in order. */
export function packMembers(members: readonly Scored[]): RankedString {
  let size = HEADER;
  for (const { key } of members) size += key.length + LARGEST_EXTRA;
  const bytes = roomFor(size);
  let end = bytes.writeUIntLE(members.length, 0, HEADER);
  for (const { key, score } of members) end = writeMember(bytes, end, key, score);
  return bytes.latin1Slice(0, end);
}

/** Steps over the members, from the first one on. */
export class RankedCursor {
  /** How many members come before this one. */
  rank = 0;
  /** Where the member begins. */
  at = HEADER;
  nameAt = 0;
  scoreAt = 0;
  /** Where the member ends. */
  end = HEADER;

  constructor(private readonly packed: RankedString) {
    this.#read();
  }

  /** Whether there is a member; false after the last one. */
  get isThere(): boolean {
    return this.end > this.at;
  }

  get score(): number {
    return scoreAt(this.packed, this.scoreAt);
  }

  next(): this {
    this.rank += 1;
    this.at = this.end;
    this.#read();
    return this;
  }

  /** Whether the member comes before the place of (`score`, `name`); see `RankedTree.rankOf`. */
  isBefore(score: number, name: string | undefined): boolean {
    const first = this.packed.charCodeAt(this.scoreAt);
    const own = first < INTEGER_16 ? first : scoreAt(this.packed, this.scoreAt);
    return own < score || (own === score && (name === undefined || this.#name < name));
  }

  /** Goes on to a member. @returns whether it is there */
  find(name: string): boolean {
    const { packed } = this;
    const { length } = name;
    // Names of a set are often of one length and begin alike: their last characters tell them apart.
    const last = length - 1;
    const lastCode = name.charCodeAt(last);
    for (; this.isThere; this.next()) {
      if (this.scoreAt - this.nameAt !== length) continue;
      if (length > 0 && packed.charCodeAt(this.nameAt + last) !== lastCode) continue;
      if (packed.startsWith(name, this.nameAt)) return true;
    }
    return false;
  }

  /** Goes on to the place of (`score`, `name`). */
  seek(score: number, name: string | undefined): this {
    while (this.isThere && this.isBefore(score, name)) this.next();
    return this;
  }

  /** Not to be kept: a slice. */
  get #name(): string {
    return this.packed.slice(this.nameAt, this.scoreAt);
  }

  #read(): void {
    const { packed, at } = this;
    if (at >= packed.length) return;
    const short = packed.charCodeAt(at);
    this.nameAt = at + (short === LONG_NAME ? 5 : 1);
    this.scoreAt = this.nameAt + (short === LONG_NAME ? littleEndian(packed, at + 1, 4) : short);
    this.end = this.scoreAt + scoreSize(packed.charCodeAt(this.scoreAt));
  }
}

/** Shows the members with ranks from `start` to before `end`, in falling order if `reverse`. */
export function visitMembers(
  packed: RankedString,
  { start, end }: { readonly start: number; readonly end: number },
  reverse: boolean,
  visitor: (name: string, score: number) => void,
): void {
  const members = unpackMembers(packed, start, end);
  if (reverse) members.reverse();
  for (const { key, score } of members) visitor(key, score);
}

/** The members with ranks from `start` to before `end`. */
export function unpackMembers(packed: RankedString, start = 0, end = Infinity): Scored[] {
  const bytes = roomFor(packed.length);
  bytes.latin1Write(packed, 0);
  const members: Scored[] = [];
  const cursor = new RankedCursor(packed);
  for (; cursor.isThere && cursor.rank < end; cursor.next())
    if (cursor.rank >= start) members.push({ key: copyOf(packed, bytes, cursor), score: cursor.score });
  return members;
}

/** Adds a member that is not there, in its place. */
export function withMember(packed: RankedString, name: string, score: number): RankedString {
  const { at } = new RankedCursor(packed).seek(score, name);
  const bytes = roomFor(packed.length + name.length + LARGEST_EXTRA);
  bytes.latin1Write(packed, 0);
  bytes.writeUIntLE(countMembers(packed) + 1, 0, HEADER);
  const end = writeMember(bytes, at, name, score);
  bytes.latin1Write(packed.slice(at), end);
  return bytes.latin1Slice(0, end + packed.length - at);
}

/** Gives the member that a cursor stands at another score. */
export function withScore(packed: RankedString, member: RankedCursor, score: number): RankedString {
  const { at, nameAt, scoreAt: nameEnd, end } = member;
  const name = packed.slice(nameAt, nameEnd);
  const place = new RankedCursor(packed).seek(score, name).at;
  const size = nameEnd - at + scoreSize(firstOfScore(score));
  const bytes = roomFor(packed.length + LARGEST_EXTRA);
  bytes.latin1Write(packed, 0);
  // Those in between make room; what comes after the later of the two places moves if the score takes more or less room.
  const rises = place > at;
  if (rises) bytes.copyWithin(at, end, place);
  else bytes.copyWithin(place + size, place, at);
  writeMember(bytes, rises ? place - (end - at) : place, name, score);
  const growth = size - (end - at);
  const rest = rises ? place : end;
  if (growth !== 0) bytes.latin1Write(packed.slice(rest), rest + growth);
  return bytes.latin1Slice(0, packed.length + growth);
}

/** Removes the members that begin between two places. */
export function withoutMembers(packed: RankedString, from: number, to: number, count: number): RankedString {
  const bytes = roomFor(packed.length);
  bytes.latin1Write(packed, 0);
  bytes.writeUIntLE(countMembers(packed) - count, 0, HEADER);
  bytes.copyWithin(from, to, packed.length);
  return bytes.latin1Slice(0, packed.length - (to - from));
}

function copyOf(packed: RankedString, bytes: Buffer, { nameAt, scoreAt }: RankedCursor): string {
  return scoreAt - nameAt > SHORT_SLICE ? bytes.latin1Slice(nameAt, scoreAt) : packed.slice(nameAt, scoreAt);
}

function roomFor(size: number): Buffer {
  return size <= SCRATCH.length ? SCRATCH : Buffer.allocUnsafeSlow(size);
}

/** @returns where it ends */
function writeMember(bytes: Buffer, at: number, name: string, score: number): number {
  let end = at;
  if (name.length < LONG_NAME) {
    bytes[end++] = name.length;
  } else {
    bytes[end++] = LONG_NAME;
    end = bytes.writeUInt32LE(name.length, end);
  }
  if (name.length > SHORT_NAME) end += bytes.latin1Write(name, end);
  else for (let i = 0; i < name.length; i++) bytes[end++] = name.charCodeAt(i);
  return writeScore(bytes, end, score);
}

/** @returns where it ends */
function writeScore(bytes: Buffer, at: number, score: number): number {
  const first = firstOfScore(score);
  bytes[at] = first;
  if (first === DOUBLE) return bytes.writeDoubleLE(score, at + 1);
  if (first === INTEGER_16) return bytes.writeInt16LE(score | 0, at + 1);
  return first === INTEGER_32 ? bytes.writeInt32LE(score | 0, at + 1) : at + 1;
}

/** The first character of a score. -0 becomes 0, as in a listpack: it stores whole numbers as such. */
function firstOfScore(score: number): number {
  const integer = score | 0;
  if (integer !== score) return DOUBLE;
  if (integer >= 0 && integer < INTEGER_16) return integer;
  return integer === (integer << 16) >> 16 ? INTEGER_16 : INTEGER_32;
}

function scoreSize(first: number): number {
  if (first < INTEGER_16) return 1;
  if (first === DOUBLE) return 9;
  return first === INTEGER_16 ? 3 : 5;
}

function scoreAt(packed: RankedString, at: number): number {
  const first = packed.charCodeAt(at);
  if (first < INTEGER_16) return first;
  if (first === INTEGER_16) return (littleEndian(packed, at + 1, 2) << 16) >> 16;
  if (first === INTEGER_32) return littleEndian(packed, at + 1, 4) | 0;
  for (let i = 0; i < 8; i++) NUMBER[i] = packed.charCodeAt(at + 1 + i);
  return NUMBER.readDoubleLE(0);
}

function littleEndian(packed: RankedString, at: number, size: number): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + packed.charCodeAt(at + i);
  return value;
}
