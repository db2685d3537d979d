import type { RedisVersion } from '../redis-version';
import { crc64 } from './crc64';
import type { RdbWriter } from './rdb-primitives';

/** RDB version of Redis 7.0. */
const RDB_VERSION = 10;
/** And of the others: what DUMP says of itself, and RESTORE takes. */
const RDB_VERSIONS: Readonly<Record<RedisVersion, number>> = { '7.0': RDB_VERSION, '7.2': 11, '7.4': 12, '8.0': 12 };
/** Version (2 bytes) and checksum (8), at the end of every payload. */
export const FOOTER_BYTES = 10;

/** What was written, with its footer: the RDB version, and a CRC-64 over everything before it. */
export function withFooter(writer: RdbWriter, version: RedisVersion): string {
  writer.byte(RDB_VERSIONS[version] & 0xff);
  writer.byte(RDB_VERSIONS[version] >> 8);
  writer.uint64LE(crc64(writer.view()));
  return writer.view().latin1Slice();
}

/** Writes the version at a place. @returns where the checksum goes, which is over everything before it */
export function writeVersion(payload: Buffer, at: number, version: RedisVersion): number {
  return payload.writeUInt16LE(RDB_VERSIONS[version], at);
}

/** What stands before the footer of an intact payload. */
export function withoutFooter(payload: Buffer): Buffer {
  return payload.subarray(0, payload.length - FOOTER_BYTES);
}

/** Whether a payload is whole, and of a version we read. @param trusted whether its checksum is not looked at */
export function isIntact(payload: Buffer, version: RedisVersion, trusted = false): boolean {
  if (payload.length < FOOTER_BYTES) return false;
  const end = payload.length - FOOTER_BYTES;
  if (payload.readUInt16LE(end) > RDB_VERSIONS[version]) return false;
  return trusted || payload.readBigUInt64LE(end + 2) === crc64(payload.subarray(0, end + 2));
}
