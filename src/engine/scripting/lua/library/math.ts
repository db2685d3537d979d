import { toInt } from '../arguments';
import { POSITIVE_NAN } from '../number-text';
import { power } from '../operations';
import { libraryTable, type LibraryContext } from './context';
import type { LuaFunction, LuaValue } from '../values';
import type { LuaTable } from '../table';

const MULTIPLIER = 0x5deece66dn;
const MASK = (1n << 48n) - 1n;

/** The 48-bit linear congruential generator of `drand48`, in the form Redis fixed for its scripts. */
class Random48 {
  /** As drand48 starts without a seed. Scripts that do not seed share one sequence, as on a server. */
  state = 0x1234abcd330en;

  seed(seed: number): void {
    this.state = (BigInt.asUintN(32, BigInt(seed)) << 16n) | 0x330en;
  }

  /** 0 to 2^31 - 1. */
  next(): number {
    this.state = (this.state * MULTIPLIER + 0xbn) & MASK;
    return Number(this.state >> 17n);
  }
}

/** The `math` library. `generator.state` can be put back to repeat a run. */
export function mathLibrary({ state, args: check, plain }: LibraryContext): {
  table: LuaTable;
  generator: { state: bigint };
} {
  const generator = new Random48();

  const random: LuaFunction = (...args) => {
    const fraction = (generator.next() % 2147483647) / 2147483647;
    if (args.length === 0) return fraction;
    if (args.length > 2) return state.fail('wrong number of arguments');
    const low = args.length === 1 ? 1 : check.int(args, 1);
    const high = check.int(args, args.length);
    if (low > high) check.fail(args.length, 'interval is empty');
    return Math.floor(fraction * ((high - low + 1) | 0)) + low;
  };

  const extreme = (pick: (a: number, b: number) => boolean): LuaFunction => {
    return (...args) => {
      if (args.length > 16) state.consume(args.length >> 2);
      let best = check.number(args, 1);
      for (let i = 2; i <= args.length; i++) {
        const value = check.number(args, i);
        if (pick(value, best)) best = value;
      }
      return best;
    };
  };

  const unary = (compute: (x: number) => number): LuaFunction => {
    return (...args) => compute(check.number(args, 1));
  };

  const binary = (compute: (x: number, y: number) => number): LuaFunction => {
    return (...args) => {
      // The second is checked first: so the C compiler ordered it.
      const y = check.number(args, 2);
      return compute(check.number(args, 1), y);
    };
  };

  const fmod = binary((x, y) => x % y);
  const library: Record<string, LuaValue> = {
    abs: unary((x) => (x !== x ? POSITIVE_NAN : Math.abs(x))),
    acos: unary(positiveNan(Math.acos)),
    asin: unary(positiveNan(Math.asin)),
    atan: unary(Math.atan),
    atan2: binary(Math.atan2),
    ceil: unary(Math.ceil),
    cos: unary(Math.cos),
    cosh: unary(Math.cosh),
    deg: unary((x) => x / (Math.PI / 180)),
    exp: unary(Math.exp),
    floor: unary(Math.floor),
    fmod,
    ldexp: binary((x, exponent) => ldexp(x, toInt(exponent))),
    log: unary(Math.log),
    log10: unary(positiveNan(Math.log10)),
    max: extreme((a, b) => a > b),
    min: extreme((a, b) => a < b),
    mod: fmod,
    pow: binary(power),
    rad: unary((x) => x * (Math.PI / 180)),
    random,
    sin: unary(Math.sin),
    sinh: unary(Math.sinh),
    sqrt: unary(Math.sqrt),
    tan: unary(Math.tan),
    tanh: unary(Math.tanh),
  };
  for (const each of Object.values(library)) if (typeof each === 'function') plain.add(each);
  library['pi'] = Math.PI;
  library['huge'] = Infinity;
  library['frexp'] = (...args) => frexp(check.number(args, 1));
  library['modf'] = (...args) => modf(check.number(args, 1));
  library['randomseed'] = (...args) => (generator.seed(check.int(args, 1)), []);
  return {
    table: libraryTable(library),
    generator,
  };
}

/** A function whose domain error is a NaN without a sign, in the C library. */
function positiveNan(compute: (x: number) => number): (x: number) => number {
  return (x) => {
    const result = compute(x);
    return result !== result && x === x ? POSITIVE_NAN : result;
  };
}

function ldexp(x: number, exponent: number): number {
  // In steps: 2^exponent alone may overflow where the product does not.
  let result = x;
  let left = Math.max(-3000, Math.min(3000, exponent));
  while (left > 1000) [result, left] = [result * 2 ** 1000, left - 1000];
  while (left < -1000) [result, left] = [result * 2 ** -1000, left + 1000];
  return result * 2 ** left;
}

function frexp(x: number): LuaValue[] {
  if (x === 0 || !Number.isFinite(x)) return [x, 0];
  let exponent = Math.max(-1023, Math.floor(Math.log2(Math.abs(x))) + 1);
  let mantissa = ldexp(x, -exponent);
  while (Math.abs(mantissa) < 0.5) [mantissa, exponent] = [mantissa * 2, exponent - 1];
  while (Math.abs(mantissa) >= 1) [mantissa, exponent] = [mantissa / 2, exponent + 1];
  return [mantissa, exponent];
}

function modf(x: number): LuaValue[] {
  const whole = Math.trunc(x);
  const fraction = x === whole ? 0 : Math.abs(x - whole);
  // Both parts have the sign of the whole, a zero included.
  return [whole, x < 0 || Object.is(x, -0) ? -fraction : fraction];
}
