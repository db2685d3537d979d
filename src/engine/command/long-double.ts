import { bitLength, shiftRight } from '../values/rounding';

/**
 * The arithmetic of INCRBYFLOAT: Redis adds C long doubles (x87: 64 bits of mantissa) and prints `%.17Lf` without
 * trailing zeros, so that 0.1 + 0.2 is 0.3. JavaScript has nothing like it; this is it, in exact integers.
 */
export interface LongDouble {
  /** value = mantissa * 2^exponent; the mantissa has at most 64 bits. */
  readonly mantissa: bigint;
  readonly exponent: number;
}

const MANTISSA_BITS = 64;
const MAX_EXPONENT = 16_384;
/** Half of the smallest long double: what is not larger is 0. */
const VANISHING_EXPONENT = -16_446;
/** Characters of a text that is read: Redis copies it into a buffer before. */
export const LONGEST_LONG_DOUBLE = 5119;
const FRACTION_DIGITS = 17;
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
const ZERO: LongDouble = { mantissa: 0n, exponent: 0 };
const HEXADECIMAL = /^([+-]?)0[xX]([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?(?:[pP]([+-]?\d+))?$/;
const INFINITY = /^[+-]?inf(?:inity)?$/i;
/** Beyond it every number is 0 or infinite, and exact arithmetic on it would take for ever. */
const MAX_DECIMAL_EXPONENT = 5000;

/** An infinite operand: legal to read, illegal to add. */
export const INFINITE: LongDouble = { mantissa: 1n, exponent: MAX_EXPONENT * 2 };

/** Reads a number, rounded to a long double; undefined when the text is none (or NaN), or one that becomes 0 or infinite. */
export function parseLongDouble(text: string): LongDouble | undefined {
  if (text.length > LONGEST_LONG_DOUBLE) return undefined;
  if (INFINITY.test(text)) return INFINITE;
  const match = DECIMAL.exec(text);
  if (match === null) return parseHexadecimal(text);
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const significant = `${whole}${fraction}`.replace(/^0+/, '');
  if (significant === '') return ZERO;
  const power = Number(exponentText) - fraction.length;
  // strtold reports a range error for these, and Redis refuses the text.
  if (Math.abs(significant.length + power) > MAX_DECIMAL_EXPONENT) return undefined;
  const digits = BigInt(significant);
  const signed = sign === '-' ? -digits : digits;
  const value = power >= 0 ? round(signed * 10n ** BigInt(power), 0, false) : divide(signed, 10n ** BigInt(-power));
  return isWithinRange(value) ? value : undefined;
}

/** Hexadecimal floats, which C's strtold reads too. */
function parseHexadecimal(text: string): LongDouble | undefined {
  const match = HEXADECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match;
  const exponent = Number(exponentText) - 4 * fraction.length;
  if (whole + fraction === '') return undefined;
  const digits = BigInt(`0x${whole}${fraction}`);
  if (digits === 0n) return ZERO;
  const value = round(sign === '-' ? -digits : digits, exponent, false);
  return isWithinRange(value) ? value : undefined;
}

/** The sum, rounded; undefined when it is not finite. */
export function addLongDoubles(a: LongDouble, b: LongDouble): LongDouble | undefined {
  if (a === INFINITE || b === INFINITE) return undefined;
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = (a.mantissa << BigInt(a.exponent - exponent)) + (b.mantissa << BigInt(b.exponent - exponent));
  const rounded = round(sum, exponent, false);
  return sizeOf(rounded) <= MAX_EXPONENT ? rounded : undefined;
}

/** The product with an integer, rounded, then up to the next integer. */
export function ceilProduct(value: LongDouble, factor: bigint): bigint {
  const { mantissa, exponent } = round(value.mantissa * factor, value.exponent, false);
  return exponent >= 0 ? mantissa << BigInt(exponent) : -(-mantissa >> BigInt(-exponent));
}

/** Formats as `%.17Lf` without trailing zeros. */
export function formatLongDouble(value: LongDouble): string {
  const { mantissa, exponent } = value;
  const negative = mantissa < 0n;
  const magnitude = negative ? -mantissa : mantissa;
  const scale = 10n ** BigInt(FRACTION_DIGITS);
  const scaled = exponent >= 0 ? (magnitude << BigInt(exponent)) * scale : shiftRight(magnitude * scale, -exponent);
  const fraction = String(scaled % scale)
    .padStart(FRACTION_DIGITS, '0')
    .replace(/0+$/, '');
  const text = fraction === '' ? String(scaled / scale) : `${String(scaled / scale)}.${fraction}`;
  return negative && text !== '0' ? `-${text}` : text;
}

/** The exponent of the smallest power of two that is larger. */
function sizeOf({ mantissa, exponent }: LongDouble): number {
  return mantissa === 0n ? -Infinity : bitLength(mantissa < 0n ? -mantissa : mantissa) + exponent;
}

/** Whether a number that is not 0 is finite and does not become 0. */
function isWithinRange(value: LongDouble): boolean {
  const size = sizeOf(value);
  return size <= MAX_EXPONENT && size > VANISHING_EXPONENT;
}

/** Rounds mantissa * 2^exponent (plus a little more if `sticky`) to 64 bits, ties to even. */
function round(mantissa: bigint, exponent: number, sticky: boolean): LongDouble {
  const negative = mantissa < 0n;
  const magnitude = negative ? -mantissa : mantissa;
  const excess = bitLength(magnitude) - MANTISSA_BITS;
  if (excess <= 0) return { mantissa, exponent };
  const rounded = shiftRight(magnitude, excess, sticky);
  return { mantissa: negative ? -rounded : rounded, exponent: exponent + excess };
}

function divide(numerator: bigint, denominator: bigint): LongDouble {
  const negative = numerator < 0n;
  const magnitude = negative ? -numerator : numerator;
  // Two bits more than needed, and the remainder as sticky bit, make the rounding exact.
  const shift = Math.max(0, MANTISSA_BITS + 2 + bitLength(denominator) - bitLength(magnitude));
  const scaled = magnitude << BigInt(shift);
  const quotient = scaled / denominator;
  const value = round(quotient, -shift, scaled % denominator !== 0n);
  return negative ? { mantissa: -value.mantissa, exponent: value.exponent } : value;
}
