import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether an `authorization` header carries a token; how long that takes says nothing about the token. */
export function isBearer(header: string | undefined, token: string): boolean {
  const digest = (value: string): Buffer => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(header ?? ''), digest(`Bearer ${token}`));
}
