import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type PackedRecord, RecordKind, segmentKey } from '../../../engine/record-batch';

/** Version of the data directory, stored in the marker file: 2 has values in segments. */
export const FORMAT_VERSION = 2;

/** Versions this one reads; an older one is given the new number before it is written to. */
export const READABLE_VERSIONS: ReadonlySet<unknown> = new Set([1, FORMAT_VERSION]);

/** First byte of every entry: what it is. Each stands for one layout: never change one. */
const Entry = {
  /** A key with its whole value; also the stamp. */
  whole: 1,
  /** A key with the head of a value. */
  head: 2,
  /** A segment. */
  segment: 3,
} as const;

/** Longest Redis key (bytes) that is its own LMDB key. LMDB refuses keys over 1,978 bytes; ours carry a 6-byte prefix. */
export const LONGEST_PLAIN_KEY = 1_900;

/** The one LMDB key that is not a record: the stamp. It sorts before every record. */
export const STAMP_KEY = Buffer.from([0]);

const RECORD = '\x01';
const SEGMENT = '\x02';
const KEY_IS_PLAIN = '\x00';
const KEY_IS_HASHED = '\x01';
const PREFIX_BYTES = 6;
const HASHED_AT = 5;
const SEGMENT_KEY_BYTES = HASHED_AT + segmentKey(0, 0).length;

const KNOWN_ENTRIES: ReadonlySet<unknown> = new Set(Object.values(Entry));

const EXPIRY_AT = 1;
const BODY_AT = 9;
const CHECKSUM_BYTES = 4;

/** A stored entry whose bytes are not what was written. */
export class DamagedRecordError extends Error {}

/** What all LMDB keys of a dataset begin with: those of its keys, and those of its segments. */
export function datasetPrefixes(dataset: number): DatasetPrefixes {
  const bytes = Buffer.alloc(HASHED_AT);
  // Big endian, so that a dataset is one range.
  bytes.writeUInt32BE(dataset, 1);
  const id = bytes.latin1Slice(1);
  return { records: RECORD + id, segments: SEGMENT + id };
}

export interface DatasetPrefixes {
  /** latin1 string. */
  readonly records: string;
  /** latin1 string. */
  readonly segments: string;
}

/** LMDB key of a record: what it is about, or all keys of what is to be deleted begin with it. */
export function storedKeyOf({ records, segments }: DatasetPrefixes, { kind, key }: PackedRecord): string {
  switch (kind) {
    case RecordKind.segment:
    case RecordKind.segmentGone:
    case RecordKind.segmentsGone:
      return segments + key;
    default:
      return lmdbKey(records, key);
  }
}

/** LMDB key of a Redis key: the prefix of its dataset's records, then the key itself or, when it is too long, its SHA-256. */
export function lmdbKey(prefix: string, key: string): string {
  if (key.length <= LONGEST_PLAIN_KEY) return prefix + KEY_IS_PLAIN + key;
  return prefix + KEY_IS_HASHED + createHash('sha256').update(key, 'latin1').digest().latin1Slice();
}

/** What is stored under `storedKey`. */
export function encodeRecord(storedKey: Uint8Array, record: PackedRecord): Buffer {
  return record.kind === RecordKind.segment ? encodeSegment(storedKey, record) : encodeKey(storedKey, record);
}

/** Format, expiry, the key when the LMDB key only holds its hash, value, checksum. */
function encodeKey(storedKey: Uint8Array, record: PackedRecord): Buffer {
  const longKey = storedKey[HASHED_AT] === KEY_IS_HASHED.charCodeAt(0) ? record.key : undefined;
  const keyBytes = longKey === undefined ? 0 : 4 + longKey.length;
  const stored = Buffer.allocUnsafe(BODY_AT + keyBytes + record.value.length + CHECKSUM_BYTES);
  stored.writeUInt8(record.kind === RecordKind.head ? Entry.head : Entry.whole, 0);
  let at = stored.writeDoubleLE(record.expireAt, EXPIRY_AT);
  if (longKey !== undefined) {
    at = stored.writeUInt32LE(longKey.length, at);
    at += stored.latin1Write(longKey, at);
  }
  stored.set(record.value, at);
  return seal(storedKey, stored);
}

/** Format, the segment, checksum. */
function encodeSegment(storedKey: Uint8Array, { value }: PackedRecord): Buffer {
  const stored = Buffer.allocUnsafe(1 + value.length + CHECKSUM_BYTES);
  stored.writeUInt8(Entry.segment, 0);
  stored.set(value, 1);
  return seal(storedKey, stored);
}

/** The record behind an LMDB entry; its value is a view into `stored`. @throws DamagedRecordError */
export function decodeRecord(storedKey: Buffer, stored: Buffer): PackedRecord {
  const body = unseal(storedKey, stored);
  if (body[0] === Entry.segment) return decodeSegment(storedKey, body);
  if (storedKey[0] !== RECORD.charCodeAt(0) || storedKey.length < PREFIX_BYTES || body.length < BODY_AT)
    throw new DamagedRecordError('an entry is too short');
  const kind = body[0] === Entry.head ? RecordKind.head : RecordKind.whole;
  const dataset = storedKey.readUInt32BE(1);
  const expireAt = body.readDoubleLE(EXPIRY_AT);
  if (storedKey[HASHED_AT] === KEY_IS_PLAIN.charCodeAt(0)) {
    const key = storedKey.latin1Slice(PREFIX_BYTES);
    return { kind, dataset, expireAt, key, value: body.subarray(BODY_AT) };
  }
  const valueAt = BODY_AT + 4 + body.readUInt32LE(BODY_AT);
  return { kind, dataset, expireAt, key: body.latin1Slice(BODY_AT + 4, valueAt), value: body.subarray(valueAt) };
}

function decodeSegment(storedKey: Buffer, body: Buffer): PackedRecord {
  if (storedKey[0] !== SEGMENT.charCodeAt(0) || storedKey.length !== SEGMENT_KEY_BYTES)
    throw new DamagedRecordError('a segment has no key of one');
  const dataset = storedKey.readUInt32BE(1);
  const key = storedKey.latin1Slice(HASHED_AT);
  return { kind: RecordKind.segment, dataset, expireAt: 0, key, value: body.subarray(1) };
}

/**
 * Fills the last four bytes of `entry` with the CRC-32 of the LMDB key and everything before them. The key is part of
 * it so that an intact value under another key is noticed too.
 */
export function seal(storedKey: Uint8Array, entry: Buffer): Buffer {
  const end = entry.length - CHECKSUM_BYTES;
  entry.writeUInt32LE(crc32(entry.subarray(0, end), crc32(storedKey)), end);
  return entry;
}

/** The entry without its checksum. @throws DamagedRecordError when the checksum or the format byte is not ours. */
export function unseal(storedKey: Uint8Array, entry: Buffer): Buffer {
  const end = entry.length - CHECKSUM_BYTES;
  if (end < 1 || entry.readUInt32LE(end) !== crc32(entry.subarray(0, end), crc32(storedKey))) {
    throw new DamagedRecordError('a checksum does not match');
  }
  if (!KNOWN_ENTRIES.has(entry[0])) throw new DamagedRecordError(`an entry has format ${String(entry[0])}`);
  return entry.subarray(0, end);
}

/** First byte of the stamp. */
export const STAMP_FORMAT: number = Entry.whole;

/** Bytes that `seal` needs at the end of an entry. */
export const SEAL_BYTES = CHECKSUM_BYTES;
