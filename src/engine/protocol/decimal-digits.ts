/** A positive double in decimal: the digits, as a whole number, times a power of ten. */
export interface DecimalDigits {
  readonly digits: string;
  readonly power: number;
}

/** Where the products have to lie so that their whole part has 32 bits, and ten times the rest 64. */
const LEAST_EXPONENT = -60;
const GREATEST_EXPONENT = -32;

/** The powers of ten that are worked with: each eighth from here on. */
const FIRST_POWER = -348;
const POWERS = 87;
const POWER_STEP = 8;

const HIDDEN_BIT = 1n << 52n;
const HALF = 1n << 63n;
const LOW_64 = 64n;

/** A power of ten with 64 bits: `fraction` times two to the `exponent`. */
interface PowerOfTen {
  readonly fraction: bigint;
  readonly exponent: number;
}

const powers: (PowerOfTen | undefined)[] = [];
const bytes = new DataView(new ArrayBuffer(8));

/**
 * The digits of a positive double as Redis finds them since 7.2, by Grisu2 (Florian Loitsch, "Printing Floating-Point Numbers
 * Quickly and Accurately with Integers"): with 64 bits, so that about one in a thousand has a digit more than it needs.
 */
export function decimalDigits(value: number): DecimalDigits {
  bytes.setFloat64(0, value);
  const bits = bytes.getBigUint64(0);
  const biased = Number(bits >> 52n);
  const stored = bits & (HIDDEN_BIT - 1n);
  const fraction = biased === 0 ? stored : stored | HIDDEN_BIT;
  const exponent = biased === 0 ? -1074 : biased - 1075;
  // Everything is shifted as far as the upper neighbour's half way needs to have 64 bits.
  const shift = biased === 0 ? 64 - fraction.toString(2).length : 11;
  const own = fraction << BigInt(shift);
  const half = 1n << BigInt(shift - 1);
  const isPowerOfTwo = fraction === HIDDEN_BIT;
  const { power, factor } = powerFor(exponent - shift);
  const times = (number: bigint) => (number * factor.fraction + HALF) >> LOW_64;
  // Both ends are drawn in by what the products may be off.
  const upper = times(own + half) - 1n;
  const lower = times(own - (isPowerOfTwo ? half >> 1n : half)) + 1n;
  return digitsBetween(upper, upper - lower, upper - times(own), -(exponent - shift + factor.exponent + 64), -power);
}

/** The power of ten that brings a product into the range. */
function powerFor(exponent: number): { readonly power: number; readonly factor: PowerOfTen } {
  const guess = Math.trunc(-(exponent + POWERS) * Math.log10(2));
  let index = Math.trunc((guess - FIRST_POWER) / POWER_STEP);
  for (;;) {
    const power = FIRST_POWER + index * POWER_STEP;
    const factor = (powers[index] ??= powerOfTen(power));
    const product = exponent + factor.exponent + 64;
    if (product < LEAST_EXPONENT) index += 1;
    else if (product > GREATEST_EXPONENT) index -= 1;
    else return { power, factor };
  }
}

function powerOfTen(power: number): PowerOfTen {
  const whole = 10n ** BigInt(Math.abs(power));
  const length = whole.toString(2).length;
  if (power < 0) {
    const shifted = 1n << BigInt(length + 63);
    return { fraction: (shifted + whole / 2n) / whole, exponent: -(length + 63) };
  }
  const surplus = length - 64;
  if (surplus <= 0) return { fraction: whole << BigInt(-surplus), exponent: surplus };
  return { fraction: (whole + (1n << BigInt(surplus - 1))) >> BigInt(surplus), exponent: surplus };
}

/**
 * As few digits from the upper end on as lead below it by no more than `delta`, then down towards the number itself.
 * @param toNumber how far the number lies below the upper end
 * @param bits of `upper` behind its point
 * @param power of ten that the whole part of `upper` is to be multiplied with
 */
function digitsBetween(upper: bigint, delta: bigint, toNumber: bigint, bits: number, power: number): DecimalDigits {
  const point = BigInt(bits);
  const unit = 1n << point;
  let whole = Number(upper >> point);
  let rest = upper & (unit - 1n);
  let digits = '';
  const append = (digit: number) => {
    if (digit !== 0 || digits !== '') digits += String(digit);
  };
  for (let kappa = 9; kappa >= 0; kappa--) {
    const place = 10 ** kappa;
    append(Math.floor(whole / place));
    whole %= place;
    const left = (BigInt(whole) << point) + rest;
    if (left <= delta)
      return { digits: approached(digits, delta, left, BigInt(place) << point, toNumber), power: power + kappa };
  }
  for (let kappa = -1; ; kappa--) {
    rest *= 10n;
    delta *= 10n;
    toNumber *= 10n;
    append(Number(rest >> point));
    rest &= unit - 1n;
    if (rest < delta) return { digits: approached(digits, delta, rest, unit, toNumber), power: power + kappa };
  }
}

/** Lowers the last digit as long as that comes nearer to the number, and stays above the lower end. */
function approached(digits: string, delta: bigint, rest: bigint, place: bigint, toNumber: bigint): string {
  let last = Number(digits.at(-1));
  while (
    rest < toNumber &&
    delta - rest >= place &&
    (rest + place < toNumber || toNumber - rest > rest + place - toNumber)
  ) {
    last -= 1;
    rest += place;
  }
  return digits.slice(0, -1) + String(last);
}
