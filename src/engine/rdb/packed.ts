import { backLengthSize } from '../values/listpack-size';
import { RdbFormatError } from './rdb-primitives';

/** Reads forward through packed bytes; every method throws RdbFormatError where they end too early. */
class Cursor {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, start: number) {
    this.#bytes = bytes;
    this.#at = start;
    if (this.#bytes.length < start) throw new RdbFormatError('packed value without a header');
  }

  byte(): number {
    return this.#bytes[this.skip(1)] ?? 0;
  }

  text(length: number): string {
    const start = this.skip(length);
    return this.#bytes.latin1Slice(start, start + length);
  }

  /** A signed little-endian integer as text. */
  integer(bytes: 1 | 2 | 3 | 4 | 8): string {
    const start = this.skip(bytes);
    return bytes === 8 ? String(this.#bytes.readBigInt64LE(start)) : String(this.#bytes.readIntLE(start, bytes));
  }

  uint32LE(): number {
    return this.#bytes.readUInt32LE(this.skip(4));
  }

  uint32BE(): number {
    return this.#bytes.readUInt32BE(this.skip(4));
  }

  get at(): number {
    return this.#at;
  }

  /** Whether this byte comes next, which is then passed. */
  isAt(byte: number): boolean {
    if (this.#bytes[this.#at] !== byte) return false;
    this.#at += 1;
    return true;
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  uint16LE(): number {
    return this.#bytes.readUInt16LE(this.skip(2));
  }

  /** @returns where it stood before */
  skip(count: number): number {
    const start = this.#at;
    if (start + count > this.#bytes.length) throw new RdbFormatError('packed value ends too early');
    this.#at = start + count;
    return start;
  }
}

const END = 0xff;
/** What the header's count says when there are more elements than it can hold. */
const UNKNOWN_COUNT = 0xffff;

/** Checks what a packed value says of itself, as Redis does when it sanitizes. @throws RdbFormatError */
function checkPacked(cursor: Cursor, packed: Buffer, bytes: number, stated: number, count: number): void {
  if (bytes !== packed.length || cursor.remaining > 0) throw new RdbFormatError('packed value of a wrong length');
  if (stated !== UNKNOWN_COUNT && stated !== count) throw new RdbFormatError('packed value of a wrong count');
}

/** The elements of a listpack, integers as text (Redis 7.0: listpack.c). */
export function listpackElements(packed: Buffer): string[] {
  const cursor = new Cursor(packed, 0);
  const bytes = cursor.uint32LE();
  const stated = cursor.uint16LE();
  const elements: string[] = [];
  for (let first = cursor.byte(); first !== END; first = cursor.byte()) {
    const start = cursor.at - 1;
    elements.push(listpackElement(cursor, first));
    checkBackLength(cursor, cursor.at - start);
  }
  checkPacked(cursor, packed, bytes, stated, elements.length);
  return elements;
}

/** The length that stands behind an element, for walking backwards: seven bits a byte, the highest first. */
function checkBackLength(cursor: Cursor, length: number): void {
  if (length < 0x80 && cursor.isAt(length)) return;
  const size = backLengthSize(length);
  let stated = 0;
  for (let i = 0; i < size; i++) {
    const byte = cursor.byte();
    if ((byte & 0x80) === 0 ? i > 0 : i === 0)
      throw new RdbFormatError('listpack element with a wrong length behind it');
    stated = stated * 128 + (byte & 0x7f);
  }
  if (stated !== length) throw new RdbFormatError('listpack element with a wrong length behind it');
}

const LISTPACK_INTEGERS: Partial<Record<number, 2 | 3 | 4 | 8>> = { 0xf1: 2, 0xf2: 3, 0xf3: 4, 0xf4: 8 };

function listpackElement(cursor: Cursor, first: number): string {
  if (first < 0x80) return String(first);
  if (first < 0xc0) return cursor.text(first & 0x3f);
  if (first < 0xe0) {
    const unsigned = ((first & 0x1f) << 8) | cursor.byte();
    return String(unsigned >= 0x1000 ? unsigned - 0x2000 : unsigned);
  }
  if (first < 0xf0) return cursor.text(((first & 0x0f) << 8) | cursor.byte());
  if (first === 0xf0) return cursor.text(cursor.uint32LE());
  const size = LISTPACK_INTEGERS[first];
  if (size === undefined) throw new RdbFormatError(`unknown listpack encoding ${String(first)}`);
  return cursor.integer(size);
}

const ZIPLIST_INTEGERS: Partial<Record<number, 1 | 2 | 3 | 4 | 8>> = { 0xc0: 2, 0xd0: 4, 0xe0: 8, 0xf0: 3, 0xfe: 1 };
const LONG_PREVIOUS_LENGTH = 0xfe;

/** The elements of a ziplist, the form before listpacks (Redis 6: ziplist.c). */
export function ziplistElements(packed: Buffer): string[] {
  const cursor = new Cursor(packed, 0);
  const bytes = cursor.uint32LE();
  const tail = cursor.uint32LE();
  const stated = cursor.uint16LE();
  const elements: string[] = [];
  let start = cursor.at;
  let last = start;
  let length = 0;
  for (let previous = cursor.byte(); previous !== END; previous = cursor.byte()) {
    const before = previous === LONG_PREVIOUS_LENGTH ? cursor.uint32LE() : previous;
    if (before !== length) throw new RdbFormatError('ziplist element with a wrong length of the one before');
    elements.push(ziplistElement(cursor, cursor.byte()));
    last = start;
    length = cursor.at - start;
    start = cursor.at;
  }
  checkPacked(cursor, packed, bytes, stated, elements.length);
  if (tail !== last) throw new RdbFormatError('ziplist with a wrong end');
  return elements;
}

function ziplistElement(cursor: Cursor, first: number): string {
  if (first < 0x40) return cursor.text(first);
  if (first < 0x80) return cursor.text(((first & 0x3f) << 8) | cursor.byte());
  if (first < 0xc0) return cursor.text(cursor.uint32BE());
  const size = ZIPLIST_INTEGERS[first];
  if (size !== undefined) return cursor.integer(size);
  if (first < 0xf1 || first > 0xfd) throw new RdbFormatError(`unknown ziplist encoding ${String(first)}`);
  return String((first & 0x0f) - 1);
}

/** The members of an intset, in ascending order. */
export function intsetMembers(packed: Buffer): string[] {
  const cursor = new Cursor(packed, 0);
  const size = cursor.uint32LE();
  if (size !== 2 && size !== 4 && size !== 8) throw new RdbFormatError(`unknown intset encoding ${String(size)}`);
  const count = cursor.uint32LE();
  if (cursor.remaining !== count * size) throw new RdbFormatError('intset of a wrong length');
  const members: string[] = [];
  for (let left = count; left > 0; left--) members.push(cursor.integer(size));
  if (members.some((member, i) => i > 0 && BigInt(member) <= BigInt(members[i - 1] ?? '0')))
    throw new RdbFormatError('intset that is not in order');
  return members;
}

/** Fields and values in turn: the form of small hashes before Redis 2.6 (zipmap.c). */
export function zipmapParts(packed: Buffer): string[] {
  const cursor = new Cursor(packed, 0);
  const stated = cursor.byte();
  const length = (first: number) => (first === LONG_PREVIOUS_LENGTH ? cursor.uint32LE() : first);
  const parts: string[] = [];
  for (let first = cursor.byte(); first !== END; first = cursor.byte()) {
    parts.push(cursor.text(length(first)));
    const size = length(cursor.byte());
    const unused = cursor.byte();
    parts.push(cursor.text(size));
    cursor.skip(unused);
  }
  if (cursor.remaining > 0) throw new RdbFormatError('zipmap of a wrong length');
  if (stated < LONG_PREVIOUS_LENGTH && stated * 2 !== parts.length) throw new RdbFormatError('zipmap of a wrong count');
  return parts;
}
