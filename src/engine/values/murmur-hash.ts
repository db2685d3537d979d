/** A 64-bit number in two halves, each as a signed 32-bit integer. */
export interface Hash64 {
  high: number;
  low: number;
}

const MULTIPLIER_HIGH = 0xc6a4a793 | 0;
const MULTIPLIER_LOW = 0x5bd1e995;
const SHIFT = 47;

// One computation at a time: halves live here so that no step allocates.
let high = 0;
let low = 0;

/** Multiplies by the constant, modulo 2^64. */
function multiply(): void {
  const lowLow = low & 0xffff;
  const lowHigh = low >>> 16;
  const first = lowLow * (MULTIPLIER_LOW & 0xffff);
  const middle = lowHigh * (MULTIPLIER_LOW & 0xffff) + (first >>> 16);
  const cross = lowLow * (MULTIPLIER_LOW >>> 16) + (middle & 0xffff);
  const carry = lowHigh * (MULTIPLIER_LOW >>> 16) + Math.floor(middle / 0x10000) + Math.floor(cross / 0x10000);
  high = (Math.imul(high, MULTIPLIER_LOW) + Math.imul(low, MULTIPLIER_HIGH) + carry) | 0;
  low = ((cross & 0xffff) << 16) | (first & 0xffff);
}

/** x ^= x >> 47 */
function mix(): void {
  low ^= high >>> (SHIFT - 32);
}

/**
 * MurmurHash64A of a string of bytes (one per character).
 * @param result where the hash is put
 */
export function murmurHash64(text: string, seed: number, result: Hash64): void {
  const { length } = text;
  high = 0;
  low = length;
  multiply();
  let hashHigh = high;
  let hashLow = low ^ seed;
  const whole = length - (length % 8);
  for (let i = 0; i < whole; i += 8) {
    low = word(text, i);
    high = word(text, i + 4);
    multiply();
    mix();
    multiply();
    high ^= hashHigh;
    low ^= hashLow;
    multiply();
    hashHigh = high;
    hashLow = low;
  }
  high = hashHigh;
  low = hashLow;
  if (whole < length) {
    for (let i = whole; i < length; i++) {
      const shift = (i - whole) * 8;
      if (shift < 32) low ^= text.charCodeAt(i) << shift;
      else high ^= text.charCodeAt(i) << (shift - 32);
    }
    multiply();
  }
  mix();
  multiply();
  mix();
  result.high = high;
  result.low = low;
}

/** Four bytes, the lowest first. */
function word(text: string, at: number): number {
  return (
    text.charCodeAt(at) |
    (text.charCodeAt(at + 1) << 8) |
    (text.charCodeAt(at + 2) << 16) |
    (text.charCodeAt(at + 3) << 24)
  );
}
