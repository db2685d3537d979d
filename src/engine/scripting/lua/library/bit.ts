import type { LuaFunction } from '../values';
import type { LibraryContext } from './context';

/** The `bit` library (Lua BitOp): signed 32-bit results. */
export function bitLibrary({ state, args: check, plain }: LibraryContext): Record<string, LuaFunction> {
  const double = new Float64Array(1);
  const words = new Int32Array(double.buffer);

  /** A number modulo 2^32: adding 2^52 + 2^51 brings the integer, rounded, to the low word, as BitOp does it. */
  const bits = (args: Parameters<LuaFunction>, index: number): number => {
    const value = check.number(args, index);
    if (value !== value) return 0;
    double[0] = value + 6755399441055744;
    return words[0] ?? 0;
  };

  const fold = (combine: (a: number, b: number) => number): LuaFunction => {
    return (...args) => {
      if (args.length > 16) state.consume(args.length >> 2);
      let result = bits(args, 1);
      for (let i = args.length; i > 1; i--) result = combine(result, bits(args, i));
      return result;
    };
  };

  const shift = (move: (value: number, by: number) => number): LuaFunction => {
    return (...args) => move(bits(args, 1), bits(args, 2) & 31) | 0;
  };

  const tohex: LuaFunction = (...args) => {
    const value = bits(args, 1) >>> 0;
    const digits = args[1] === undefined && args.length < 2 ? 8 : bits(args, 2);
    const count = Math.min(Math.abs(digits), 8);
    const text = value
      .toString(16)
      .padStart(8, '0')
      .slice(8 - count);
    return digits < 0 ? text.toUpperCase() : text;
  };

  const library: Record<string, LuaFunction> = {
    arshift: shift((value, by) => value >> by),
    band: fold((a, b) => a & b),
    bnot: (...args) => ~bits(args, 1),
    bor: fold((a, b) => a | b),
    bswap: (...args) => {
      const value = bits(args, 1);
      return (value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24);
    },
    bxor: fold((a, b) => a ^ b),
    lshift: shift((value, by) => value << by),
    rol: shift((value, by) => (value << by) | (by === 0 ? 0 : value >>> (32 - by))),
    ror: shift((value, by) => (value >>> by) | (by === 0 ? 0 : value << (32 - by))),
    rshift: shift((value, by) => value >>> by),
    tobit: (...args) => bits(args, 1),
    tohex,
  };
  for (const each of Object.values(library)) plain.add(each);
  return library;
}
