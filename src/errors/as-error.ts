import { isNativeError } from 'node:util/types';

/** What was thrown, as an Error; one from another realm, such as Node's own inside Jest, stays what it is. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error || isNativeError(thrown) ? thrown : new Error(String(thrown));
}
