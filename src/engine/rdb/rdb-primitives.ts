import { mayBeInteger } from '../values/int64';
import { toUint64, type Uint64 } from '../values/uint64';
import { compressLzf, decompressLzf } from './lzf';

/** Bytes that are no RDB encoding. */
export class RdbFormatError extends Error {
  override readonly name = 'RdbFormatError';
}

const LENGTH_14_BITS = 0x40;
const LENGTH_32_BITS = 0x80;
const LENGTH_64_BITS = 0x81;
const INT8 = 0xc0;
const INT16 = 0xc1;
const INT32 = 0xc2;
const LZF = 0xc3;

/** Redis compresses texts that are longer than this; one that saves less than four bytes is written as it is. */
const LONGEST_PLAIN = 20;
const LEAST_SAVED = 4;

/** Texts up to this long are compressed from here, and unpacked to. */
const SCRATCH = Buffer.allocUnsafeSlow(64 * 1024);

/** Writes RDB's primitives into a growing buffer. */
export class RdbWriter {
  #buffer = Buffer.allocUnsafe(256);
  #length = 0;

  /** @param compresses whether texts are compressed as Redis does it (`rdbcompression`); default false */
  constructor(private readonly compresses = false) {}

  /** The bytes so far: a view, valid until the next write. */
  view(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** How many bytes there are so far. */
  get size(): number {
    return this.#length;
  }

  reset(): void {
    this.#length = 0;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  length(value: number): void {
    this.#reserve(9);
    if (value < 64) {
      this.#buffer[this.#length++] = value;
    } else if (value < 16_384) {
      this.#length = this.#buffer.writeUInt16BE((LENGTH_14_BITS << 8) | value, this.#length);
    } else if (value < 2 ** 32) {
      this.#buffer[this.#length++] = LENGTH_32_BITS;
      this.#length = this.#buffer.writeUInt32BE(value, this.#length);
    } else {
      this.#buffer[this.#length++] = LENGTH_64_BITS;
      this.#length = this.#buffer.writeBigUInt64BE(BigInt(value), this.#length);
    }
  }

  /** Puts a length before what was written from `at` on. */
  insertLength(at: number, value: number): void {
    const end = this.#length;
    this.length(value);
    const length = Buffer.from(this.#buffer.subarray(end, this.#length));
    this.#buffer.copyWithin(at + length.length, at, end);
    this.#buffer.set(length, at);
  }

  /** A number of up to 64 bits, in the encoding of lengths. */
  unsigned(value: Uint64): void {
    if (typeof value === 'number') {
      this.length(value);
      return;
    }
    this.#reserve(9);
    this.#buffer[this.#length++] = LENGTH_64_BITS;
    this.#length = this.#buffer.writeBigUInt64BE(value, this.#length);
  }

  /** A string, as an integer where it is one of up to 32 bits. */
  string(text: string): void {
    if (text.length <= 11 && mayBeInteger(text) && this.#integer(text)) return;
    if (this.compresses && text.length > LONGEST_PLAIN && this.#compressedText(text)) return;
    this.length(text.length);
    this.latin1(text);
  }

  /** As `string`, of bytes that are no integer: packed ones. */
  packed(bytes: Buffer): void {
    if (this.compresses && bytes.length > LONGEST_PLAIN && this.#compressed(bytes)) return;
    this.length(bytes.length);
    this.bytes(bytes);
  }

  /** Bytes alone. */
  latin1(text: string): void {
    this.#reserve(text.length);
    this.#length += this.#buffer.latin1Write(text, this.#length);
  }

  doubleLE(value: number): void {
    this.#reserve(8);
    this.#length = this.#buffer.writeDoubleLE(value, this.#length);
  }

  uint64LE(value: bigint): void {
    this.#reserve(8);
    this.#length = this.#buffer.writeBigUInt64LE(value, this.#length);
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #compressedText(text: string): boolean {
    if (text.length > SCRATCH.length) return this.#compressed(Buffer.from(text, 'latin1'));
    SCRATCH.latin1Write(text);
    return this.#compressed(SCRATCH, text.length);
  }

  #compressed(bytes: Buffer, unpacked = bytes.length): boolean {
    const most = unpacked - LEAST_SAVED;
    // Nine bytes at most for each of two lengths: what is written has to move behind them.
    this.#reserve(19 + most);
    const at = this.#length + 19;
    const length = compressLzf(bytes, unpacked, this.#buffer, at, at + most);
    if (length === undefined) return false;
    this.byte(LZF);
    this.length(length);
    this.length(unpacked);
    this.#buffer.copyWithin(this.#length, at, at + length);
    this.#length += length;
    return true;
  }

  #integer(text: string): boolean {
    const value = Number(text);
    if (!Number.isInteger(value) || String(value) !== text) return false;
    this.#reserve(5);
    if (value >= -128 && value <= 127) {
      this.#buffer[this.#length++] = INT8;
      this.#length = this.#buffer.writeInt8(value, this.#length);
    } else if (value >= -32_768 && value <= 32_767) {
      this.#buffer[this.#length++] = INT16;
      this.#length = this.#buffer.writeInt16LE(value, this.#length);
    } else if (value >= -(2 ** 31) && value < 2 ** 31) {
      this.#buffer[this.#length++] = INT32;
      this.#length = this.#buffer.writeInt32LE(value, this.#length);
    } else {
      return false;
    }
    return true;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}

/** Reads RDB's primitives; every method throws RdbFormatError when the bytes end too early. */
export class RdbReader {
  #start = 0;
  #at = 0;
  #end: number;
  #unpacked = 0;

  constructor(private readonly buffer: Buffer) {
    this.#end = buffer.length;
  }

  /** Goes on with what the buffer holds from `start` to `end`, as if that were all. */
  narrow(start: number, end: number): void {
    this.#start = this.#at = start;
    this.#end = end;
  }

  get remaining(): number {
    return this.#end - this.#at;
  }

  get position(): number {
    return this.#at - this.#start;
  }

  fail(what: string): never {
    throw new RdbFormatError(`${what} at byte ${String(this.position)}`);
  }

  byte(): number {
    return this.buffer[this.#take(1)] ?? 0;
  }

  /** A length. @throws RdbFormatError for an encoded string where a length must stand */
  length(): number {
    const first = this.byte();
    const length = first >= INT8 ? undefined : this.#plainLength(first);
    return length ?? this.fail('expected a length');
  }

  /** A number of up to 64 bits, in the encoding of lengths. */
  unsigned(): Uint64 {
    if (this.buffer[this.#at] !== LENGTH_64_BITS) return this.length();
    return toUint64(this.buffer.readBigUInt64BE(this.#take(9) + 1));
  }

  string(): string {
    const first = this.byte();
    if (first < INT8) {
      const length = this.#plainLength(first);
      const start = this.#take(length);
      return this.buffer.latin1Slice(start, start + length);
    }
    if (first === INT8) return String(this.buffer.readInt8(this.#take(1)));
    if (first === INT16) return String(this.buffer.readInt16LE(this.#take(2)));
    if (first === INT32) return String(this.buffer.readInt32LE(this.#take(4)));
    if (first === LZF) {
      const bytes = this.#decompressed();
      return bytes.latin1Slice(0, this.#unpacked);
    }
    return this.fail(`unknown string encoding ${String(first)}`);
  }

  /** As `string`, of what is packed: its bytes, a view, valid until the next read. */
  packed(): Buffer {
    const first = this.buffer[this.#at] ?? INT8;
    if (first < INT8) return this.bytes(this.length());
    if (first !== LZF) return Buffer.from(this.string(), 'latin1');
    this.#at += 1;
    return this.#decompressed().subarray(0, this.#unpacked);
  }

  doubleLE(): number {
    return this.buffer.readDoubleLE(this.#take(8));
  }

  uint64LE(): bigint {
    return this.buffer.readBigUInt64LE(this.#take(8));
  }

  /** A view of the next bytes. */
  bytes(count: number): Buffer {
    const start = this.#take(count);
    return this.buffer.subarray(start, start + count);
  }

  #plainLength(first: number): number {
    if (first < LENGTH_14_BITS) return first;
    if (first < LENGTH_32_BITS) return ((first & 0x3f) << 8) | this.byte();
    if (first === LENGTH_32_BITS) return this.buffer.readUInt32BE(this.#take(4));
    if (first === LENGTH_64_BITS) return Number(this.buffer.readBigUInt64BE(this.#take(8)));
    return this.fail(`unknown length encoding ${String(first)}`);
  }

  /** What begins with `#unpacked` bytes that were compressed; valid until the next read. */
  #decompressed(): Buffer {
    const packed = this.length();
    this.#unpacked = this.length();
    const start = this.#take(packed);
    const bytes = decompressLzf(this.buffer, start, start + packed, this.#unpacked, SCRATCH);
    return bytes ?? this.fail('damaged LZF data');
  }

  #take(count: number): number {
    const start = this.#at;
    if (count < 0 || start + count > this.#end)
      this.fail(`${String(count)} bytes expected, ${String(this.remaining)} left`);
    this.#at = start + count;
    return start;
  }
}
