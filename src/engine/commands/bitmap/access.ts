import type { CommandContext } from '../../execution/command-context';
import { RawString } from '../../values/raw-string';
import type { ByteSource } from '../../values/bits';
import { parseInt64 } from '../../command/arguments';
import { error } from '../../command/errors';
import { ownString } from '../own-string';

const BAD_OFFSET = error('bit offset is not an integer or out of range');

/**
 * A bit offset, within what a string may hold; `#n` counts in fields of `width` bits where that is allowed.
 * @throws bit offset is not an integer or out of range
 */
export function bitOffset(context: CommandContext, text: string, width?: number): number {
  const counted = width !== undefined && text.startsWith('#');
  const parsed = parseInt64(counted ? text.slice(1) : text);
  if (parsed === undefined) throw BAD_OFFSET;
  const offset = counted ? product(parsed, width) : Number(parsed);
  if (offset < 0 || Math.floor(offset / 8) >= context.engine.parameters.maxBulkLength) throw BAD_OFFSET;
  return offset;
}

/** As C multiplies: what does not fit into 64 bits wraps around. */
function product(a: number | bigint, b: number): number {
  const exact = Number(a) * b;
  return Number.isSafeInteger(exact) ? exact : Number(BigInt.asIntN(64, BigInt(a) * BigInt(b)));
}

/** The bytes of a string value, for reading many of them. */
export function bytesOf(value: string | RawString): Buffer {
  return value instanceof RawString ? value.view() : Buffer.from(value, 'latin1');
}

/** The bytes of a string value or of none, for reading a few of them. */
export function sourceOf(value: string | RawString | undefined): ByteSource {
  if (value instanceof RawString) return value;
  const text = value ?? '';
  return { byteAt: (index) => (index < text.length ? text.charCodeAt(index) : 0) };
}

/**
 * Gives a string the form that is changed in place and the length to hold `lastBit`.
 * @returns the string, and whether it is new or longer now
 * @throws WRONGTYPE, OOM
 */
export function prepareString(
  context: CommandContext,
  key: string,
  lastBit: number,
): { readonly raw: RawString; readonly grown: boolean } {
  const length = Math.floor(lastBit / 8) + 1;
  const existing = ownString(context, key);
  if (existing !== undefined && existing.length >= length) return { raw: existing, grown: false };
  // Read as a whole, it is a string in V8's heap.
  context.reserve(length);
  return {
    raw: context.editString(key, (raw) => {
      raw.grow(length);
    }),
    grown: true,
  };
}
