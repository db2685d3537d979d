import { ceilProduct, parseLongDouble } from '../command/long-double';
import { parseInt64 } from '../command/arguments';
import { TIMEOUT_NEGATIVE, TIMEOUT_NOT_FLOAT } from '../command/errors';

/** One more than the largest time Redis can represent, in milliseconds. */
const BEYOND_INT64 = 2n ** 63n;
/** Up to so many seconds a whole number needs no care. */
const FEW_SECONDS = 2 ** 40;

/**
 * The timeout of a blocking command, given in seconds, in milliseconds rounded up; 0 = for ever.
 * @throws not a float, negative (which is also what Redis says of one too large: its number overflows)
 */
export function blockingTimeout(text: string): number {
  const whole = parseInt64(text);
  if (typeof whole === 'number' && whole >= 0 && whole <= FEW_SECONDS) return whole * 1000;
  const seconds = parseLongDouble(text);
  if (seconds === undefined) throw TIMEOUT_NOT_FLOAT;
  const milliseconds = ceilProduct(seconds, 1000n);
  if (milliseconds < 0n || milliseconds >= BEYOND_INT64) throw TIMEOUT_NEGATIVE;
  return Number(milliseconds);
}
