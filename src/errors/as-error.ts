import { isNativeError } from 'node:util/types';

/** Whether it is an Error, also one from another realm, such as Node's own inside Jest. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || isNativeError(value);
}

/** What was thrown, as an Error. */
export function asError(thrown: unknown): Error {
  return isError(thrown) ? thrown : new Error(String(thrown));
}
