import { double } from './arguments';
import { TIMEOUT_NEGATIVE, TIMEOUT_NOT_FLOAT } from './errors';

/** The largest time Redis can represent, in milliseconds. */
const INT64_MAX = 2 ** 63;

/**
 * The timeout of a blocking command, given in seconds, in milliseconds rounded up; 0 = for ever.
 * @throws not a float, negative (which is also what Redis says of one too large: its number overflows)
 */
export function blockingTimeout(text: string): number {
  const milliseconds = Math.ceil(double(text, TIMEOUT_NOT_FLOAT) * 1000);
  if (milliseconds < 0 || milliseconds >= INT64_MAX) throw TIMEOUT_NEGATIVE;
  return milliseconds;
}
