import { formatE, formatF, formatG, nonFiniteText } from '../number-text';
import { toInteger, toUnsigned } from '../arguments';
import { cString } from '../../../values/c-string';
import { made, mapSlices, part, TAIL, TextBuilder } from '../texts';
import type { LuaValue } from '../values';
import type { LibraryContext } from './context';

/** One conversion of a format string. */
interface Directive {
  readonly left: boolean;
  readonly plus: boolean;
  readonly space: boolean;
  readonly alternate: boolean;
  readonly zero: boolean;
  readonly width: number;
  /** Nothing when not given. */
  readonly precision: number | undefined;
  readonly conversion: string;
}

/** `string.format`: C's printf, with Lua's `%q` and its limits on the directive. */
export function formatString(context: LibraryContext, args: LuaValue[]): string {
  const { state, args: check } = context;
  const format = check.string(args, 1);
  let result = '';
  let whole: TextBuilder | undefined;
  let argument = 1;
  let i = 0;
  while (i < format.length) {
    const percent = format.indexOf('%', i);
    if (percent < 0) break;
    state.consume(2);
    if (result.length > TAIL) {
      (whole ??= new TextBuilder()).add(result);
      result = '';
    }
    result += format.slice(i, percent);
    i = percent + 1;
    if (format[i] === '%') {
      result += '%';
      i++;
      continue;
    }
    argument++;
    if (argument > args.length) check.fail(argument, 'no value');
    const { directive, end } = readDirective(context, format, i);
    i = end;
    result += convert(context, directive, args, argument);
  }
  result += format.slice(i);
  return whole === undefined ? made(result) : whole.textWith(result);
}

function readDirective(
  { state }: LibraryContext,
  format: string,
  start: number,
): { directive: Directive; end: number } {
  let i = start;
  while (i < format.length && '-+ #0'.includes(format.charAt(i))) i++;
  if (i - start >= 6) state.fail('invalid format (repeated flags)');
  const flags = format.slice(start, i);
  const digits = (): string => {
    const from = i;
    while (i < from + 2 && format.charAt(i) >= '0' && format.charAt(i) <= '9') i++;
    return format.slice(from, i);
  };
  const width = digits();
  let precision: number | undefined;
  if (format[i] === '.') {
    i++;
    precision = Number(digits());
  }
  if (format.charAt(i) >= '0' && format.charAt(i) <= '9') state.fail('invalid format (width or precision too long)');
  const directive: Directive = {
    left: flags.includes('-'),
    plus: flags.includes('+'),
    space: flags.includes(' '),
    alternate: flags.includes('#'),
    zero: flags.includes('0'),
    width: Number(width),
    precision,
    conversion: format.charAt(i),
  };
  return { directive, end: i + 1 };
}

function convert(
  { state, args: check }: LibraryContext,
  directive: Directive,
  args: LuaValue[],
  argument: number,
): string {
  const { conversion } = directive;
  switch (conversion) {
    case 'c':
      return cString(padded(directive, characterOf(check.number(args, argument)), false));
    case 'd':
    case 'i':
      return signedInteger(directive, check.number(args, argument));
    case 'o':
    case 'u':
    case 'x':
    case 'X':
      return unsignedInteger(directive, check.number(args, argument));
    case 'e':
    case 'E':
    case 'f':
    case 'g':
    case 'G':
      return float(directive, check.number(args, argument));
    case 'q':
      return quoted(check.string(args, argument));
    case 's':
      return text(directive, check.string(args, argument));
    default:
      return state.fail(`invalid option '%${conversion === '' ? '\0' : conversion}' to 'format'`.replace('\0', ''));
  }
}

/** C's conversion to int on x86-64 (what does not fit becomes the smallest), then to a byte. */
function characterOf(value: number): string {
  const whole = Math.trunc(value);
  return String.fromCharCode(whole >= -(2 ** 31) && whole < 2 ** 31 ? whole & 255 : 0);
}

/** `%s`; without a precision a string of 100 bytes or more ignores the width, as in Lua. */
function text(directive: Directive, value: string): string {
  if (directive.precision === undefined && value.length >= 100) return value;
  const visible = cString(value);
  return padded(directive, directive.precision === undefined ? visible : part(visible, 0, directive.precision), false);
}

function padded(directive: Directive, value: string, zeros: boolean): string {
  if (directive.left) return value.padEnd(directive.width);
  if (!zeros) return value.padStart(directive.width);
  const sign = /^(?:[+ -]|[+-]?0[xX])?/.exec(value)?.[0] ?? '';
  return sign + value.slice(sign.length).padStart(directive.width - sign.length, '0');
}

function withSign(directive: Directive, value: string): string {
  if (value.startsWith('-')) return value;
  return directive.plus ? `+${value}` : directive.space ? ` ${value}` : value;
}

function minimumDigits(directive: Directive, digits: string): string {
  if (directive.precision === 0 && digits === '0') return '';
  return digits.padStart(directive.precision ?? 0, '0');
}

function signedInteger(directive: Directive, value: number): string {
  const integer = BigInt(value === value ? toInteger(value) : -(2 ** 63));
  const digits = minimumDigits(directive, (integer < 0n ? -integer : integer).toString());
  return padded(
    directive,
    withSign(directive, integer < 0n ? `-${digits}` : digits),
    directive.zero && directive.precision === undefined,
  );
}

function unsignedInteger(directive: Directive, value: number): string {
  const integer = toUnsigned(value);
  const base = directive.conversion === 'o' ? 8 : directive.conversion === 'u' ? 10 : 16;
  let digits = minimumDigits(directive, integer.toString(base));
  if (directive.alternate && base === 8 && !digits.startsWith('0')) digits = `0${digits}`;
  if (directive.alternate && base === 16 && integer !== 0n) digits = `0x${digits}`;
  const result = padded(directive, digits, directive.zero && directive.precision === undefined);
  return directive.conversion === 'X' ? result.toUpperCase() : result;
}

function float(directive: Directive, value: number): string {
  const { conversion, alternate } = directive;
  const precision = directive.precision ?? 6;
  const special = nonFiniteText(value);
  const digits =
    special ??
    (conversion === 'f'
      ? formatF(value, precision, alternate)
      : conversion === 'e' || conversion === 'E'
        ? formatE(value, precision, alternate)
        : formatG(value, precision, alternate));
  const result = padded(directive, withSign(directive, digits), directive.zero && special === undefined);
  return conversion === 'E' || conversion === 'G' ? result.toUpperCase() : result;
}

/** Without a function to call for each character: there may be nothing but such ones. */
const escaped = (text: string): string =>
  text
    .replace(/["\\\n]/g, '\\$&')
    .replace(/\r/g, '\\r')
    .replace(/\0/g, '\\000');

/** `%q`: a literal that Lua reads back as the same string. */
function quoted(value: string): string {
  return `"${mapSlices(value, escaped)}"`;
}
