const INT64_MAX = 9_223_372_036_854_775_807n;
const INT64_MIN = -9_223_372_036_854_775_808n;
const ZERO = 48;
const NINE = 57;
const MINUS = 45;
/** Any integer of so many characters, sign included, is a safe JavaScript number. */
const SAFE_DIGITS = 15;
/** No int64 has more characters. */
export const INT64_DIGITS = 20;

/** Whether a text begins, at a place, as an integer does. */
export function mayBeInteger(text: string, at = 0): boolean {
  const first = text.charCodeAt(at);
  return first === MINUS || (first >= ZERO && first <= NINE);
}

/**
 * Reads an integer exactly as Redis' string2ll does: no plus sign, no leading zeros, no spaces, no `-0`, within int64.
 * @returns a number while it is safe, else a bigint; undefined when the text is no such integer
 */
export function parseInt64(text: string): number | bigint | undefined {
  const { length } = text;
  if (length === 0 || length > INT64_DIGITS) return undefined;
  const negative = text.charCodeAt(0) === MINUS;
  const start = negative ? 1 : 0;
  if (length === 1 && text.charCodeAt(0) === ZERO) return 0;
  const first = text.charCodeAt(start);
  if (!(first > ZERO && first <= NINE)) return undefined;
  let value = 0;
  for (let i = start; i < length; i++) {
    const digit = text.charCodeAt(i);
    if (digit < ZERO || digit > NINE) return undefined;
    value = value * 10 + (digit - ZERO);
  }
  if (length <= SAFE_DIGITS) return negative ? -value : value;
  return normalizeInt64(BigInt(text));
}

/** A bigint within int64 as the shortest JavaScript form; undefined outside. */
export function normalizeInt64(value: bigint): number | bigint | undefined {
  if (value > INT64_MAX || value < INT64_MIN) return undefined;
  const asNumber = Number(value);
  return Number.isSafeInteger(asNumber) ? asNumber : value;
}

/** Sum of two int64 values; undefined on overflow. */
export function addInt64(a: number | bigint, b: number | bigint): number | bigint | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return normalizeInt64(BigInt(a) + BigInt(b));
}
