const PRECISION = 17;

/** Formats a double as C's `%.17g`, which is how Redis 7.0 shows scores and other doubles in RESP2. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (value === Infinity) return 'inf';
  if (value === -Infinity) return '-inf';
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? '-0' : String(value);
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
