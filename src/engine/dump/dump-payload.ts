import type { EncodingLimits, StoredValue } from '../keyspace/entry';
import { crc64 } from './crc64';
import { RdbReader, RdbWriter } from './rdb-primitives';
import { readValue, writeValue } from './rdb-value';

/** RDB version of Redis 7.0. */
export const RDB_VERSION = 10;
/** Version (2 bytes) and checksum (8), after the value. */
const FOOTER_BYTES = 10;

/** What DUMP answers: a value in RDB encoding, the RDB version, a CRC-64 over both. */
export function dumpPayload(value: StoredValue): string {
  const writer = new RdbWriter();
  writeValue(writer, value);
  writer.byte(RDB_VERSION & 0xff);
  writer.byte(RDB_VERSION >> 8);
  writer.uint64LE(crc64(writer.view()));
  return writer.view().latin1Slice();
}

/** Whether a payload is whole, and of a version we read. @param trusted whether its checksum is not looked at */
export function isIntact(payload: Buffer, trusted = false): boolean {
  if (payload.length < FOOTER_BYTES) return false;
  const end = payload.length - FOOTER_BYTES;
  if (payload.readUInt16LE(end) > RDB_VERSION) return false;
  const checksum = payload.readBigUInt64LE(end + 2);
  // Redis, too, takes 0 for "not computed".
  return trusted || checksum === 0n || checksum === crc64(payload.subarray(0, end + 2));
}

/** The value of an intact payload. @throws RdbFormatError when it makes no sense */
export function readPayload(payload: Buffer, limits: EncodingLimits): StoredValue {
  const reader = new RdbReader(payload.subarray(0, payload.length - FOOTER_BYTES));
  const value = readValue(reader, limits);
  if (reader.remaining > 0) reader.fail('bytes after the value');
  return value;
}
