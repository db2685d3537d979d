import type { RedisVersion } from '../redis-version';
import type { ErrorReply } from '../protocol/reply';
import { cString } from '../values/c-string';
import { parseInt64 } from '../values/int64';
import { scaledDouble } from '../values/rounding';
import { error, INVALID_CURSOR, NOT_A_FLOAT, NOT_AN_INTEGER, SYNTAX_ERROR } from './errors';

export { addInt64, normalizeInt64, parseInt64 } from '../values/int64';

/** An int64 argument. @throws `failure` (default: not an integer) */
export function int64(text: string, failure: ErrorReply = NOT_AN_INTEGER): number | bigint {
  const value = parseInt64(text);
  if (value === undefined) throw failure;
  return value;
}

/**
 * An int64 argument as a number. Beyond 2^53 it is rounded: use it for counts and positions, where no such value can
 * mean anything but "more than there is".
 * @throws `failure` (default: not an integer)
 */
export function integer(text: string, failure: ErrorReply = NOT_AN_INTEGER): number {
  return Number(int64(text, failure));
}

/** An integer within [min, max]. @throws `failure` for anything else */
export function integerWithin(text: string, min: number, max: number, failure: ErrorReply = NOT_AN_INTEGER): number {
  const value = integer(text, failure);
  if (value < min || value > max) throw failure;
  return value;
}

// Clients choose the text, of any length: each character can be matched in one way only, or the time would be its square.
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const HEXADECIMAL = /^([+-]?)0[xX]([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?(?:[pP]([+-]?\d+))?$/;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;
/** What C's strtod leaves out in front of a number. */
const WHITE_SPACE = /^[ \t\n\v\f\r]+/;
/** Of what is a number: whether it has no digit but 0. */
const ZERO = /^[ \t\n\v\f\r]*[+-]?(?:0[xX][0.]*(?:[pP\0]|$)|[0.]*(?:[eE\0]|$))/;
/** Of what is a number: whether it is infinity by name. */
const NAMED_INFINITY = /^[^\0]*inf/i;
const SMALLEST_NORMAL = 2.2250738585072014e-308;

/** Reads a text that as a whole is a double, as C's strtod does; NaN is no number here. Beyond a double it is infinite or 0. */
function strtod(text: string): number | undefined {
  if (DECIMAL.test(text)) return Number(text);
  const infinite = INFINITE.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity;
  return parseHexadecimal(text);
}

function parseHexadecimal(text: string): number | undefined {
  const match = HEXADECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const value = scaledDouble(BigInt(`0x${whole}${fraction}`), Number(exponent) - 4 * fraction.length);
  return sign === '-' ? -value : value;
}

/** Whether `text`, read as `value`, is too large or too small for a double. */
function isBeyondDouble(text: string, value: number): boolean {
  return value === 0 ? !ZERO.test(text) : !Number.isFinite(value) && !NAMED_INFINITY.test(text);
}

const OWN_READER_REFUSES = /^\s|^[+-]?0x/i;

/**
 * Reads a double where Redis calls C's strtod itself (ranges of scores): white space may stand in front, nothing at all
 * is 0, the text ends at a NUL, and what does not fit into a double is infinite or 0. Redis 8.0 reads it without the
 * C library: then white space and hexadecimal digits are no number.
 */
export function looseDouble(text: string, version: RedisVersion): number | undefined {
  const whole = cString(text);
  if (version >= '8.0' && OWN_READER_REFUSES.test(whole)) return undefined;
  return whole === '' ? 0 : strtod(whole.replace(WHITE_SPACE, ''));
}

/** As `looseDouble`, but before 8.0 undefined where strtod reports ERANGE: also for what a double holds with fewer digits only. */
export function looseDoubleInRange(text: string, version: RedisVersion): number | undefined {
  const value = looseDouble(text, version);
  if (version >= '8.0') return value;
  if (value === undefined || isBeyondDouble(text, value)) return undefined;
  return value !== 0 && Math.abs(value) < SMALLEST_NORMAL ? undefined : value;
}

/** A double argument. @throws `failure` (default: not a valid float) */
export function double(text: string, failure: ErrorReply = NOT_A_FLOAT): number {
  const value = strtod(text);
  if (value === undefined || isBeyondDouble(text, value)) throw failure;
  return value;
}

const LOOSE_CURSOR = /^[ \t\n\v\f\r]*[+-]?\d+$/;
const CURSOR_DIGITS = 21;
const UINT64_MAX = 18_446_744_073_709_551_615n;
/** What strtoul reads without white space in front, which Redis forbids here. */
const CURSOR = /^(?:[+-]?\d+)?(?=\0|$)/;

/** Since 7.4 white space may stand in front, but there has to be a number. */
function looseCursor(text: string): string {
  const whole = cString(text);
  if (!LOOSE_CURSOR.test(whole) || (parseInt64(whole) ?? 0) < 0) throw INVALID_CURSOR;
  return whole.replace(WHITE_SPACE, '');
}

/** A SCAN cursor: an unsigned 64-bit number, up to a NUL. One of no engine's making counts as the end. */
export function cursor(text: string, version: RedisVersion): number {
  const [digits] = CURSOR.exec(version >= '7.4' ? looseCursor(text) : text) ?? [];
  if (digits === undefined) throw INVALID_CURSOR;
  const significant = digits.replace(/^[+]?(-?)0*/, '$1');
  // To read a million digits would take a while.
  if (significant.length > CURSOR_DIGITS) throw INVALID_CURSOR;
  const value = significant === '-' ? 0n : BigInt(significant);
  if (value > UINT64_MAX || value < -UINT64_MAX) throw INVALID_CURSOR;
  return value < 0n ? Number.MAX_SAFE_INTEGER : Number(value);
}

/** What clients choose from by a word, in lower case: other than in an object nothing inherited (`constructor`) is in it. */
export function choices<Value>(values: Readonly<Record<string, Value>>): ReadonlyMap<string, Value> {
  return new Map(Object.entries(values));
}

/** The word an argument is where words are expected: in lower case, up to a NUL. */
export function wordOf(text: string): string {
  return cString(text).toLowerCase();
}

/** Whether an argument is this option; `option` in lower case. */
export function isOption(text: string, option: string): boolean {
  const { length } = option;
  if (text.length !== length && text.charCodeAt(length) !== 0) return false;
  return text.slice(0, length).toLowerCase() === option;
}

/** The argument after an option. @throws syntax error when there is none */
export function optionValue(args: readonly string[], index: number): string {
  const value = args[index];
  if (value === undefined) throw SYNTAX_ERROR;
  return value;
}

/** `numkeys` with the texts Redis uses for it. */
export function numberOfKeys(text: string, available: number, tooMany: ErrorReply = SYNTAX_ERROR): number {
  const count = integer(text, error('numkeys should be greater than 0'));
  if (count <= 0) throw error('numkeys should be greater than 0');
  if (count > available) throw tooMany;
  return count;
}
