import { crc32 as nativeCrc32 } from 'node:zlib';

/** The reflected polynomial of zlib's CRC-32. */
const POLYNOMIAL = 0xedb88320;

/** Beyond so many bytes the native one is faster, its call included. */
const MOST_BYTES_HERE = 64;

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc;
});

/**
 * zlib's CRC-32 of the bytes from `start` to `end`. Most entries are short, and then the call into zlib takes longer
 * than the sum itself.
 */
export function crc32(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > MOST_BYTES_HERE) return nativeCrc32(bytes.subarray(start, end));
  let crc = -1;
  for (let at = start; at < end; at++) crc = (TABLE[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}
