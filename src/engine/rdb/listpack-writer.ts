import { INT64_DIGITS, mayBeInteger, parseInt64 } from '../values/int64';
import { backLengthSize } from '../values/listpack-size';

const HEADER_BYTES = 6;
const END = 0xff;
/** A listpack counts its elements up to here; beyond it says "many". */
const MANY_ELEMENTS = 0xffff;
/** What an element takes beside its text at most: encoding and back length. */
const LARGEST_OVERHEAD = 10;
/** Up to so many characters, a loop is faster than a call that copies them. */
const LOOPED = 32;

const FIRST_BYTES = 1024;
/** Longer ones are not kept for what comes next. */
const LONGEST_KEPT = 256 * 1024;

/** Packs elements into a listpack, as Redis 7.0 does: integers wherever a text is one. */
export class ListpackWriter {
  #buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #length = HEADER_BYTES;
  #elements = 0;

  /** Begins with nothing, whatever became of what was packed before. */
  begin(): this {
    if (this.#buffer.length > LONGEST_KEPT) this.#buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
    this.#length = HEADER_BYTES;
    this.#elements = 0;
    return this;
  }

  string(text: string): void {
    this.part(text, 0, text.length);
  }

  /** The part of a text from `from` to before `to`. */
  part(text: string, from: number, to: number): void {
    const length = to - from;
    const number = length <= INT64_DIGITS && mayBeInteger(text, from) ? parseInt64(text.slice(from, to)) : undefined;
    if (number !== undefined) {
      this.integer(number);
      return;
    }
    this.#reserve(length);
    const start = this.#length;
    if (length < 64) {
      this.#byte(0x80 | length);
    } else if (length < 4096) {
      this.#byte(0xe0 | (length >> 8));
      this.#byte(length & 0xff);
    } else {
      this.#byte(0xf0);
      this.#length = this.#buffer.writeUInt32LE(length, this.#length);
    }
    this.#text(text, from, to);
    this.#finish(start);
  }

  integer(value: number | bigint): void {
    this.#reserve(0);
    const start = this.#length;
    if (typeof value === 'bigint') this.#int64(value);
    else this.#number(value);
    this.#finish(start);
  }

  /** Ends the listpack and begins a new one. @returns its bytes: a view, valid until the next element */
  take(): Buffer {
    this.#reserve(0);
    this.#byte(END);
    this.#buffer.writeUInt32LE(this.#length, 0);
    this.#buffer.writeUInt16LE(Math.min(this.#elements, MANY_ELEMENTS), 4);
    const bytes = this.#buffer.subarray(0, this.#length);
    this.#length = HEADER_BYTES;
    this.#elements = 0;
    return bytes;
  }

  #text(text: string, from: number, to: number): void {
    if (to - from > LOOPED) {
      this.#length += this.#buffer.latin1Write(to - from === text.length ? text : text.slice(from, to), this.#length);
      return;
    }
    const buffer = this.#buffer;
    let at = this.#length;
    for (let i = from; i < to; i++) buffer[at++] = text.charCodeAt(i);
    this.#length = at;
  }

  #number(value: number): void {
    if (value >= 0 && value <= 127) {
      this.#byte(value);
    } else if (value >= -4096 && value <= 4095) {
      this.#byte(0xc0 | ((value >> 8) & 0x1f));
      this.#byte(value & 0xff);
    } else if (value >= -(2 ** 15) && value < 2 ** 15) {
      this.#signed(0xf1, value, 2);
    } else if (value >= -(2 ** 23) && value < 2 ** 23) {
      this.#signed(0xf2, value, 3);
    } else if (value >= -(2 ** 31) && value < 2 ** 31) {
      this.#signed(0xf3, value, 4);
    } else {
      this.#int64(BigInt(value));
    }
  }

  #signed(encoding: number, value: number, bytes: number): void {
    this.#byte(encoding);
    this.#length = this.#buffer.writeIntLE(value, this.#length, bytes);
  }

  #int64(value: bigint): void {
    this.#byte(0xf4);
    this.#length = this.#buffer.writeBigInt64LE(value, this.#length);
  }

  /** The element's length behind it, seven bits in each byte, to be read backwards. */
  #finish(start: number): void {
    const length = this.#length - start;
    this.#elements += 1;
    if (length < 0x80) {
      this.#byte(length);
      return;
    }
    for (let left = backLengthSize(length) - 1; left >= 0; left--) {
      const bits = Math.floor(length / 2 ** (7 * left)) & 0x7f;
      // All but the first of these bytes say that more follow to their left.
      this.#byte(left === backLengthSize(length) - 1 ? bits : bits | 0x80);
    }
  }

  #byte(value: number): void {
    this.#buffer[this.#length++] = value;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes + LARGEST_OVERHEAD + 1;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}
