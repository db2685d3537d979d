import { toUnsigned } from '../arguments';
import { nanOf, nonFiniteText } from '../number-text';
import { toNumber } from '../operations';
import { endOfRun, indexOfText, part, TextBuilder } from '../texts';
import type { LuaFunction, LuaValue } from '../values';
import { type LibraryContext, MAX_STACK } from './context';

const MAX_INTEGER_SIZE = 32;
const MAX_ALIGNMENT = 8;
const INT_MAX = 2147483647;
const MOST_DIGITS = 10;
const DIGITS = /\d*/y;
const ZEROS = /0*/y;

/** Walks through a format string: what each option takes, where it is aligned. */
class Format {
  isLittle = true;
  #alignment = 1;
  #position = 0;

  constructor(
    private readonly context: LibraryContext,
    private readonly text: string,
  ) {}

  /** The next option and its size in bytes; nothing at the end. */
  next(): { option: string; size: number } | undefined {
    this.context.state.consume(8);
    // C strings end at a NUL.
    const option = this.text.charAt(this.#position);
    if (option === '' || option === '\0') return undefined;
    this.#position++;
    return { option, size: this.#sizeOf(option) };
  }

  #sizeOf(option: string): number {
    switch (option) {
      case 'B':
      case 'b':
      case 'x':
        return 1;
      case 'H':
      case 'h':
        return 2;
      case 'L':
      case 'l':
      case 'T':
      case 'd':
        return 8;
      case 'f':
        return 4;
      case 'c':
        return this.#number(1);
      case 'i':
      case 'I': {
        const size = this.#number(4);
        if (size > MAX_INTEGER_SIZE) {
          this.context.state.fail(`integral size ${String(size)} is larger than limit of ${String(MAX_INTEGER_SIZE)}`);
        }
        return size;
      }
      default:
        return 0;
    }
  }

  #number(fallback: number): number {
    const start = this.#position;
    this.#position = endOfRun(this.text, DIGITS, start);
    if (this.#position === start) return fallback;
    const digits = this.text.slice(endOfRun(this.text, ZEROS, start), this.#position);
    const value = digits.length > MOST_DIGITS ? Infinity : Number(digits);
    if (value > INT_MAX) this.context.state.fail('integral size overflow');
    return value;
  }

  /** How many bytes to leave out so that an option of `size` at `position` is aligned. */
  padding(position: number, option: string, size: number): number {
    if (size === 0 || option === 'c') return 0;
    const unit = Math.min(size, this.#alignment);
    return unit > 1 ? (unit - (position & (unit - 1))) & (unit - 1) : 0;
  }

  /** An option that only changes how the others are read. */
  control(option: string): void {
    switch (option) {
      case ' ':
        break;
      case '>':
        this.isLittle = false;
        break;
      case '<':
        this.isLittle = true;
        break;
      case '!': {
        const alignment = this.#number(MAX_ALIGNMENT);
        if (alignment <= 0 || (alignment & (alignment - 1)) !== 0) {
          this.context.state.fail(`alignment ${String(alignment)} is not a power of 2`);
        }
        this.#alignment = alignment;
        break;
      }
      default:
        this.context.args.fail(1, `invalid format option '${option}'`);
    }
  }
}

/** The `struct` library. */
export function structLibrary(context: LibraryContext): Record<string, LuaFunction> {
  const { state, args: check, plain } = context;

  const pack: LuaFunction = (...given) => {
    // The library pushes a nil behind the arguments: the first missing one is not "no value".
    const args = [...given, undefined];
    const format = new Format(context, check.string(args, 1));
    const result = new TextBuilder();
    let argument = 2;
    for (let step = format.next(); step !== undefined; step = format.next()) {
      const { option, size } = step;
      result.add('\0'.repeat(format.padding(result.length, option, size)));
      switch (option) {
        case 'x':
          result.add('\0');
          break;
        case 'f':
        case 'd':
          result.add(floatBytes(check.number(args, argument++), size, format.isLittle));
          break;
        case 'c':
        case 's': {
          const text = check.string(args, argument++);
          const length = size === 0 ? text.length : size;
          if (text.length < length) check.fail(argument, 'string too short');
          result.add(text.slice(0, length));
          if (option === 's') result.add('\0');
          break;
        }
        default:
          if (isIntegerOption(option)) result.add(integerBytes(check.number(args, argument++), size, format.isLittle));
          else format.control(option);
      }
    }
    return result.text();
  };

  const unpack: LuaFunction = (...args) => {
    const format = new Format(context, check.string(args, 1));
    const data = check.string(args, 2);
    const start = check.optionalInteger(args, 3, 1);
    // An offset is unsigned in C: a negative one is far behind the end.
    if (start === 0) check.fail(3, 'offset must be 1 or greater');
    let position = start - 1;
    const values: LuaValue[] = [];
    const need = (size: number): void => {
      if (size > data.length || position < 0 || position > data.length - size) check.fail(2, 'data string too short');
    };
    for (let step = format.next(); step !== undefined; step = format.next()) {
      const { option } = step;
      let { size } = step;
      position += format.padding(position, option, size);
      need(size);
      if (args.length + values.length + 2 > MAX_STACK) state.fail('stack overflow (too many results)');
      switch (option) {
        case 'x':
          break;
        case 'f':
        case 'd':
          values.push(readFloat(data, position, size, format.isLittle));
          break;
        case 'c':
          if (size === 0) {
            // Text that reads as a number will do.
            const length = toNumber(values.pop());
            if (length === undefined) return state.fail("format 'c0' needs a previous size");
            size = Number(toUnsigned(length));
            need(size);
          }
          values.push(part(data, position, position + size));
          break;
        case 's': {
          const end = indexOfText(data, '\0', position);
          if (end < 0) return state.fail('unfinished string in data');
          values.push(part(data, position, end));
          size = end - position + 1;
          break;
        }
        default:
          if (isIntegerOption(option)) values.push(readInteger(data, position, size, format.isLittle, option));
          else format.control(option);
      }
      position += size;
    }
    // Not `position + 1`: beyond 2^53 that is another number.
    values.push(start + (position - (start - 1)));
    return values;
  };

  const size: LuaFunction = (...args) => {
    const format = new Format(context, check.string(args, 1));
    let position = 0;
    for (let step = format.next(); step !== undefined; step = format.next()) {
      const { option, size: width } = step;
      position += format.padding(position, option, width);
      if (option === 's') check.fail(1, "option 's' has no fixed size");
      if (option === 'c' && width === 0) check.fail(1, "option 'c0' has no fixed size");
      if (!/[0-9A-Za-z]/.test(option)) format.control(option);
      position += width;
    }
    return position;
  };

  plain.add(pack).add(size);
  return { pack, unpack, size };
}

function isIntegerOption(option: string): boolean {
  return 'bBhHlLTiI'.includes(option);
}

/** The low bytes of a number's 64-bit integer; beyond eight bytes, zeros. */
function integerBytes(value: number, size: number, isLittle: boolean): string {
  let bits = toUnsigned(value);
  let bytes = '';
  for (let i = 0; i < size; i++) {
    const byte = String.fromCharCode(Number(bits & 0xffn));
    bytes = isLittle ? bytes + byte : byte + bytes;
    bits = BigInt.asUintN(64, bits) >> 8n;
  }
  return bytes;
}

function readInteger(data: string, position: number, size: number, isLittle: boolean, option: string): number {
  let bits = 0n;
  for (let i = 0; i < size; i++) {
    const at = isLittle ? position + size - 1 - i : position + i;
    bits = BigInt.asUintN(64, (bits << 8n) | BigInt(data.charCodeAt(at)));
  }
  if (option !== option.toLowerCase()) return Number(bits);
  // C shifts by the count modulo 64.
  const mask = BigInt.asUintN(64, ~0n << BigInt((size * 8 - 1) & 63));
  return Number(BigInt.asIntN(64, (bits & mask) === 0n ? bits : bits | mask));
}

function floatBytes(value: number, size: number, isLittle: boolean): string {
  const buffer = Buffer.alloc(size);
  if (value !== value) writeNan(buffer, nonFiniteText(value) === '-nan');
  else if (size === 4) buffer.writeFloatLE(value);
  else buffer.writeDoubleLE(value);
  if (!isLittle) buffer.reverse();
  return buffer.toString('latin1');
}

/** C's NaN, little endian: the payload by which we know its sign stays ours. */
function writeNan(buffer: Buffer, isNegative: boolean): void {
  buffer[buffer.length - 1] = isNegative ? 0xff : 0x7f;
  buffer[buffer.length - 2] = buffer.length === 4 ? 0xc0 : 0xf8;
}

function readFloat(data: string, position: number, size: number, isLittle: boolean): number {
  const buffer = Buffer.from(data.slice(position, position + size), 'latin1');
  if (!isLittle) buffer.reverse();
  const value = size === 4 ? buffer.readFloatLE() : buffer.readDoubleLE();
  return value === value ? value : nanOf(((buffer[size - 1] ?? 0) & 0x80) !== 0);
}
