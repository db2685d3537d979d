import { RdbReader } from '../rdb-primitives';
import { RdbFileError } from './errors';

const LENGTH_14_BITS = 0x40;
const LENGTH_32_BITS = 0x80;
const LENGTH_64_BITS = 0x81;
/** From this byte on a string is encoded: an integer, or compressed. */
export const ENCODED = 0xc0;
const LZF = 0xc3;
/** Bytes after the first one of a string that is an integer, by how many. */
const INTEGER_BYTES = [1, 2, 4] as const;

/** Redis has no longer strings (`proto-max-bulk-len`). */
const LONGEST_STRING = 512 * 1024 * 1024;
const FIRST_SIZE = 64 * 1024;

/** There are not enough bytes yet: `fill`, and ask again. */
export const SHORT = -1;

/**
 * The part of a stream of bytes that is being looked at: from `start`, which the reader moves on when it needs what lies
 * before no more, to where the stream has been read. Methods that find too few bytes change nothing and say so, so that they
 * can be called again after `fill`.
 */
export class Window {
  /** Where reading goes on, within `buffer`. */
  at = 0;
  buffer = Buffer.allocUnsafe(FIRST_SIZE);
  #start = 0;
  #end = 0;
  /** Place of the buffer's first byte in the stream. */
  #base = 0;
  readonly #input: AsyncIterator<Uint8Array>;
  readonly #onBytes: (bytes: Uint8Array) => void;

  /** @param onBytes told of all bytes that are left behind, in order */
  constructor(input: AsyncIterable<Uint8Array>, onBytes: (bytes: Uint8Array) => void) {
    this.#input = input[Symbol.asyncIterator]();
    this.#onBytes = onBytes;
  }

  /** Place in the stream, bytes. */
  get position(): number {
    return this.#base + this.at;
  }

  get available(): number {
    return this.#end - this.at;
  }

  /** What was read is needed no more. */
  release(): void {
    this.#onBytes(this.buffer.subarray(this.#start, this.at));
    this.#start = this.at;
  }

  /** Reads more of the stream. @returns false at its end */
  async fill(): Promise<boolean> {
    const next: IteratorResult<Uint8Array, unknown> = await this.#input.next();
    if (next.done === true) return false;
    this.#makeRoom(next.value.length);
    this.buffer.set(next.value, this.#end);
    this.#end += next.value.length;
    return true;
  }

  /** No more is read. */
  async close(): Promise<void> {
    await this.#input.return?.();
  }

  /** @returns the byte, or `SHORT` */
  byte(): number {
    return this.at < this.#end ? (this.buffer[this.at++] ?? 0) : SHORT;
  }

  /** Whether there are so many bytes, which are then passed. */
  skip(count: number): boolean {
    if (this.available < count) return false;
    this.at += count;
    return true;
  }

  /** A length, or `SHORT`. @throws RdbFileError where none stands */
  length(): number {
    const { buffer, at } = this;
    const first = this.#end > at ? (buffer[at] ?? 0) : SHORT;
    if (first === SHORT) return SHORT;
    if (first < LENGTH_14_BITS) {
      this.at += 1;
      return first;
    }
    if (first < LENGTH_32_BITS) return this.skip(2) ? ((first & 0x3f) << 8) | (buffer[at + 1] ?? 0) : SHORT;
    if (first === LENGTH_32_BITS) return this.skip(5) ? buffer.readUInt32BE(at + 1) : SHORT;
    if (first === LENGTH_64_BITS) return this.skip(9) ? Number(buffer.readBigUInt64BE(at + 1)) : SHORT;
    throw this.damaged(`expected a length, found ${String(first)}`);
  }

  /** Whether there is a whole string, which is then passed. @throws RdbFileError where none stands */
  skipString(): boolean {
    const { at } = this;
    const length = this.stringBody();
    if (length !== SHORT && this.skip(length)) return true;
    this.at = at;
    return false;
  }

  /** A whole string, which is then passed; undefined where it is not whole. @throws RdbFileError, RdbFormatError where none stands */
  string(): string | undefined {
    const { buffer, at } = this;
    if (!this.skipString()) return undefined;
    // Most are short, and behind a length of one byte.
    if ((buffer[at] ?? 0) < LENGTH_14_BITS) return buffer.latin1Slice(at + 1, this.at);
    return new RdbReader(buffer.subarray(at, this.at)).string();
  }

  /**
   * A view of bytes before `at`, with another byte before them, in the place of one that was passed as well; valid for ever.
   * All of it must have been left behind.
   */
  viewWith(byte: number, count: number): Buffer {
    const start = this.at - count - 1;
    this.buffer[start] = byte;
    return this.buffer.subarray(start, this.at);
  }

  /** Passes what stands before the bytes of a string. @returns how many bytes follow, or `SHORT` */
  stringBody(): number {
    const { at, buffer } = this;
    const first = at < this.#end ? (buffer[at] ?? 0) : SHORT;
    if (first < ENCODED) return first === SHORT ? SHORT : this.#plausible(this.length());
    this.at += 1;
    if (first === LZF) {
      const packed = this.length();
      if (packed !== SHORT && this.#plausible(this.length()) !== SHORT) return this.#plausible(packed);
      this.at = at;
      return SHORT;
    }
    const bytes = INTEGER_BYTES[first - ENCODED];
    if (bytes === undefined) throw this.damaged(`unknown string encoding ${String(first)}`);
    return bytes;
  }

  /** What is to be thrown when the bytes here make no sense. */
  damaged(what: string): RdbFileError {
    return new RdbFileError('damaged', `${what} at byte ${String(this.position)}`);
  }

  #plausible(length: number): number {
    if (length > LONGEST_STRING) throw this.damaged(`a string of ${String(length)} bytes`);
    return length;
  }

  /** Moves what is needed to the front, or into a larger buffer. The memory grows with what is there, not with what is claimed. */
  #makeRoom(count: number): void {
    const kept = this.#end - this.#start;
    if (this.#end + count <= this.buffer.length) return;
    const size = kept + count;
    // Never the same one: there may be views of it.
    const target = Buffer.allocUnsafeSlow(Math.max(FIRST_SIZE, size * 2));
    this.buffer.copy(target, 0, this.#start, this.#end);
    this.buffer = target;
    this.#base += this.#start;
    this.at -= this.#start;
    this.#end = kept;
    this.#start = 0;
  }
}
