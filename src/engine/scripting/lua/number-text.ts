import { cString } from '../../values/c-string';
import { scaledDouble } from '../../values/rounding';
import { consume, LONG } from './meter';
import { endOfRun, read } from './texts';

/** Numbers to text and back, as C's printf and strtod do it: JavaScript's own rules differ in ties, names and forms. */

const bits = new Float64Array(1);
const words = new Uint32Array(bits.buffer);

/**
 * A NaN printed as `nan`. Arithmetic on x86 makes NaNs that C prints as `-nan`; JavaScript does not keep the sign, so a
 * mark in the payload tells the few others (negated, or read from text) apart.
 */
export const POSITIVE_NAN = ((): number => {
  words[1] = 0x7ff80000;
  words[0] = 1;
  return bits[0] ?? NaN;
})();

function nanText(value: number): string {
  bits[0] = value;
  return words[0] === 1 ? 'nan' : '-nan';
}

/** A NaN whose sign bit is as given. */
export function nanOf(isNegative: boolean): number {
  return isNegative ? NaN : POSITIVE_NAN;
}

/** Lua's `-x`: flips the sign of a NaN too. */
export function negate(value: number): number {
  return value === value ? -value : nanOf(nanText(value) === 'nan');
}

/** `%.14g`: what Lua shows for a number. */
export function numberToString(value: number): string {
  if (Number.isInteger(value) && value < 1e14 && value > -1e14) {
    return value === 0 && 1 / value < 0 ? '-0' : String(value);
  }
  return formatG(value, 14, false);
}

/** inf and nan, sign included; nothing for a finite number. */
export function nonFiniteText(value: number): string | undefined {
  if (value !== value) return nanText(value);
  if (value === Infinity) return 'inf';
  return value === -Infinity ? '-inf' : undefined;
}

/** C's `%.<precision>g`; with `alternate` (`#`) trailing zeros stay. */
export function formatG(value: number, precision: number, alternate: boolean): string {
  const special = nonFiniteText(value);
  if (special !== undefined) return special;
  const digits = precision === 0 ? 1 : precision;
  const scientific = formatE(value, digits - 1, alternate);
  const e = scientific.indexOf('e');
  const exponent = Number(scientific.slice(e + 1));
  if (exponent < -4 || exponent >= digits) {
    return alternate ? scientific : withoutTrailingZeros(scientific.slice(0, e)) + scientific.slice(e);
  }
  const fixed = formatF(value, digits - 1 - exponent, alternate);
  return alternate ? fixed : withoutTrailingZeros(fixed);
}

function withoutTrailingZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** C's `%.<precision>f`. */
export function formatF(value: number, precision: number, alternate = false): string {
  const special = nonFiniteText(value);
  if (special !== undefined) return special;
  const magnitude = Math.abs(value);
  const sign = value < 0 || (value === 0 && 1 / value < 0) ? '-' : '';
  const text =
    magnitude < 1e21 && precision <= 100 && !mayTie(magnitude, precision)
      ? magnitude.toFixed(precision)
      : exactFixed(magnitude, precision);
  return sign + text + (alternate && precision === 0 ? '.' : '');
}

