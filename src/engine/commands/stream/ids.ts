import { cString } from '../../values/c-string';
import { HIGHEST_ID, idAfter, idBefore, LOWEST_ID, type StreamId } from '../../values/stream-id';
import { toUint64, UINT64_MAX, type Uint64 } from '../../values/uint64';
import { parseInt64 } from '../../command/arguments';
import { error } from '../../command/errors';

const INVALID_ID = error('Invalid stream ID specified as stream command argument');
const INVALID_START = error('invalid start ID for the interval');
const INVALID_END = error('invalid end ID for the interval');

/** Redis copies an id into a buffer of 128 bytes. */
const MAX_LENGTH = 127;
/** What C's strtoull reads: white space and a sign in front; a negative number wraps around. */
const LOOSE_NUMBER = /^[ \t\n\v\f\r]*([+-]?)(\d+)$/;

function parseUint64(text: string): Uint64 | undefined {
  const strict = parseInt64(text);
  if (strict !== undefined) return strict < 0 ? undefined : strict;
  const [, sign, digits = ''] = LOOSE_NUMBER.exec(text) ?? [];
  if (sign === undefined) return undefined;
  const value = BigInt(digits);
  if (value > UINT64_MAX) return undefined;
  return toUint64(sign === '-' ? -value : value);
}

/** An id with what follows a missing sequence number; undefined when the text is none. `-` and `+` are none here. */
export function parseId(text: string, missingSeq: Uint64 = 0): StreamId | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const whole = cString(text);
  const dash = whole.indexOf('-');
  const ms = parseUint64(dash < 0 ? whole : whole.slice(0, dash));
  const seq = dash < 0 ? missingSeq : parseUint64(whole.slice(dash + 1));
  return ms === undefined || seq === undefined ? undefined : { ms, seq };
}

/** An id argument, complete or a time only. @throws invalid stream ID, also for `-` and `+` */
export function strictId(text: string, missingSeq: Uint64 = 0): StreamId {
  const id = parseId(text, missingSeq);
  if (id === undefined) throw INVALID_ID;
  return id;
}

/** An id argument, or `-` and `+` for the lowest and the highest. @throws invalid stream ID */
export function rangeId(text: string, missingSeq: Uint64 = 0): StreamId {
  const word = cString(text);
  if (word === '-') return LOWEST_ID;
  return word === '+' ? HIGHEST_ID : strictId(text, missingSeq);
}

const isExclusive = (text: string) => text.length > 1 && text.startsWith('(');

/** The beginning of a range, made inclusive. @throws invalid stream ID, invalid start ID */
export function rangeStart(text: string): StreamId {
  if (!isExclusive(text)) return rangeId(text);
  const start = idAfter(strictId(text.slice(1)));
  if (start === undefined) throw INVALID_START;
  return start;
}

/** The end of a range, made inclusive. @throws invalid stream ID, invalid end ID */
export function rangeEnd(text: string): StreamId {
  if (!isExclusive(text)) return rangeId(text, UINT64_MAX);
  const end = idBefore(strictId(text.slice(1), UINT64_MAX));
  if (end === undefined) throw INVALID_END;
  return end;
}
