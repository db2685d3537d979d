import type { SeededRandom } from '../../../support/seeded-random';

/** Random Lua values, as Lua source. */

const SPECIAL_NUMBERS = ['0/0', '1/0', '-1/0', '0', '-0', '0.1', '1/3', '-1/3', '1e15', '1e14', '1e300'] as const;

const DOUBLE = new DataView(new ArrayBuffer(8));

/** A double of random bits, finite or not. */
function anyDouble(random: SeededRandom): string {
  DOUBLE.setUint32(0, random.below(2 ** 32));
  DOUBLE.setUint32(4, random.below(2 ** 32));
  const value = DOUBLE.getFloat64(0);
  return Number.isFinite(value) ? String(value) : '1/0';
}

/** A number near a power of two: where formats and conversions change. */
function boundary(random: SeededRandom): string {
  const offset = random.pick([-2, -1, -0.5, 0, 0, 0.5, 1, 2]);
  return `${random.pick(['', '', '-'])}(2^${String(random.below(66))} + ${String(offset)})`;
}

/** A Lua number. */
export function number(random: SeededRandom): string {
  switch (random.below(8)) {
    case 0:
      return random.pick(SPECIAL_NUMBERS);
    case 1:
    case 2:
      return boundary(random);
    case 3:
      return anyDouble(random);
    case 4:
      return String(Math.fround((random.next() - 0.5) * 2 ** (random.below(60) - 30)));
    case 5:
      return String((random.below(2_000_001) - 1_000_000) / 10 ** random.below(9));
    case 6:
      return `${String(random.below(1000))}.5e${String(random.below(40) - 20)}`;
    default:
      return String(random.below(600) - 300);
  }
}

const PIECES = [
  'a',
  'key',
  '0',
  '"',
  '\\',
  '/',
  '\b',
  '\n',
  '\0',
  '\x01',
  '\x1f',
  '\x7f',
  '\x80',
  '\xff',
  '\xc3\xa9',
  '\xed\xa0\x80',
  '\xf0\x9f\x98\x80',
  '\xe2\x80\xa8',
  '\\u00e9',
  '12',
  ' 5 ',
  '-1',
  '0x10',
] as const;

/** Bytes, one per character. */
export function bytes(random: SeededRandom, length: number): string {
  return Array.from({ length }, () => String.fromCharCode(random.below(256))).join('');
}

/** A short text of what codecs treat in a special way. */
export function text(random: SeededRandom): string {
  if (random.below(6) === 0) return bytes(random, random.below(20));
  return Array.from({ length: random.below(5) }, () => random.pick(PIECES)).join('');
}

/** A string as Lua source. */
export function quote(value: string): string {
  return `'${value.replace(/[^ -~]|['\\]/g, (character) => `\\${String(character.charCodeAt(0)).padStart(3, '0')}`)}'`;
}

/** A Lua string, sometimes of a length where headers change. */
export function string(random: SeededRandom): string {
  if (random.below(12) > 0) return quote(text(random));
  const length = random.pick([15, 16, 31, 32, 33, 255, 256, 257, 65_535, 65_536]);
  return `string.rep(${quote(text(random).slice(0, 1))}, ${String(length)})`;
}

/** Any Lua value that a codec may be given. */
export function value(random: SeededRandom, depth = 3): string {
  const kinds = depth > 0 ? 14 : 10;
  switch (random.below(kinds)) {
    case 0:
      return random.pick(['nil', 'cjson.null', 'print', 'coroutine.create(pcall)']);
    case 1:
      return random.pick(['true', 'false']);
    case 2:
    case 3:
    case 4:
    case 5:
      return number(random);
    case 6:
    case 7:
    case 8:
    case 9:
      return string(random);
    default:
      return table(random, depth);
  }
}

function table(random: SeededRandom, depth: number): string {
  const inner = (): string => value(random, depth - 1);
  const some = (limit: number): string[] => Array.from({ length: random.below(limit) }, inner);
  switch (random.below(9)) {
    case 0:
    case 1:
      return `{${some(5).join(', ')}}`;
    case 2:
    case 3:
      return `{${some(6)
        .map((each) => `[${key(random)}] = ${each}`)
        .join(', ')}}`;
    case 4:
      return `{${[...some(4), `[${key(random)}] = ${inner()}`, ...some(3)].join(', ')}}`;
    case 5:
      return `{${[...some(4), 'nil', inner()].join(', ')}}`;
    case 6:
      return `nest(${String(random.pick([1, 3, 14, 15, 16, 17, 18, 40]))}, ${inner()})`;
    case 7:
      return `fill(${String(random.pick([14, 15, 16, 17, 40, 300]))}, ${inner()})`;
    default:
      return random.pick(['{}', '{{}}', '{{}, {}}', 'loop']);
  }
}

/** A table's key: small integers mostly, so that arrays come out, with holes and without. */
function key(random: SeededRandom): string {
  switch (random.below(8)) {
    case 0:
      return random.pick(['1.5', '0', '-1', 'true', '2^31', '2^31 - 1', '2^53', '1e20', '100', '0.1', '1e100', '-0.5']);
    case 1:
    case 2:
    case 3:
      return quote(text(random));
    default:
      return String(1 + random.below(random.pick([3, 5, 12, 30])));
  }
}

/** A part of `source` changed, left out, put in or cut off: nearly right input. */
export function mutated(random: SeededRandom, source: string, pieces: readonly [string, ...string[]]): string {
  let result = source;
  for (let left = 1 + random.below(2); left > 0; left--) {
    const at = random.below(result.length + 1);
    const piece = random.below(2) === 0 ? bytes(random, 1) : random.pick(pieces);
    const [head, tail] = [result.slice(0, at), result.slice(at)];
    switch (random.below(4)) {
      case 0:
        result = head + piece + tail.slice(1);
        break;
      case 1:
        result = head + tail.slice(1 + random.below(3));
        break;
      case 2:
        result = head + piece + tail;
        break;
      default:
        result = head;
    }
  }
  return result;
}
