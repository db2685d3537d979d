import { murmurHash64, type Hash64 } from './murmur-hash';

/** Number of registers; 14 bits of an element's hash choose one. */
export const REGISTERS = 16_384;
const INDEX_BITS = 14;
const HASH_SEED = 0xadc83b19;
/** Bits of the hash that are left to count zeros in. */
const VALUE_BITS = 64 - INDEX_BITS;
/** 1 / (2 ln 2): what the estimate converges to for many registers. */
const ALPHA = 0.7213475204444817;

/** What an element says: its register, and how rare its hash is. */
export interface Observation {
  index: number;
  count: number;
}

const hash: Hash64 = { high: 0, low: 0 };

/** @param result where the observation is put */
export function observe(element: string, result: Observation): void {
  murmurHash64(element, HASH_SEED, hash);
  result.index = hash.low & (REGISTERS - 1);
  // The count is the position of the lowest bit that is set in the rest of the hash, with one set behind its end.
  const low = (hash.low >>> INDEX_BITS) | (hash.high << (32 - INDEX_BITS));
  const high = (hash.high >>> INDEX_BITS) | (1 << (VALUE_BITS - 32));
  result.count = low !== 0 ? trailingZeros(low) + 1 : trailingZeros(high) + 33;
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/**
 * The estimated number of elements (Otmar Ertl's estimator, as Redis since 4.0).
 * @param histogram how many registers hold each value
 */
export function estimate(histogram: Readonly<Uint32Array>): number {
  const at = (value: number): number => histogram[value] ?? 0;
  let z = REGISTERS * tau((REGISTERS - at(VALUE_BITS + 1)) / REGISTERS);
  for (let value = VALUE_BITS; value >= 1; value--) z = (z + at(value)) * 0.5;
  z += REGISTERS * sigma(at(0) / REGISTERS);
  return Math.round((ALPHA * REGISTERS * REGISTERS) / z);
}

function tau(start: number): number {
  if (start === 0 || start === 1) return 0;
  let x = start;
  let y = 1;
  let z = 1 - x;
  for (let previous = NaN; previous !== z;) {
    x = Math.sqrt(x);
    previous = z;
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}

function sigma(start: number): number {
  if (start === 1) return Infinity;
  let x = start;
  let y = 1;
  let z = x;
  for (let previous = NaN; previous !== z;) {
    x *= x;
    previous = z;
    z += x * y;
    y += y;
  }
  return z;
}
