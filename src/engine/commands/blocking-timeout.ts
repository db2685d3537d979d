import { ceilProduct, INFINITE, parseLongDouble } from '../command/long-double';
import { parseInt64 } from '../command/arguments';
import type { CommandContext } from '../execution/command-context';
import type { RedisVersion } from '../redis-version';
import { TIMEOUT_NEGATIVE, TIMEOUT_NOT_FLOAT, TIMEOUT_OUT_OF_RANGE } from '../command/errors';

/** One more than the largest time Redis can represent, in milliseconds. */
const BEYOND_INT64 = 2n ** 63n;
/** Up to so many seconds a whole number needs no care. */
const FEW_SECONDS = 2 ** 40;

/**
 * @param now milliseconds since the epoch
 * @throws negative; since 7.2 out of range
 */
export function checkTimeout(version: RedisVersion, milliseconds: bigint, now: number): void {
  if (milliseconds < 0n) throw TIMEOUT_NEGATIVE;
  if (version >= '7.2' && milliseconds > 0n && milliseconds >= BEYOND_INT64 - BigInt(now)) throw TIMEOUT_OUT_OF_RANGE;
}

/**
 * The timeout of a blocking command, given in seconds, in milliseconds rounded up; 0 = for ever.
 * @throws not a float, negative, out of range
 */
export function blockingTimeout({ engine, now }: CommandContext, text: string): number {
  const whole = parseInt64(text);
  if (typeof whole === 'number' && whole >= 0 && whole <= FEW_SECONDS) return whole * 1000;
  const seconds = parseLongDouble(text);
  if (seconds === undefined) throw TIMEOUT_NOT_FLOAT;
  const milliseconds = ceilProduct(seconds, 1000n);
  // An infinity has no sign here.
  checkTimeout(engine.version, seconds === INFINITE && text.startsWith('-') ? -milliseconds : milliseconds, now);
  // To Redis 7.0 one too large is negative: its number overflows.
  if (milliseconds >= BEYOND_INT64) throw TIMEOUT_NEGATIVE;
  return Number(milliseconds);
}
