import { RdbFormatError } from './rdb-primitives';

/** Reads forward through packed bytes; every method throws RdbFormatError where they end too early. */
class Cursor {
  readonly #bytes: Buffer;
  #at: number;

  constructor(text: string, start: number) {
    this.#bytes = Buffer.from(text, 'latin1');
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

  /** @returns where it stood before */
  skip(count: number): number {
    const start = this.#at;
    if (start + count > this.#bytes.length) throw new RdbFormatError('packed value ends too early');
    this.#at = start + count;
    return start;
  }
}

const END = 0xff;
const LISTPACK_HEADER = 6;
const ZIPLIST_HEADER = 10;

/** The elements of a listpack, integers as text (Redis 7.0: listpack.c). */
export function listpackElements(packed: string): string[] {
  const cursor = new Cursor(packed, LISTPACK_HEADER);
  const elements: string[] = [];
  for (let first = cursor.byte(); first !== END; first = cursor.byte()) {
    const element = listpackElement(cursor, first);
    elements.push(element.text);
    cursor.skip(backLengthSize(element.header + element.body));
  }
  return elements;
}

interface PackedElement {
  readonly text: string;
  /** Bytes of the encoding byte and a length after it. */
  readonly header: number;
  readonly body: number;
}

const LISTPACK_INTEGERS: Partial<Record<number, 2 | 3 | 4 | 8>> = { 0xf1: 2, 0xf2: 3, 0xf3: 4, 0xf4: 8 };

function listpackElement(cursor: Cursor, first: number): PackedElement {
  const string = (header: number, length: number) => ({ text: cursor.text(length), header, body: length });
  if (first < 0x80) return { text: String(first), header: 1, body: 0 };
  if (first < 0xc0) return string(1, first & 0x3f);
  if (first < 0xe0) {
    const unsigned = ((first & 0x1f) << 8) | cursor.byte();
    return { text: String(unsigned >= 0x1000 ? unsigned - 0x2000 : unsigned), header: 2, body: 0 };
  }
  if (first < 0xf0) return string(2, ((first & 0x0f) << 8) | cursor.byte());
  if (first === 0xf0) return string(5, cursor.uint32LE());
  const size = LISTPACK_INTEGERS[first];
  if (size === undefined) throw new RdbFormatError(`unknown listpack encoding ${String(first)}`);
  return { text: cursor.integer(size), header: 1, body: size };
}

/** Bytes of the length that stands behind an element, for walking backwards: seven bits each. */
function backLengthSize(length: number): number {
  return length < 2 ** 7 ? 1 : length < 2 ** 14 ? 2 : length < 2 ** 21 ? 3 : length < 2 ** 28 ? 4 : 5;
}

const ZIPLIST_INTEGERS: Partial<Record<number, 1 | 2 | 3 | 4 | 8>> = { 0xc0: 2, 0xd0: 4, 0xe0: 8, 0xf0: 3, 0xfe: 1 };
const LONG_PREVIOUS_LENGTH = 0xfe;

/** The elements of a ziplist, the form before listpacks (Redis 6: ziplist.c). */
export function ziplistElements(packed: string): string[] {
  const cursor = new Cursor(packed, ZIPLIST_HEADER);
  const elements: string[] = [];
  for (let previous = cursor.byte(); previous !== END; previous = cursor.byte()) {
    if (previous === LONG_PREVIOUS_LENGTH) cursor.skip(4);
    elements.push(ziplistElement(cursor, cursor.byte()));
  }
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
export function intsetMembers(packed: string): string[] {
  const cursor = new Cursor(packed, 0);
  const size = cursor.uint32LE();
  if (size !== 2 && size !== 4 && size !== 8) throw new RdbFormatError(`unknown intset encoding ${String(size)}`);
  const members: string[] = [];
  for (let left = cursor.uint32LE(); left > 0; left--) members.push(cursor.integer(size));
  return members;
}

/** Fields and values in turn: the form of small hashes before Redis 2.6 (zipmap.c). */
export function zipmapParts(packed: string): string[] {
  const cursor = new Cursor(packed, 1);
  const length = (first: number) => (first === LONG_PREVIOUS_LENGTH ? cursor.uint32LE() : first);
  const parts: string[] = [];
  for (let first = cursor.byte(); first !== END; first = cursor.byte()) {
    parts.push(cursor.text(length(first)));
    const size = length(cursor.byte());
    const unused = cursor.byte();
    parts.push(cursor.text(size));
    cursor.skip(unused);
  }
  return parts;
}
