import type { CommandContext } from '../execution/command-context';
import type { StoredValue } from '../keyspace/entry';
import type { RawString } from '../values/raw-string';

/** Bytes that a reply takes for an element that is in memory anyway, while the array grows. */
export const SHARED_BYTES = 24;
/** Bytes of a string made for a reply, beside its characters, and of its place there. */
export const MADE_BYTES = 64;
/** Bytes of a member of a set, a sorted set or a hash that is put together, while it grows. */
export const MEMBER_BYTES = 240;
/** Longer elements are not packed with others: a reply holds them as they are. */
const LONGEST_PACKED = 4096;

/**
 * Sees to it that so many elements, which may be packed, can be taken out of a collection.
 * @param besides bytes that each needs beside itself
 * @throws OOM
 */
export function reserveElements(
  context: CommandContext,
  { size, bytes }: { readonly size: number; readonly bytes: number },
  count = size,
  besides = 0,
): void {
  const length = size === 0 ? 0 : bytes / size;
  context.reserve(Math.min(count, size) * (MADE_BYTES + besides + (length > LONGEST_PACKED ? 0 : length)));
}

/** The text of a string that may have been changed in place, null where there is none. @throws OOM */
export function textOf(context: CommandContext, value: string | RawString | undefined): string | null {
  if (value === undefined || typeof value === 'string') return value ?? null;
  if (!value.hasText) context.reserve(value.length);
  return value.toString();
}

/** A value's elements are taken out of it, one copy is what is made of them. */
const ENCODED_FACTOR = 2;

/** Sees to it that a value can be written in its RDB encoding. @throws OOM */
export function reserveEncoded(context: CommandContext, value: StoredValue): void {
  context.reserve(ENCODED_FACTOR * (typeof value === 'string' ? value.length : value.bytes));
}
