import { Crc64 } from './crc64';
import { FOOTER_BYTES, withoutFooter, writeVersion } from './footer';
import { bodyOf, plainValue } from './plain-value';
import { TIMED_HASH_TYPES } from './timed-hash';

export { FOOTER_BYTES };

/** The newest type byte that Redis 7.0 knows. */
const NEWEST_TYPE = 19;

/** What RESTORE takes, for a value's type byte and body. */
export function payloadOfBody(body: Buffer): Buffer {
  const payload = Buffer.allocUnsafe(body.length + FOOTER_BYTES);
  writePayload(body, payload, 0);
  return payload;
}

/** Writes the same to a place, where it takes `FOOTER_BYTES` more than the body. @returns where it ends */
export function writePayload(body: Buffer, to: Buffer, at: number): number {
  to.set(body, at);
  const end = writeVersion(to, at + body.length, hasTimedFields(body) ? '7.4' : '7.0');
  return new Crc64().update(to, at, end).write(to, end);
}

/** Type byte and body in what DUMP answered. */
export function bodyOfPayload(payload: Buffer): Buffer {
  return withoutFooter(payload);
}

/** Whether a value's type byte and body are those of a hash whose fields have deadlines: Redis before 7.4 has no such. */
export function hasTimedFields(body: Buffer): boolean {
  return TIMED_HASH_TYPES.has(body[0] ?? 0);
}

/**
 * A value's type byte and body in a form that Redis 7.0 reads, or where it holds deadlines of fields 7.4: it is written anew where a
 * later one wrote it.
 * @throws RdbFormatError when it cannot be read
 */
export function asOldRedis(body: Buffer): Buffer {
  return (body[0] ?? 0) <= NEWEST_TYPE || hasTimedFields(body) ? body : bodyOf(plainValue(body));
}
