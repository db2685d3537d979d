import { createHash } from 'node:crypto';
import {
  type PackedRecord,
  type RecordBatchWriter,
  RecordKind,
  segmentKey,
} from '../../../engine/snapshot/record-batch';
import { crc32 } from './crc32';

/** Version of the data directory, stored in the marker file: 2 has values in segments. */
export const FORMAT_VERSION = 2;
/** The same records, with journals beside them: who does not know these would lose what they say. */
export const JOURNAL_VERSION = 3;

/** Versions this one reads; an older one is given the new number before it is written to. */
export const READABLE_VERSIONS: ReadonlySet<unknown> = new Set([1, FORMAT_VERSION, JOURNAL_VERSION]);

/** First byte of every entry: what it is. Each stands for one layout: never change one. */
const Entry = {
  /** A key with its whole value; also the stamp. */
  whole: 1,
  /** A key with the head of a value. */
  head: 2,
  /** A segment. */
  segment: 3,
  /** Any of them, encrypted; see `sealed-records.ts`. */
  sealed: 4,
} as const;

/** Longest Redis key (bytes) that is its own LMDB key. LMDB refuses keys over 1,978 bytes; ours carry a 6-byte prefix. */
export const LONGEST_PLAIN_KEY = 1_900;

/** The one LMDB key that is not a record: the stamp. It sorts before every record. */
export const STAMP_KEY = Buffer.from([0]);

/** Whether an entry is the stamp. */
export function isStamp({ bytes, keyAt, valueAt }: StoredEntry): boolean {
  return valueAt - keyAt === STAMP_KEY.length && bytes[keyAt] === STAMP_KEY[0];
}

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

/** An LMDB entry as it lies in a page: the key from `keyAt` to `valueAt`, right behind it the value, to `end`. */
export interface StoredEntry {
  readonly bytes: Buffer;
  readonly keyAt: number;
  readonly valueAt: number;
  readonly end: number;
}

/** An entry of a key and a value that lie elsewhere. */
export function storedEntry(storedKey: Uint8Array, value: Uint8Array): StoredEntry {
  const bytes = Buffer.concat([storedKey, value]);
  return { bytes, keyAt: 0, valueAt: storedKey.length, end: bytes.length };
}

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

/** What the LMDB keys of one dataset begin with. */
export interface DatasetPrefixes {
  /** latin1 string. */
  readonly records: string;
  /** latin1 string. */
  readonly segments: string;
}

/** How the names of keys become LMDB keys. */
export interface RecordNames {
  /** @param prefix of the dataset's records. @param key latin1 string. @returns one too */
  of(prefix: string, key: string): string;
}

/** Names that can be read. */
export const plainNames: RecordNames = { of: lmdbKey };

/** LMDB key of a record: what it is about, or all keys of what is to be deleted begin with it. */
export function storedKeyOf(
  { records, segments }: DatasetPrefixes,
  names: RecordNames,
  { kind, key }: PackedRecord,
): string {
  switch (kind) {
    case RecordKind.segment:
    case RecordKind.segmentGone:
    case RecordKind.segmentsGone:
      return segments + key;
    default:
      return names.of(records, key);
  }
}

/** LMDB key of a Redis key: the prefix of its dataset's records, then the key itself or, when it is too long, its SHA-256. */
export function lmdbKey(prefix: string, key: string): string {
  if (key.length <= LONGEST_PLAIN_KEY) return prefix + KEY_IS_PLAIN + key;
  return prefix + KEY_IS_HASHED + createHash('sha256').update(key, 'latin1').digest().latin1Slice();
}

/** What is stored under `storedKey`. */
export function encodeRecord(storedKey: string, record: PackedRecord): StoredEntry {
  return record.kind === RecordKind.segment ? encodeSegment(storedKey, record) : encodeKey(storedKey, record);
}

/** Format, expiry, the key when the LMDB key only holds its hash, value, checksum. */
function encodeKey(storedKey: string, record: PackedRecord): StoredEntry {
  const { value } = record;
  const longKey = storedKey[HASHED_AT] === KEY_IS_HASHED ? record.key : undefined;
  const keyBytes = longKey === undefined ? 0 : 4 + longKey.length;
  const entry = blankEntry(storedKey, BODY_AT + keyBytes + value.length);
  const { bytes, valueAt } = entry;
  bytes[valueAt] = record.kind === RecordKind.head ? Entry.head : Entry.whole;
  let at = bytes.writeDoubleLE(record.expireAt, valueAt + EXPIRY_AT);
  if (longKey !== undefined) {
    at = bytes.writeUInt32LE(longKey.length, at);
    at += bytes.latin1Write(longKey, at);
  }
  bytes.set(value, at);
  seal(entry);
  return entry;
}

