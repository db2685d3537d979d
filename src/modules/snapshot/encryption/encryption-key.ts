import { hkdfSync, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { RespiteError } from '../../../errors';
import { messageOf } from '../system-error';

/** Bytes of an encryption key: AES-256. */
export const KEY_BYTES = 32;

/** What `encryption` of a marker or a stamp says when the data is encrypted. */
export const ALGORITHM = 'aes-256-gcm';

const CHECK_BYTES = 16;

/**
 * Reads a key as it is written in a setting or a file: 32 bytes in hexadecimal digits or base64, nothing else.
 * @returns undefined when it is not that
 */
export function decodeKey(text: string): Buffer | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (!/^[A-Za-z0-9+/]{43}=$/.test(text)) return undefined;
  const key = Buffer.from(text, 'base64');
  // What the last letter holds beyond the last byte is not part of a key: two texts would be one.
  return key.length === KEY_BYTES && key.toString('base64') === text ? key : undefined;
}

/**
 * Reads the key that is a file's whole content, a line break at its end aside.
 * @throws RespiteError `ENCRYPTION_KEY_INVALID`
 */
export function readKeyFile(path: string): Buffer {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch (cause) {
    throw invalidKey(`The key file ${path} cannot be read: ${messageOf(cause)}.`, cause);
  }
  const key = decodeKey(text.replace(/\r?\n$/, ''));
  if (key !== undefined) return key;
  throw invalidKey(
    `The key file ${path} does not hold a key: it has to hold 32 bytes as 64 hexadecimal digits or in base64, ` +
      'and nothing else. "openssl rand -hex 32" makes one.',
  );
}

/** A key for one purpose, of which nothing can be learnt about others (HKDF, RFC 5869, SHA-256). */
export function deriveKey(key: Uint8Array, salt: Uint8Array | string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, `respite ${purpose}`, KEY_BYTES));
}

/** What tells, without any data, whether a key is the one a data directory is encrypted with: hexadecimal. */
export function keyCheckOf(key: Uint8Array, datasetId: string): string {
  return deriveKey(key, datasetId, 'key check').subarray(0, CHECK_BYTES).toString('hex');
}

/** Whether `keyCheck` was made of this key. */
export function isKeyOf(keyCheck: string, key: Uint8Array, datasetId: string): boolean {
  const expected = Buffer.from(keyCheckOf(key, datasetId));
  const found = Buffer.from(keyCheck);
  return expected.length === found.length && timingSafeEqual(expected, found);
}

function invalidKey(message: string, cause?: unknown): RespiteError {
  return new RespiteError('ENCRYPTION_KEY_INVALID', { message, ...(cause !== undefined && { cause }) });
}
