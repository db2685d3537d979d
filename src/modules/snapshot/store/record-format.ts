import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { PackedRecord } from '../../../engine/record-batch';

/** Version of keys, records and stamp; stored in each record, in the stamp and in the marker file. */
export const FORMAT_VERSION = 1;

/** Longest Redis key (bytes) that is its own LMDB key. LMDB refuses keys over 1,978 bytes; ours carry a 6-byte prefix. */
export const LONGEST_PLAIN_KEY = 1_900;

/** The one LMDB key that is not a record: the stamp. It sorts before every record. */
export const STAMP_KEY = Buffer.from([0]);

const RECORD = '\x01';
const KEY_IS_PLAIN = '\x00';
const KEY_IS_HASHED = '\x01';
const PREFIX_BYTES = 6;
const HASHED_AT = 5;

const EXPIRY_AT = 1;
const BODY_AT = 9;
const CHECKSUM_BYTES = 4;

/** A stored entry whose bytes are not what was written. */
export class DamagedRecordError extends Error {}

/** The first bytes of every LMDB key of a dataset, as a latin1 string; big endian so that a dataset is one range. */
export function datasetPrefix(dataset: number): string {
  const bytes = Buffer.allocUnsafe(HASHED_AT);
  bytes.latin1Write(RECORD, 0);
  bytes.writeUInt32BE(dataset, 1);
  return bytes.latin1Slice();
}

/** LMDB key of a Redis key: the dataset's prefix, then the key itself or, when it is too long, its SHA-256. */
export function lmdbKey(prefix: string, key: string): string {
  if (key.length <= LONGEST_PLAIN_KEY) return prefix + KEY_IS_PLAIN + key;
  return prefix + KEY_IS_HASHED + createHash('sha256').update(key, 'latin1').digest().latin1Slice();
}

/** What is stored under `storedKey`: format, expiry, the key when the LMDB key only holds its hash, value, checksum. */
export function encodeRecord(storedKey: Uint8Array, record: PackedRecord): Buffer {
  const longKey = storedKey[HASHED_AT] === KEY_IS_HASHED.charCodeAt(0) ? record.key : undefined;
  const keyBytes = longKey === undefined ? 0 : 4 + longKey.length;
  const stored = Buffer.allocUnsafe(BODY_AT + keyBytes + record.value.length + CHECKSUM_BYTES);
  stored.writeUInt8(FORMAT_VERSION, 0);
  let at = stored.writeDoubleLE(record.expireAt, EXPIRY_AT);
  if (longKey !== undefined) {
    at = stored.writeUInt32LE(longKey.length, at);
    at += stored.latin1Write(longKey, at);
  }
  stored.set(record.value, at);
  return seal(storedKey, stored);
}

/** The record behind an LMDB entry; its value is a view into `stored`. @throws DamagedRecordError */
export function decodeRecord(storedKey: Buffer, stored: Buffer): PackedRecord {
  const body = unseal(storedKey, stored);
  if (storedKey.length < PREFIX_BYTES || body.length < BODY_AT) throw new DamagedRecordError('an entry is too short');
  const dataset = storedKey.readUInt32BE(1);
  const expireAt = body.readDoubleLE(EXPIRY_AT);
  if (storedKey[HASHED_AT] === KEY_IS_PLAIN.charCodeAt(0)) {
    const key = storedKey.latin1Slice(PREFIX_BYTES);
    return { put: true, dataset, expireAt, key, value: body.subarray(BODY_AT) };
  }
  const valueAt = BODY_AT + 4 + body.readUInt32LE(BODY_AT);
  return { put: true, dataset, expireAt, key: body.latin1Slice(BODY_AT + 4, valueAt), value: body.subarray(valueAt) };
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
  if (entry[0] !== FORMAT_VERSION) throw new DamagedRecordError(`an entry has format ${String(entry[0])}`);
  return entry.subarray(0, end);
}

/** Bytes that `seal` needs at the end of an entry. */
export const SEAL_BYTES = CHECKSUM_BYTES;
