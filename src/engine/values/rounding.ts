/** Exact binary numbers, rounded the way the processor rounds: to the nearest, ties to even. */

/** How many bits a number that is not negative has. */
export function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

/** `magnitude` / 2^`bits`, for `bits` > 0. With `sticky` the magnitude is a little larger than it says. */
export function shiftRight(magnitude: bigint, bits: number, sticky = false): bigint {
  const shift = BigInt(bits);
  const quotient = magnitude >> shift;
  const rest = magnitude - (quotient << shift);
  const half = 1n << (shift - 1n);
  const up = rest > half || (rest === half && (sticky || (quotient & 1n) === 1n));
  return up ? quotient + 1n : quotient;
}

const DOUBLE_BITS = 53;
const DOUBLE_MAX_EXPONENT = 1024;
/** The exponent of the smallest double. */
const DOUBLE_LAST_BIT = -1074;

/** The double nearest to `magnitude` * 2^`exponent`: infinite or 0 where that lies beyond a double. */
export function scaledDouble(magnitude: bigint, exponent: number): number {
  if (magnitude === 0n) return 0;
  // Hexadecimal first: counting in single bits would make a text of a million characters from a quarter of it.
  const hex = magnitude.toString(16);
  const end = hex.length * 4 + exponent;
  if (end - 3 > DOUBLE_MAX_EXPONENT) return Infinity;
  if (end < DOUBLE_LAST_BIT) return 0;
  const size = (hex.length - 1) * 4 + bitLength(BigInt(`0x${hex.charAt(0)}`));
  const dropped = Math.max(size - DOUBLE_BITS, DOUBLE_LAST_BIT - exponent);
  if (dropped <= 0) return Number(magnitude) * 2 ** exponent;
  return Number(shiftRight(magnitude, dropped)) * 2 ** (exponent + dropped);
}
