import { integer } from '../../command/arguments';
import { error, invalidExpire } from '../../command/errors';
import type { CommandContext } from '../../execution/command-context';
import type { HashValue } from '../../values/hash';
import { HASH } from './kind';

/** The latest deadline a field can have, milliseconds since the epoch. Redis 7.4: HFE_MAX_ABS_TIME_MSEC. */
const LATEST = 70_368_744_177_663;

const NEGATIVE = error('invalid expire time, must be >= 0');

/** How the time of a field is given. */
export interface TimeForm {
  readonly unit: 'seconds' | 'milliseconds';
  /** Counted from now, not from the epoch. */
  readonly relative: boolean;
}

/** EX and its like, in lower case. */
export const TIME_OPTIONS: ReadonlyMap<string, TimeForm> = new Map([
  ['ex', { unit: 'seconds', relative: true }],
  ['px', { unit: 'milliseconds', relative: true }],
  ['exat', { unit: 'seconds', relative: false }],
  ['pxat', { unit: 'milliseconds', relative: false }],
]);

/**
 * A deadline in milliseconds since the epoch.
 * @throws not an integer, negative, or too far away (which names the command)
 */
export function fieldDeadline(now: number, text: string, { unit, relative }: TimeForm, command: string): number {
  const time = integer(text);
  if (time < 0) throw NEGATIVE;
  const deadline = (unit === 'seconds' ? time * 1000 : time) + (relative ? now : 0);
  if (deadline > LATEST) throw invalidExpire(command);
  return deadline;
}

/** Removes fields whose new deadline has passed already, and says so. */
export function removeExpired(context: CommandContext, key: string, hash: HashValue, fields: readonly string[]): void {
  for (const field of fields) if (hash.delete(field)) context.effect(['HDEL', key, field]);
  context.notify('h', 'hdel', key);
}

/** The hash of a key, to change its deadlines. */
export function hashToTime(context: CommandContext, key: string, event?: string): HashValue {
  return context.edit(key, HASH, event);
}
