import { decimalDigits } from './decimal-digits';

const PRECISION = 17;

/** Whole numbers up to here are shown with all their digits. */
const INTEGER_MAX = 2 ** 62;
/** So many zeros may follow the digits of a whole number. */
const ZEROS_AT_END = 7;
const ZEROS_IN_FRONT = 7;
const SMALLEST_EXPONENT = 4;

/** Formats a double with the fewest digits, nearly always, that are read as the same double, as Redis shows it since 7.2. */
export function formatShortest(value: number): string {
  if (!Number.isFinite(value)) return formatDouble(value);
  if (Number.isInteger(value) && Math.abs(value) <= INTEGER_MAX)
    return Number.isSafeInteger(value) ? formatDouble(value) : String(BigInt(value));
  return shortestDigits(value);
}

/** The same without a special form for integers: what Redis since 7.2 makes a digest of. */
export function shortestDigits(value: number): string {
  if (!Number.isFinite(value) || value === 0) return formatDouble(value);
  const sign = value < 0 ? '-' : '';
  const { digits, power: last } = decimalDigits(Math.abs(value));
  const exponent = last + digits.length - 1;
  if (last >= 0 && exponent < digits.length + ZEROS_AT_END) return `${sign}${digits}${'0'.repeat(last)}`;
  if (last < 0 && (last > -ZEROS_IN_FRONT || Math.abs(exponent) < SMALLEST_EXPONENT)) {
    if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
    return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
  }
  const mantissa = digits.length === 1 ? digits : `${digits.slice(0, 1)}.${digits.slice(1)}`;
  return `${sign}${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent))}`;
}

/** Formats a double as C's `%.17g`, which is how Redis 7.0 shows scores and other doubles in RESP2. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (value === Infinity) return 'inf';
  if (value === -Infinity) return '-inf';
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? '-0' : String(value);
  // Of nine digits before the point and at most six behind it nothing is rounded, nor could anything be left out.
  if (Math.abs(value) < 1e9 && Number.isInteger(value * 64)) return String(value);
  const [mantissa = '', exponentText = '0'] = scientific(value).split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= PRECISION) {
    const digits = String(Math.abs(exponent)).padStart(2, '0');
    return `${trimZeros(mantissa)}e${exponent < 0 ? '-' : '+'}${digits}`;
  }
  return trimZeros(withPoint(mantissa, exponent));
}

/** `%.16e`: JavaScript rounds a digit that is exactly a half up, C to the even digit. */
function scientific(value: number): string {
  const text = value.toExponential(PRECISION - 1);
  const e = text.indexOf('e');
  const places = PRECISION - 1 - Number(text.slice(e + 1));
  const last = Number(text[e - 1]);
  if (last % 2 === 0 || !isHalf(value, places)) return text;
  return `${text.slice(0, e - 1)}${String(last - 1)}${text.slice(e)}`;
}

/** Whether a half is all that follows so many decimal places. Large numbers, with a negative count, are too coarse for it. */
function isHalf(value: number, places: number): boolean {
  return places >= 0 && Number.isInteger(value * 2 ** (places + 1)) && !Number.isInteger(value * 2 ** places);
}

/** Moves the point behind the first digit to where the exponent says. */
function withPoint(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0*$/, '') : text;
}
