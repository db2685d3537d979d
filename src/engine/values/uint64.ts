/** An unsigned 64-bit integer: a number while it is safe, else a bigint. The form is unique, so `===` compares. */
export type Uint64 = number | bigint;

/** The greatest unsigned number of 64 bits. */
export const UINT64_MAX = 18_446_744_073_709_551_615n;

/** The unique form of a value; anything outside 64 bits wraps around, as it does in C. */
export function toUint64(value: bigint): Uint64 {
  const wrapped = BigInt.asUintN(64, value);
  return wrapped <= Number.MAX_SAFE_INTEGER ? Number(wrapped) : wrapped;
}

/** The sum, which wraps around as it does in C. */
export function addUint64(a: Uint64, b: Uint64): Uint64 {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (sum <= Number.MAX_SAFE_INTEGER) return sum;
  }
  return toUint64(BigInt(a) + BigInt(b));
}

/** An unsigned integer plus a signed one. */
export function offsetUint64(a: Uint64, difference: number | bigint): Uint64 {
  if (typeof a === 'number' && typeof difference === 'number') {
    const sum = a + difference;
    if (sum >= 0 && sum <= Number.MAX_SAFE_INTEGER) return sum;
  }
  return toUint64(BigInt(a) + BigInt(difference));
}

/** `a - b` as a signed 64-bit integer. */
export function differenceOf(a: Uint64, b: Uint64): number | bigint {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const difference = BigInt.asIntN(64, BigInt(a) - BigInt(b));
  const asNumber = Number(difference);
  return Number.isSafeInteger(asNumber) ? asNumber : difference;
}
