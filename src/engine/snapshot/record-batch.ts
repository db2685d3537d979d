/** What a record says. The values are written to disk: never change one. */
export const RecordKind = {
  /** The key is gone. */
  gone: 0,
  /** The key's value, whole. */
  whole: 1,
  /** The key's value except for what its segments hold. */
  head: 2,
  /** A segment of a value. */
  segment: 3,
  /** A segment is gone. */
  segmentGone: 4,
  /** All segments of a value are gone. */
  segmentsGone: 5,
} as const;
export type RecordKind = (typeof RecordKind)[keyof typeof RecordKind];

/**
 * Packed records, the currency between engine and snapshot store. All integers little endian. One record:
 *
 * | bytes | field                                                                     |
 * |-------|---------------------------------------------------------------------------|
 * | 4     | length of all that follows                                                |
 * | 1     | kind                                                                      |
 * | 4     | dataset id                                                                |
 * | 8     | expiry, milliseconds since the epoch as float64; 0 = none                 |
 * | 4     | length of the key                                                         |
 * | n     | the key; of segments, see `segmentKey`                                    |
 * | rest  | a whole value: RDB type byte and RDB body (what DUMP writes before its    |
 * |       | footer); head and segment: see `dump/segments`                            |
 */
export interface PackedRecord {
  readonly kind: RecordKind;
  readonly dataset: number;
  /** Milliseconds since the epoch, 0 = none. */
  readonly expireAt: number;
  /** latin1 string. */
  readonly key: string;
  /** Empty when something is gone. A view into the batch. */
  readonly value: Buffer;
}

const ID_BYTES = 6;
const idBuffer = Buffer.alloc(2 * ID_BYTES);

/** What stands for the key of a segment: value id and number, big endian, so that the segments of a value are one range. */
export function segmentKey(valueId: number, segment: number): string {
  idBuffer.writeUIntBE(valueId, 0, ID_BYTES);
  idBuffer.writeUIntBE(segment, ID_BYTES, ID_BYTES);
  return idBuffer.latin1Slice();
}

/** What stands for the key of all segments of a value: what their keys begin with. */
export function segmentsKey(valueId: number): string {
  return segmentKey(valueId, 0).slice(0, ID_BYTES);
}

/** Undoes `segmentKey`. */
export function parseSegmentKey(key: string): { readonly valueId: number; readonly segment: number } {
  idBuffer.latin1Write(key, 0);
  return { valueId: idBuffer.readUIntBE(0, ID_BYTES), segment: idBuffer.readUIntBE(ID_BYTES, ID_BYTES) };
}

const LENGTH_BYTES = 4;
const KIND_AT = 4;
const DATASET_AT = 5;
const EXPIRY_AT = 9;
const KEY_LENGTH_AT = 17;
const KEY_AT = 21;

/** Beyond so many bytes a native copy is faster, its call included. */
const MOST_BYTES_COPIED_HERE = 64;
const INITIAL_CAPACITY = 64 * 1024;

/** Appends records to a growing buffer; `finish` hands it over. */
export class RecordBatchWriter {
  #buffer = Buffer.allocUnsafeSlow(INITIAL_CAPACITY);
  #view = new DataView(this.#buffer.buffer);
  #length = 0;
  /** Where the record being written begins. */
  #begun = 0;

  get byteLength(): number {
    return this.#length;
  }

  append(record: Omit<PackedRecord, 'value'> & { readonly value: Uint8Array | undefined }): void {
    const { key, value } = record;
    this.begin(record.kind, record.dataset, record.expireAt, key.length);
    this.#reserve(key.length);
    this.#length += this.#buffer.latin1Write(key, this.#length);
    if (value !== undefined) this.bytes(value, 0, value.length);
    this.end();
  }

  /** Begins a record whose key, then its value, `bytes` brings. */
  begin(kind: RecordKind, dataset: number, expireAt: number, keyLength: number): void {
    this.#reserve(KEY_AT);
    const at = (this.#begun = this.#length);
    this.#view.setUint8(at + KIND_AT, kind);
    this.#view.setUint32(at + DATASET_AT, dataset, true);
    this.#view.setFloat64(at + EXPIRY_AT, expireAt, true);
    this.#view.setUint32(at + KEY_LENGTH_AT, keyLength, true);
    this.#length = at + KEY_AT;
  }

  /** Appends the bytes from `start` to `end`. */
  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    const to = this.#length - start;
    if (end - start > MOST_BYTES_COPIED_HERE) this.#buffer.set(bytes.subarray(start, end), this.#length);
    else for (let at = start; at < end; at++) this.#buffer[to + at] = bytes[at] ?? 0;
    this.#length += end - start;
  }

  /** Ends the record. */
  end(): void {
    this.#view.setUint32(this.#begun, this.#length - this.#begun - LENGTH_BYTES, true);
  }

  /** The packed bytes in a buffer of their own; the writer is empty again. */
  finish(): Uint8Array<ArrayBuffer> {
    const packed = new Uint8Array(this.#buffer.buffer, 0, this.#length);
    // The next one will be about as long: growing again and again is what would cost time.
    this.#use(Buffer.allocUnsafeSlow(Math.max(INITIAL_CAPACITY, this.#length)));
    this.#length = 0;
    return packed;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#use(grown);
  }

  #use(buffer: Buffer<ArrayBuffer>): void {
    this.#buffer = buffer;
    this.#view = new DataView(buffer.buffer);
  }
}

/**
 * Reads a batch record by record: `next` moves to the next one, of which the properties then tell. There are millions,
 * so none becomes an object.
 */
export class RecordBatchReader implements PackedRecord {
  readonly buffer: Buffer;
  readonly #view: DataView;
  #at = 0;
  /** Where the record ends, and before `next` the next one begins. */
  end = 0;

  constructor(batch: Uint8Array) {
    this.buffer = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength);
    this.#view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
  }

  /** @returns whether there is one. @throws RangeError when the batch is cut short. */
  next(): boolean {
    if (this.end === this.buffer.length) return false;
    this.seek(this.end);
    return true;
  }

  /** Moves to the record that begins at `at`. @throws RangeError when the batch is cut short. */
  seek(at: number): void {
    const end = at + LENGTH_BYTES + this.#view.getUint32(at, true);
    if (end > this.buffer.length)
      throw new RangeError(`record at ${String(at)} ends at ${String(end)}, after the batch`);
    this.#at = at;
    this.end = end;
  }

  /** Where the record begins. */
  get at(): number {
    return this.#at;
  }

  get kind(): RecordKind {
    return this.#view.getUint8(this.#at + KIND_AT) as RecordKind; // what `begin` wrote
  }

  get dataset(): number {
    return this.#view.getUint32(this.#at + DATASET_AT, true);
  }

  get expireAt(): number {
    return this.#view.getFloat64(this.#at + EXPIRY_AT, true);
  }

  /** latin1 string, a new one each time. */
  get key(): string {
    return this.buffer.latin1Slice(this.#at + KEY_AT, this.valueAt);
  }

  /** Where the value begins; it goes to `end`. */
  get valueAt(): number {
    return this.#at + KEY_AT + this.#view.getUint32(this.#at + KEY_LENGTH_AT, true);
  }

  /** A view into the batch, a new one each time. */
  get value(): Buffer {
    return this.buffer.subarray(this.valueAt, this.end);
  }
}
