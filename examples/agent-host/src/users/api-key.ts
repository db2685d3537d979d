import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, Buffer>(scrypt);
const HASH_BYTES = 32;

/** What is kept of a key: nobody can make the key of it. */
export interface KeyHash {
  readonly salt: string;
  readonly hash: string;
}

/** A key says whose it is, so that one hash has to be compared: `ah.<user>.<secret>`. */
export function makeKey(user: string): string {
  return `ah.${user}.${randomBytes(24).toString('base64url')}`;
}

/** @returns the user a key claims to be of */
export function userOfKey(key: string): string | undefined {
  return /^ah\.([a-z][a-z0-9_-]{0,31})\.[\w-]{32}$/.exec(key)?.[1];
}

export async function hashKey(key: string): Promise<KeyHash> {
  const salt = randomBytes(16);
  return { salt: salt.toString('base64'), hash: (await derive(key, salt, HASH_BYTES)).toString('base64') };
}

export async function isKeyOf(key: string, { salt, hash }: KeyHash): Promise<boolean> {
  const derived = await derive(key, Buffer.from(salt, 'base64'), HASH_BYTES);
  return timingSafeEqual(derived, Buffer.from(hash, 'base64'));
}
