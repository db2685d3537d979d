import { backLengthSize } from '../values/listpack-size';
import { RdbFormatError } from './rdb-primitives';

const HEADER_BYTES = 6;
const END = 0xff;
/** What the header's count says when there are more elements than it can hold. */
const UNKNOWN_COUNT = 0xffff;
/** Encodings of integers of 16, 24, 32 and 64 bits. */
const INTEGER = { bits16: 0xf1, bits24: 0xf2, bits32: 0xf3, bits64: 0xf4 } as const;

/** Checks what a packed value says of itself, as Redis does when it sanitizes. @throws RdbFormatError */
export function checkPacked(remaining: number, packed: Buffer, bytes: number, stated: number, count: number): void {
  if (bytes !== packed.length || remaining > 0) throw new RdbFormatError('packed value of a wrong length');
  if (stated !== UNKNOWN_COUNT && stated !== count) throw new RdbFormatError('packed value of a wrong count');
}

/** Steps over the elements of a listpack (Redis 7.0: listpack.c), each of which is a number or a text of its bytes. */
export class ListpackCursor {
  /** The element, when it is an integer. */
  number: number | bigint | undefined;
  /** Where its text stands, when it is none. */
  start = 0;
  end = 0;
  #at = HEADER_BYTES;
  #count = 0;

  /** @throws RdbFormatError */
  constructor(private readonly packed: Buffer) {
    if (packed.length < HEADER_BYTES) throw tooShort();
  }

  /** Goes on to the next element. @returns false at the end. @throws RdbFormatError where the listpack makes no sense */
  next(): boolean {
    const { packed } = this;
    const at = this.#at;
    // What lies beyond the end reads as nothing: it is noticed when the element has been passed.
    const first = packed[at];
    if (first === undefined) throw tooShort();
    if (first === END) {
      this.#check();
      return false;
    }
    if (first < 0x80) this.#isNumber(first, at + 1);
    else if (first < 0xc0) this.#isText(at + 1, first & 0x3f);
    else if (first < 0xe0) this.#isNumber(((((first & 0x1f) << 8) | this.#byte(at + 1)) << 19) >> 19, at + 2);
    else if (first < 0xf0) this.#isText(at + 2, ((first & 0x0f) << 8) | this.#byte(at + 1));
    else if (first === 0xf0) this.#isText(at + 5, this.#unsigned(at + 1));
    else this.#isLongNumber(first, at + 1);
    if (this.end > packed.length) throw tooShort();
    this.#at = this.#passBackLength(this.end, this.end - at);
    this.#count += 1;
    return true;
  }

  #isText(start: number, length: number): void {
    this.number = undefined;
    this.start = start;
    this.end = start + length;
  }

  #isNumber(value: number | bigint, end: number): void {
    this.number = value;
    this.end = end;
  }

  #isLongNumber(encoding: number, at: number): void {
    if (encoding === INTEGER.bits16) this.#isNumber((this.#unsigned(at) << 16) >> 16, at + 2);
    else if (encoding === INTEGER.bits24) this.#isNumber((this.#unsigned(at) << 8) >> 8, at + 3);
    else if (encoding === INTEGER.bits32) this.#isNumber(this.#unsigned(at) | 0, at + 4);
    else if (encoding !== INTEGER.bits64) throw new RdbFormatError(`unknown listpack encoding ${String(encoding)}`);
    else if (at + 8 > this.packed.length) throw tooShort();
    else {
      const value = this.packed.readBigInt64LE(at);
      const number = Number(value);
      this.#isNumber(Number.isSafeInteger(number) ? number : value, at + 8);
    }
  }

  #byte(at: number): number {
    return this.packed[at] ?? 0;
  }

  #unsigned(at: number): number {
    const { packed } = this;
    const low = (packed[at] ?? 0) | ((packed[at + 1] ?? 0) << 8);
    return (low | ((packed[at + 2] ?? 0) << 16) | ((packed[at + 3] ?? 0) << 24)) >>> 0;
  }

  /** Behind an element stands its length, for walking backwards: seven bits a byte, the highest first. @returns where it ends */
  #passBackLength(start: number, length: number): number {
    const { packed } = this;
    if (length < 0x80 && packed[start] === length) return start + 1;
    const end = start + backLengthSize(length);
    if (end > packed.length) throw tooShort();
    let stated = 0;
    for (let at = start; at < end; at++) {
      const byte = packed[at] ?? 0;
      if ((byte & 0x80) === 0 ? at > start : at === start) throw wrongLength();
      stated = stated * 128 + (byte & 0x7f);
    }
    if (stated !== length) throw wrongLength();
    return end;
  }

  #check(): void {
    const { packed } = this;
    const stated = this.#byte(4) | (this.#byte(5) << 8);
    checkPacked(packed.length - this.#at - 1, packed, this.#unsigned(0), stated, this.#count);
  }
}

const tooShort = (): RdbFormatError => new RdbFormatError('packed value ends too early');
const wrongLength = (): RdbFormatError => new RdbFormatError('listpack element with a wrong length behind it');
