import type { CommandContext } from '../../execution/command-context';
import { int64 } from '../arguments';
import { invalidExpire } from '../errors';

/** How a command gives a time: a span or a point in time, in seconds or milliseconds. */
export type ExpireUnit = 'ex' | 'px' | 'exat' | 'pxat';

const INT64_MAX = 9_223_372_036_854_775_807n;

/**
 * Turns an expiry argument of SET, GETEX, SETEX or PSETEX into milliseconds since the epoch.
 * @throws invalid expire time for zero, negative and overflowing values
 */
export function deadline(context: CommandContext, command: string, unit: ExpireUnit, text: string): number {
  const value = BigInt(int64(text));
  const seconds = unit === 'ex' || unit === 'exat';
  if (value <= 0n || (seconds && value > INT64_MAX / 1000n)) throw invalidExpire(command);
  const milliseconds = seconds ? value * 1000n : value;
  if (unit === 'exat' || unit === 'pxat') return Number(milliseconds);
  const at = milliseconds + BigInt(context.now);
  if (at > INT64_MAX) throw invalidExpire(command);
  return Number(at);
}