/** C's `%.<precision>e`: at least two exponent digits. */
export function formatE(value: number, precision: number, alternate = false): string {
  const special = nonFiniteText(value);
  if (special !== undefined) return special;
  const magnitude = Math.abs(value);
  const sign = value < 0 || (value === 0 && 1 / value < 0) ? '-' : '';
  const text = precision <= 100 ? magnitude.toExponential(precision) : exactExponential(magnitude, precision);
  let e = text.indexOf('e');
  let exponent = Number(text.slice(e + 1));
  let mantissa = text.slice(0, e);
  if (precision <= 100 && mayTie(magnitude, precision - exponent)) {
    const exact = exactExponential(magnitude, precision);
    e = exact.indexOf('e');
    exponent = Number(exact.slice(e + 1));
    mantissa = exact.slice(0, e);
  }
  const point = alternate && precision === 0 ? '.' : '';
  return `${sign}${mantissa}${point}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/**
 * Whether the decimal digits after place `precision` may be exactly a half: C rounds that to even, JavaScript up.
 * Only a number with at most `precision + 1` binary places can be such a tie.
 */
function mayTie(magnitude: number, precision: number): boolean {
  if (precision < 0) return true;
  return precision < 60 && Number.isInteger(magnitude * 2 ** (precision + 1)) && !Number.isInteger(magnitude);
}

/** All decimal digits of a finite, non-negative double: the value is `digits` / 10^`places`. */
function exactDigits(magnitude: number): { digits: bigint; places: number } {
  bits[0] = magnitude;
  const high = words[1] ?? 0;
  const biased = high >>> 20;
  const fraction = (BigInt(high & 0xfffff) << 32n) | BigInt(words[0] ?? 0);
  const mantissa = biased === 0 ? fraction : fraction | (1n << 52n);
  const exponent = (biased === 0 ? 1 : biased) - 1075;
  if (exponent >= 0) return { digits: mantissa << BigInt(exponent), places: 0 };
  return { digits: mantissa * 5n ** BigInt(-exponent), places: -exponent };
}

/** `value / 10^places`, rounded half to even. */
function roundedQuotient(value: bigint, places: number): bigint {
  if (places <= 0) return value * 10n ** BigInt(-places);
  const unit = 10n ** BigInt(places);
  const quotient = value / unit;
  const twice = (value % unit) * 2n;
  return twice > unit || (twice === unit && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

function exactFixed(magnitude: number, precision: number): string {
  const { digits, places } = exactDigits(magnitude);
  const text = roundedQuotient(digits, places - precision)
    .toString()
    .padStart(precision + 1, '0');
  return precision === 0 ? text : `${text.slice(0, -precision)}.${text.slice(-precision)}`;
}

function exactExponential(magnitude: number, precision: number): string {
  const { digits, places } = exactDigits(magnitude);
  if (digits === 0n) return `0${precision > 0 ? '.' + '0'.repeat(precision) : ''}e+0`;
  let exponent = digits.toString().length - 1 - places;
  let text = roundedQuotient(digits, places - precision + exponent).toString();
  if (text.length > precision + 1) {
    exponent++;
    text = text.slice(0, -1);
  }
  return `${text.slice(0, 1)}${precision > 0 ? '.' + text.slice(1) : ''}e${String(exponent)}`;
}

// Each digit can be matched in one way only: scripts choose the text, and nothing stops a pattern that tries many.
const DECIMAL = /^[ \t-\r]*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[ \t-\r]*$/;
const HEX =
  /^[ \t-\r]*([+-]?)0[xX](?:([0-9a-fA-F]+)(?:\.([0-9a-fA-F]*))?|\.([0-9a-fA-F]+))(?:[pP]([+-]?\d+))?[ \t-\r]*$/;
const NAMED = /^[ \t-\r]*([+-]?)(inf|infinity|nan(?:\(\w*\))?)[ \t-\r]*$/i;

/** What Lua 5.1 (and glibc's strtod under it) reads as a number; nothing when the text is none. */
export function stringToNumber(text: string): number | undefined {
  const source = text.length < LONG ? cString(text) : shortened(text);
  if (DECIMAL.test(source)) return Number(source);
  const hex = HEX.exec(source);
  if (hex !== null) return hexToNumber(hex);
  const named = NAMED.exec(source);
  if (named === null) return undefined;
  const negative = named[1] === '-';
  if (named[2]?.[0]?.toLowerCase() === 'n') return nanOf(negative);
  return negative ? -Infinity : Infinity;
}

const BLANKS = /[ \t-\r]*/y;
const DIGITS = /\d*/y;
const HEX_DIGITS = /[0-9a-fA-F]*/y;

/** A text without the blanks around it. */
export function trimmed(text: string): string {
  const from = text.length < LONG ? 0 : endOfRun(text, BLANKS, 0);
  if (text.length < LONG) return text.replace(/^[ \t-\r]+/, '').replace(/[ \t-\r]+$/, '');
  let to = text.length;
  for (; to > from && isBlank(text.charCodeAt(to - 1)); to--) if ((to & 0x3ff) === 0) consume(0x100);
  return text.slice(from, to);
}

const isBlank = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);

/** Digits beyond these cannot matter but for being zero or not: a double in the middle of two has fewer. */
const DIGITS_THAT_COUNT = 1_200;

/** A long text that reads as the same number: without blanks around it, zeros in front and digits that cannot matter. */
function shortened(text: string): string {
  read(text);
  const source = trimmed(cString(text));
  if (source.length <= 2 * DIGITS_THAT_COUNT) return source;
  const prefix = /^[+-]?(?:0[xX])?/.exec(source)?.[0] ?? '';
  const isHex = prefix.length > 1;
  const pattern = isHex ? HEX_DIGITS : DIGITS;
  const wholeEnd = endOfRun(source, pattern, prefix.length);
  const hasPoint = source[wholeEnd] === '.';
  const end = hasPoint ? endOfRun(source, pattern, wholeEnd + 1) : wholeEnd;
  const exponent = (isHex ? HEX_EXPONENT : EXPONENT).exec(source.slice(end));
  // What is no number at all is told by the text as it stands, cut short.
  if (end - prefix.length - (hasPoint ? 1 : 0) === 0 || exponent === null) return `${source.slice(0, 20)}?`;
  const given = exponent[2] === undefined || exponent[2] === '' ? 0 : Number(`${exponent[1] ?? ''}${exponent[2]}`);
  const whole = source.slice(prefix.length, wholeEnd);
  const places = hasPoint ? source.slice(wholeEnd + 1, end) : '';
  const { digits, dropped } = significant(whole, places);
  const shift = dropped * (isHex ? 4 : 1) + given;
  return `${prefix}${digits}${isHex ? 'p' : 'e'}${String(Math.max(-1e9, Math.min(1e9, shift)))}`;
}

/** The digits that matter, as an integer, and how many places its last one is from the point (negative: behind it). */
function significant(whole: string, places: string): { digits: string; dropped: number } {
  const all = whole + places;
  const first = endOfRun(all, ZEROS, 0);
  const digits = all.slice(first, first + DIGITS_THAT_COUNT);
  const rest = all.length - first - digits.length;
  const isExact = rest <= 0 || endOfRun(all, ZEROS, first + digits.length) === all.length;
  return {
    digits: (digits === '' ? '0' : digits) + (isExact ? '0' : '1'),
    dropped: Math.max(rest, 0) - 1 - places.length,
  };
}

const ZEROS = /0*/y;
const EXPONENT = /^(?:[eE]([+-]?)(?=\d)0*(\d*))?$/;
const HEX_EXPONENT = /^(?:[pP]([+-]?)(?=\d)0*(\d*))?$/;

function hexToNumber([, sign, whole = '', fraction = '', onlyFraction = '', exponent = '0']: RegExpExecArray): number {
  const places = fraction + onlyFraction;
  const value = scaledDouble(BigInt(`0x${whole}${places}`), Number(exponent) - 4 * places.length);
  return sign === '-' ? -value : value;
}
