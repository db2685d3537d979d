/** Bits of a string, counted from 0, the highest bit of the first byte first. */

/** A string of bytes that bits are read from; bytes beyond the end are 0. */
export interface ByteSource {
  byteAt(index: number): number;
}

/** Bits set in a 32-bit word, added up in parallel. */
function populationOf(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** How many bits are set from bit `from` to before bit `to`. */
export function countBits(bytes: Uint8Array, from: number, to: number): number {
  if (from >= to) return 0;
  const first = Math.floor(from / 8);
  const last = Math.floor((to - 1) / 8);
  const firstMask = 0xff >> (from % 8);
  const lastMask = 0xff << (7 - ((to - 1) % 8));
  if (first === last) return populationOf((bytes[first] ?? 0) & firstMask & lastMask);
  return (
    populationOf((bytes[first] ?? 0) & firstMask) +
    countWhole(bytes, first + 1, last) +
    populationOf((bytes[last] ?? 0) & lastMask & 0xff)
  );
}

/** Whole bytes, four at a time where they are aligned. */
function countWhole(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  let i = start;
  while (i < end && (bytes.byteOffset + i) % 4 !== 0) count += populationOf(bytes[i++] ?? 0);
  const words = new Uint32Array(
    bytes.buffer,
    bytes.byteOffset + i - (i < end ? 0 : (bytes.byteOffset + i) % 4),
    Math.max(0, (end - i) >> 2),
  );
  // By index: an iterator would cost more than the counting.
  const { length } = words;
  for (let j = 0; j < length; j++) count += populationOf(words[j] ?? 0);
  for (i += words.length * 4; i < end; i++) count += populationOf(bytes[i] ?? 0);
  return count;
}

/** The first bit of this value from bit `from` to before bit `to`, undefined when there is none. */
export function findBit(bytes: Uint8Array, bit: 0 | 1, from: number, to: number): number | undefined {
  const skipped = bit === 1 ? 0 : 0xff;
  for (let at = from; at < to; at++) {
    if (at % 8 === 0) at = 8 * skipEqual(bytes, at / 8, Math.ceil(to / 8), skipped);
    if (at < to && (((bytes[Math.floor(at / 8)] ?? 0) >> (7 - (at % 8))) & 1) === bit) return at;
  }
  return undefined;
}

/** The first byte from `start` to before `end` that is another, `end` if none is; four at a time where they are aligned. */
function skipEqual(bytes: Uint8Array, start: number, end: number, byte: number): number {
  let i = start;
  while (i < end && (bytes.byteOffset + i) % 4 !== 0) if (bytes[i++] !== byte) return i - 1;
  if (end - i >= 4) {
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset + i, (end - i) >> 2);
    const four = byte * 0x01010101;
    let j = 0;
    while (j < words.length && words[j] === four) j += 1;
    i += j * 4;
  }
  while (i < end && bytes[i] === byte) i += 1;
  return i;
}

/** A bit; 0 beyond the end. @param offset counted from the highest bit of the first byte */
export function bitAt(source: ByteSource, offset: number): 0 | 1 {
  return ((source.byteAt(Math.floor(offset / 8)) >> (7 - (offset % 8))) & 1) === 1 ? 1 : 0;
}

/** Reads an unsigned integer of up to 64 bits. */
export function readBits(source: ByteSource, offset: number, width: number): bigint {
  const { first, last, shift } = spanOf(offset, width);
  return BigInt.asUintN(width, readBytes(source, first, last) >> shift);
}

/** The bytes of a string that writing an integer changes, from byte `first` on. */
export function writeBits(
  source: ByteSource,
  offset: number,
  width: number,
  value: bigint,
): { readonly first: number; readonly bytes: readonly number[] } {
  const { first, last, shift } = spanOf(offset, width);
  const mask = ((1n << BigInt(width)) - 1n) << shift;
  const merged = (readBytes(source, first, last) & ~mask) | (BigInt.asUintN(width, value) << shift);
  const bytes: number[] = [];
  for (let i = first; i <= last; i++) bytes.push(Number((merged >> BigInt((last - i) * 8)) & 0xffn));
  return { first, bytes };
}

/** The bytes an integer lies in, and how many bits follow it in the last one. */
function spanOf(offset: number, width: number): { first: number; last: number; shift: bigint } {
  const last = Math.floor((offset + width - 1) / 8);
  return { first: Math.floor(offset / 8), last, shift: BigInt(7 - ((offset + width - 1) % 8)) };
}

function readBytes(source: ByteSource, first: number, last: number): bigint {
  let value = 0n;
  for (let i = first; i <= last; i++) value = (value << 8n) | BigInt(source.byteAt(i));
  return value;
}
