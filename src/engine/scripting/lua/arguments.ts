import { NATIVE, position, raise } from './errors';
import { numberToString } from './number-text';
import { LONG } from './meter';
import { toNumber } from './operations';
import type { LuaState } from './state';
import { LuaTable } from './table';
import { FLAT_LENGTH, read } from './texts';
import { type LuaFunction, type LuaValue, typeName } from './values';

/** Reads the arguments of native functions as Lua's C library does, with its errors. Positions are 1-based. */
export class Arguments {
  constructor(private readonly state: LuaState) {}

  /** `bad argument #1 to 'rep' (...)`, the function named as the script named it. */
  fail(index: number, message: string): never {
    const { at } = this.state;
    const match = /^(\w+) '(.*)'$/s.exec(at.what);
    const name = at === NATIVE ? '?' : (match?.[2] ?? '?');
    const isMethod = match?.[1] === 'method';
    if (isMethod && index === 1) return raise(`${position(at)}calling '${name}' on bad self (${message})`, at);
    const shown = isMethod ? index - 1 : index;
    return raise(`${position(at)}bad argument #${String(shown)} to '${name}' (${message})`, at);
  }

  /** `string expected, got nil`. */
  wrongType(args: readonly LuaValue[], index: number, expected: string): never {
    const actual = index > args.length ? 'no value' : typeName(args[index - 1]);
    return this.fail(index, `${expected} expected, got ${actual}`);
  }

  any(args: readonly LuaValue[], index: number): LuaValue {
    if (index > args.length) this.fail(index, 'value expected');
    return args[index - 1];
  }

  string(args: readonly LuaValue[], index: number): string {
    const value = args[index - 1];
    if (typeof value === 'string') {
      // Whatever is done with it takes time by its length.
      if (value.length >= LONG) read(value);
      return value;
    }
    return typeof value === 'number' ? numberToString(value) : this.wrongType(args, index, 'string');
  }

  /** As `string`, for a function that looks at a part of it only. */
  peekedString(args: readonly LuaValue[], index: number): string {
    const value = args[index - 1];
    if (typeof value !== 'string') return this.string(args, index);
    if (value.length >= LONG && value.length < FLAT_LENGTH) this.state.peek(value.length);
    return value;
  }

  optionalString(args: readonly LuaValue[], index: number, fallback: string): string {
    return args[index - 1] === undefined ? fallback : this.string(args, index);
  }

  number(args: readonly LuaValue[], index: number): number {
    const value = args[index - 1];
    return typeof value === 'number' ? value : (toNumber(value) ?? this.wrongType(args, index, 'number'));
  }

  optionalNumber(args: readonly LuaValue[], index: number, fallback: number): number {
    return args[index - 1] === undefined ? fallback : this.number(args, index);
  }

  /** A number cut to a 64-bit integer; what does not fit becomes the smallest, as on x86-64. */
  integer(args: readonly LuaValue[], index: number): number {
    return toInteger(this.number(args, index));
  }

  optionalInteger(args: readonly LuaValue[], index: number, fallback: number): number {
    return args[index - 1] === undefined ? fallback : this.integer(args, index);
  }

  /** A C `int`: the low 32 bits of the integer. */
  int(args: readonly LuaValue[], index: number): number {
    return toInt(this.number(args, index));
  }

  optionalInt(args: readonly LuaValue[], index: number, fallback: number): number {
    return args[index - 1] === undefined ? fallback : this.int(args, index);
  }

  table(args: readonly LuaValue[], index: number): LuaTable {
    const value = args[index - 1];
    return value instanceof LuaTable ? value : this.wrongType(args, index, 'table');
  }

  function(args: readonly LuaValue[], index: number): LuaFunction {
    const value = args[index - 1];
    return typeof value === 'function' ? value : this.wrongType(args, index, 'function');
  }
}

/** A number as C's conversion to 64 bits has it. */
export function toInteger(value: number): number {
  const whole = Math.trunc(value);
  return whole >= -(2 ** 63) && whole < 2 ** 63 ? whole + 0 : -(2 ** 63);
}

/** The low 32 bits of `toInteger(value)`, signed. */
export function toInt(value: number): number {
  return toInteger(value) | 0;
}

/** A double as C's unsigned 64-bit integer on x86-64. */
export function toUnsigned(value: number): bigint {
  if (value !== value) return 1n << 63n;
  const whole = Math.trunc(value);
  if (whole >= 2 ** 63) return whole < 2 ** 64 ? BigInt(whole) : 0n;
  return BigInt.asUintN(64, BigInt(toInteger(whole)));
}
