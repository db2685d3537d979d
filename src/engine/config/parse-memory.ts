import { choices } from '../command/arguments';

const UNITS = choices({
  '': 1n,
  b: 1n,
  k: 1000n,
  kb: 1024n,
  m: 1_000_000n,
  mb: 1_048_576n,
  g: 1_000_000_000n,
  gb: 1_073_741_824n,
});

const UINT64_MAX = 2n ** 64n - 1n;

/**
 * Reads a memory value as redis.conf writes it (`100mb`, `1g`; no digits are 0). As in C, a number beyond 64 bits is the
 * largest there is, and what its unit makes of it keeps the lowest 64 bits.
 * @returns bytes, undefined when it is none
 */
export function parseMemory(text: string): number | bigint | undefined {
  const match = /^(\d{0,127})([a-z]*)$/i.exec(text);
  const unit = match === null ? undefined : UNITS.get(match[2]?.toLowerCase() ?? '');
  if (match === null || unit === undefined) return undefined;
  const digits = BigInt(match[1] ?? '');
  const bytes = BigInt.asUintN(64, (digits > UINT64_MAX ? UINT64_MAX : digits) * unit);
  return bytes <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(bytes) : bytes;
}
