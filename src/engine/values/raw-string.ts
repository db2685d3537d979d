const MIN_CAPACITY = 64;
/** Bytes made ready beyond what is needed, as in Redis; an eighth of a long one, or growing it byte by byte takes the square. */
const MOST_SPARE = 1_048_576;
/** Redis stores strings up to this length in one allocation, which it calls `embstr`. */
export const EMBEDDED_LENGTH = 44;

/** Told of changes to a string, before they happen. */
export interface StringObserver {
  /** The bytes from `start` to before `end` are about to change, to go, or (beyond the end) to come to be. */
  beforeChange(start: number, end: number): void;
}

/**
 * A string value that was changed in place (APPEND, SETRANGE, SETBIT). Redis reports it as `raw` whatever its length.
 * Bytes live in a buffer with room to grow, so changing one costs nothing per byte that stays.
 */
export class RawString {
  readonly type = 'string';
  observer: StringObserver | undefined;
  /** Made for the first change. */
  #buffer: Buffer | undefined;
  #length: number;
  /** The text form, kept until the next change: reads are more frequent than writes. */
  #text: string | undefined;
  #changed = true;

  constructor(text: string) {
    this.#length = text.length;
    this.#text = text;
  }

  /** A string of these bytes, which it takes over. */
  static of(bytes: Buffer): RawString {
    const raw = new RawString('');
    raw.#buffer = bytes;
    raw.#length = bytes.length;
    raw.#text = undefined;
    return raw;
  }

  /** A number INCRBYFLOAT wrote: Redis keeps it as text, however much it looks like an integer. */
  static unencoded(text: string): RawString {
    const raw = new RawString(text);
    raw.#changed = false;
    return raw;
  }

  /** What OBJECT ENCODING reports. */
  get encoding(): 'embstr' | 'raw' {
    return this.#changed || this.#length > EMBEDDED_LENGTH ? 'raw' : 'embstr';
  }

  get length(): number {
    return this.#length;
  }

  /** From now on it is one that is changed in place, even if it never is. */
  own(): this {
    this.#changed = true;
    return this;
  }

  /** Estimated bytes of memory: of what is stored, not of what is only remembered. */
  get bytes(): number {
    return 96 + (this.#buffer?.length ?? this.#length);
  }

  clone(): RawString {
    return this.#changed ? new RawString(this.toString()) : RawString.unencoded(this.toString());
  }

  /** Whether its text is there already. */
  get hasText(): boolean {
    return this.#text !== undefined;
  }

  toString(): string {
    return (this.#text ??= this.#bytes().latin1Slice(0, this.#length));
  }

  /** The bytes from `start` to before `end`, without building the whole text. */
  slice(start: number, end: number): string {
    return this.#text === undefined
      ? this.#bytes().latin1Slice(start, Math.min(end, this.#length))
      : this.#text.slice(start, end);
  }

  byteAt(index: number): number {
    if (index >= this.#length) return 0;
    return this.#buffer === undefined ? (this.#text?.charCodeAt(index) ?? 0) : (this.#buffer[index] ?? 0);
  }

  /** A view of the live bytes; it is only valid until the next change. */
  view(): Buffer {
    return this.#bytes().subarray(0, this.#length);
  }

  append(text: string): void {
    this.write(this.#length, text);
  }

  /** Overwrites from `offset`, growing with zero bytes where needed. */
  write(offset: number, text: string): void {
    if (this.observer !== undefined) this.observer.beforeChange(offset, offset + text.length);
    this.grow(offset + text.length);
    this.#bytes().latin1Write(text, offset);
    this.#text = undefined;
  }

  setByte(index: number, byte: number): void {
    if (this.observer !== undefined) this.observer.beforeChange(index, index + 1);
    this.grow(index + 1);
    this.#bytes()[index] = byte;
    this.#text = undefined;
  }

  /** Replaces `removed` bytes at `start` by others. */
  splice(start: number, removed: number, inserted: readonly number[]): void {
    const { length } = this;
    const end = start + removed;
    const grown = length + inserted.length - removed;
    if (this.observer !== undefined) this.observer.beforeChange(start, Math.max(length, grown));
    this.grow(grown);
    const bytes = this.#bytes();
    bytes.copyWithin(start + inserted.length, end, length);
    bytes.set(inserted, start);
    this.#length = grown;
    this.#text = undefined;
  }

  /** Makes the string at least `length` bytes long, filled with zeros. */
  grow(length: number): void {
    this.#changed = true;
    if (length <= this.#length) return;
    if (this.observer !== undefined) this.observer.beforeChange(this.#length, length);
    const bytes = this.#bytes();
    if (length > bytes.length) {
      const grown = Buffer.alloc(
        Math.max(length, Math.min(bytes.length * 2, bytes.length + Math.max(MOST_SPARE, bytes.length >> 3))),
      );
      bytes.copy(grown, 0, 0, this.#length);
      this.#buffer = grown;
    } else {
      bytes.fill(0, this.#length, length);
    }
    this.#length = length;
    this.#text = undefined;
  }

  #bytes(): Buffer {
    if (this.#buffer !== undefined) return this.#buffer;
    const text = this.#text ?? '';
    const buffer = Buffer.allocUnsafeSlow(Math.max(MIN_CAPACITY, text.length));
    buffer.latin1Write(text, 0);
    return (this.#buffer = buffer);
  }
}
