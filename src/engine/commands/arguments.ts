import type { ErrorReply } from '../protocol/reply';
import { parseInt64 } from '../values/int64';
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

const DECIMAL = /^[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)$/;
const IS_ZERO = /^[^1-9eE]*(?:[eE]|$)/;
const HEXADECIMAL = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)(?:[pP]([+-]?\d+))?$/;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

/** Reads a double as C's strtod does when the whole text must be a number; NaN is no number here. */
function parseDouble(text: string): number | undefined {
  if (DECIMAL.test(text)) {
    const value = Number(text);
    // strtod reports ERANGE, and Redis refuses what does not fit into a double, at either end.
    return Number.isFinite(value) && (value !== 0 || IS_ZERO.test(text)) ? value : undefined;
  }
  const infinite = INFINITE.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity;
  return parseHexadecimal(text);
}

/**
 * Reads a double where Redis calls C's strtod itself (ranges of scores): white space may stand in front, nothing at all
 * is 0, the text ends at a NUL, and what does not fit into a double is infinite or 0.
 */
export function looseDouble(text: string): number | undefined {
  const end = text.indexOf('\0');
  const whole = end < 0 ? text : text.slice(0, end);
  if (whole === '') return 0;
  const digits = whole.replace(/^[ \t\n\v\f\r]+/, '');
  return DECIMAL.test(digits) ? Number(digits) : parseDouble(digits);
}

function parseHexadecimal(text: string): number | undefined {
  const match = HEXADECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const mantissa = Number(BigInt(`0x${whole}${fraction}`));
  const value = mantissa * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === '-' ? -value : value;
}

/** A double argument. @throws `failure` (default: not a valid float) */
export function double(text: string, failure: ErrorReply = NOT_A_FLOAT): number {
  const value = parseDouble(text);
  if (value === undefined) throw failure;
  return value;
}

const UINT64_MAX = 18_446_744_073_709_551_615n;

/** A SCAN cursor: an unsigned 64-bit number. One of no engine's making counts as the end. */
export function cursor(text: string): number {
  // strtoul skips leading white space only where Redis forbids it, and takes a sign.
  if (text === '') return 0;
  if (!/^[+-]?\d+$/.test(text)) throw INVALID_CURSOR;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  if (value > UINT64_MAX || value < -UINT64_MAX) throw INVALID_CURSOR;
  return value < 0n ? Number.MAX_SAFE_INTEGER : Number(value);
}

/** Whether an argument is this option; `option` in lower case. */
export function isOption(text: string, option: string): boolean {
  return text.length === option.length && text.toLowerCase() === option;
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
