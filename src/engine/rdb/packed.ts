import { checkPacked, ListpackCursor } from './listpack-cursor';
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

  /** A signed little-endian integer. */
  number(bytes: 1 | 2 | 3 | 4 | 8): number | bigint {
    const start = this.skip(bytes);
    return bytes === 8 ? this.#bytes.readBigInt64LE(start) : this.#bytes.readIntLE(start, bytes);
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

/** V8 copies shorter slices; a longer one keeps the whole text alive. */
const LONGEST_COPIED = 12;

/** The elements of a listpack, integers as text (Redis 7.0: listpack.c). */
export function listpackElements(packed: Buffer): string[] {
  const cursor = new ListpackCursor(packed);
  const all = packed.latin1Slice();
  const elements: string[] = [];
  while (cursor.next()) elements.push(listpackText(cursor, packed, all));
  return elements;
}

/** An element of a listpack as text. @param all the whole of it, as text */
export function listpackText({ number, start, end }: ListpackCursor, packed: Buffer, all: string): string {
  if (number !== undefined) return String(number);
  return end - start <= LONGEST_COPIED ? all.slice(start, end) : packed.latin1Slice(start, end);
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
  checkPacked(cursor.remaining, packed, bytes, stated, elements.length);
  if (tail !== last) throw new RdbFormatError('ziplist with a wrong end');
  return elements;
}

function ziplistElement(cursor: Cursor, first: number): string {
  if (first < 0x40) return cursor.text(first);
  if (first < 0x80) return cursor.text(((first & 0x3f) << 8) | cursor.byte());
  if (first < 0xc0) return cursor.text(cursor.uint32BE());
  const size = ZIPLIST_INTEGERS[first];
  if (size !== undefined) return String(cursor.number(size));
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
  let last: number | bigint = -Infinity;
  for (let left = count; left > 0; left--) {
    const member = cursor.number(size);
    if (member <= last) throw new RdbFormatError('intset that is not in order');
    members.push(String((last = member)));
  }
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
