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

const HEADER = 17;
const INITIAL_CAPACITY = 64 * 1024;

/** Appends records to a growing buffer; `finish` hands it over. */
export class RecordBatchWriter {
  #buffer = Buffer.allocUnsafeSlow(INITIAL_CAPACITY);
  #length = 0;

  get byteLength(): number {
    return this.#length;
  }

  append(record: Omit<PackedRecord, 'value'> & { readonly value: Uint8Array | undefined }): void {
    const keyLength = record.key.length;
    const valueLength = record.value?.length ?? 0;
    const size = HEADER + keyLength + valueLength;
    this.#reserve(4 + size);
    let at = this.#buffer.writeUInt32LE(size, this.#length);
    at = this.#buffer.writeUInt8(record.kind, at);
    at = this.#buffer.writeUInt32LE(record.dataset, at);
    at = this.#buffer.writeDoubleLE(record.expireAt, at);
    at = this.#buffer.writeUInt32LE(keyLength, at);
    at += this.#buffer.latin1Write(record.key, at);
    if (record.value !== undefined) this.#buffer.set(record.value, at);
    this.#length = at + valueLength;
  }

  /** The packed bytes in a buffer of their own; the writer is empty again. */
  finish(): Uint8Array<ArrayBuffer> {
    const packed = new Uint8Array(this.#buffer.buffer, 0, this.#length);
    // The next one will be about as long: growing again and again is what would cost time.
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(INITIAL_CAPACITY, this.#length));
    this.#length = 0;
    return packed;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}

/** Reads a batch record by record. @throws RangeError when the batch is cut short. */
export function* readRecordBatch(batch: Uint8Array): Generator<PackedRecord> {
  const buffer = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength);
  for (let at = 0; at < buffer.length; at = recordEnd(buffer, at)) yield readRecord(buffer, at);
}

/** The record that begins at `at`. @throws RangeError when the batch is cut short. */
export function readRecord(batch: Buffer, at: number): PackedRecord {
  const end = recordEnd(batch, at);
  const keyStart = at + 4 + HEADER;
  const keyEnd = keyStart + batch.readUInt32LE(at + 17);
  return {
    kind: batch.readUInt8(at + 4) as RecordKind, // what `append` wrote
    dataset: batch.readUInt32LE(at + 5),
    expireAt: batch.readDoubleLE(at + 9),
    key: batch.latin1Slice(keyStart, keyEnd),
    value: batch.subarray(keyEnd, end),
  };
}

/** Where the record after the one at `at` begins. @throws RangeError when the batch is cut short. */
export function recordEnd(batch: Buffer, at: number): number {
  const end = at + 4 + batch.readUInt32LE(at);
  if (end > batch.length) throw new RangeError(`record at ${String(at)} ends at ${String(end)}, after the batch`);
  return end;
}