/** Format, the segment, checksum. */
function encodeSegment(storedKey: string, { value }: PackedRecord): StoredEntry {
  const entry = blankEntry(storedKey, 1 + value.length);
  entry.bytes[entry.valueAt] = Entry.segment;
  entry.bytes.set(value, entry.valueAt + 1);
  seal(entry);
  return entry;
}

/** An entry with its key, and room for so many bytes and the checksum. */
export function blankEntry(storedKey: string, valueBytes: number): StoredEntry {
  const valueAt = storedKey.length;
  const bytes = Buffer.allocUnsafe(valueAt + valueBytes + CHECKSUM_BYTES);
  bytes.latin1Write(storedKey, 0);
  return { bytes, keyAt: 0, valueAt, end: bytes.length };
}

/** Appends the record behind an LMDB entry to a batch. @throws DamagedRecordError */
export function relayRecord(entry: StoredEntry, batch: RecordBatchWriter): void {
  const { bytes, keyAt, valueAt } = entry;
  const end = unsealedEnd(entry);
  if (bytes[valueAt] === Entry.segment) {
    relaySegment(entry, end, batch);
    return;
  }
  if (bytes[valueAt] === Entry.sealed) throw new DamagedRecordError('an entry is encrypted, and the directory is not');
  const bodyAt = valueAt + BODY_AT;
  if (bytes[keyAt] !== RECORD.charCodeAt(0) || valueAt - keyAt < PREFIX_BYTES || end < bodyAt)
    throw new DamagedRecordError('an entry is too short');
  const kind = bytes[valueAt] === Entry.head ? RecordKind.head : RecordKind.whole;
  const isPlain = bytes[keyAt + HASHED_AT] === KEY_IS_PLAIN.charCodeAt(0);
  const keyFrom = isPlain ? keyAt + PREFIX_BYTES : bodyAt + 4;
  const keyTo = isPlain ? valueAt : keyFrom + bytes.readUInt32LE(bodyAt);
  const valueFrom = isPlain ? bodyAt : keyTo;
  if (valueFrom > end) throw new DamagedRecordError('an entry is too short');
  batch.begin(kind, bytes.readUInt32BE(keyAt + 1), bytes.readDoubleLE(valueAt + EXPIRY_AT), keyTo - keyFrom);
  batch.bytes(bytes, keyFrom, keyTo);
  batch.bytes(bytes, valueFrom, end);
  batch.end();
}

function relaySegment({ bytes, keyAt, valueAt }: StoredEntry, end: number, batch: RecordBatchWriter): void {
  if (bytes[keyAt] !== SEGMENT.charCodeAt(0) || valueAt - keyAt !== SEGMENT_KEY_BYTES)
    throw new DamagedRecordError('a segment has no key of one');
  batch.begin(RecordKind.segment, bytes.readUInt32BE(keyAt + 1), 0, SEGMENT_KEY_BYTES - HASHED_AT);
  batch.bytes(bytes, keyAt + HASHED_AT, valueAt);
  batch.bytes(bytes, valueAt + 1, end);
  batch.end();
}

/**
 * Fills the last four bytes of an entry with the CRC-32 of the LMDB key and everything before them. The key is part of
 * it so that an intact value under another key is noticed too.
 */
export function seal({ bytes, keyAt, end }: StoredEntry): void {
  const sealAt = end - CHECKSUM_BYTES;
  bytes.writeUInt32LE(crc32(bytes, keyAt, sealAt), sealAt);
}

/** Where an entry ends without its checksum. @throws DamagedRecordError when checksum or format byte are not ours. */
export function unsealedEnd({ bytes, keyAt, valueAt, end }: StoredEntry): number {
  const sealAt = end - CHECKSUM_BYTES;
  if (sealAt <= valueAt || bytes.readUInt32LE(sealAt) !== crc32(bytes, keyAt, sealAt)) {
    throw new DamagedRecordError('a checksum does not match');
  }
  const format = bytes[valueAt];
  if (!KNOWN_ENTRIES.has(format)) throw new DamagedRecordError(`an entry has format ${String(format)}`);
  return sealAt;
}

/** First byte of the stamp. */
export const STAMP_FORMAT: number = Entry.whole;

/** First byte of what is encrypted. */
export const SEALED_ENTRY: number = Entry.sealed;
