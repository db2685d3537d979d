import type { CommandContext } from '../execution/command-context';
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
