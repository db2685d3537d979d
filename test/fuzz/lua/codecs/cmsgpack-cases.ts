import type { SeededRandom } from '../../../support/seeded-random';
import { bytes, mutated, quote, text, value } from './lua-values';

/** The first byte of every format, the unused one included. */
const TAGS = [
  '\x00',
  '\x7f',
  '\x80',
  '\x81',
  '\x8f',
  '\x90',
  '\x92',
  '\x9f',
  '\xa0',
  '\xa3',
  '\xbf',
  ...Array.from({ length: 32 }, (_, i) => String.fromCharCode(0xc0 + i)),
  '\xe0',
  '\xff',
] as unknown as readonly [string, ...string[]]; // a spread hides that the list starts with an element

const bigEndian = (count: number, size: number): string =>
  Array.from({ length: size }, (_, i) => String.fromCharCode(Math.floor(count / 256 ** (size - 1 - i)) % 256)).join('');

/** A header of one of the sizes a format has: not always the shortest that fits. */
function header(
  random: SeededRandom,
  count: number,
  short: number,
  mostShort: number,
  tags: readonly number[],
): string {
  if (count <= mostShort && random.below(3) > 0) return String.fromCharCode(short | count);
  const at = random.below(tags.length);
  const size = tags.length === 3 ? 1 << at : 2 << at;
  return String.fromCharCode(tags[at] ?? 0) + bigEndian(count, size);
}

/** MessagePack, every format. */
function message(random: SeededRandom, depth = 3): string {
  const some = (count: number): string => Array.from({ length: count }, () => message(random, depth - 1)).join('');
  switch (random.below(depth > 0 ? 10 : 7)) {
    case 0:
      return random.pick(['\xc0', '\xc2', '\xc3']);
    case 1:
      return String.fromCharCode(random.pick([0, 1, 127, 0xe0, 0xff]));
    case 2: {
      const at = random.below(4);
      const edge = random.pick(['\0', '\x7f', '\x80', '\xff']);
      return String.fromCharCode(random.pick([0xcc, 0xd0]) + at) + edge + bytes(random, (1 << at) - 1);
    }
    case 3:
      return `\xca${random.pick([bytes(random, 4), '\x7f\xc0\0\0', '\xff\x80\0\0', '\xff\xc0\0\0', '\0\0\0\x01'])}`;
    case 4:
      return `\xcb${random.pick([bytes(random, 8), '\x7f\xf8\0\0\0\0\0\0', '\xff\xf8\0\0\0\0\0\0', '\x7f\xf0\0\0\0\0\0\0', '\x80\0\0\0\0\0\0\0'])}`;
    case 5:
    case 6: {
      const body = text(random);
      return header(random, body.length, 0xa0, 31, [0xd9, 0xda, 0xdb]) + body;
    }
    case 7:
    case 8: {
      const count = random.below(5);
      return header(random, count, 0x90, 15, [0xdc, 0xdd]) + some(count);
    }
    default: {
      const count = random.below(4);
      return header(random, count, 0x80, 15, [0xde, 0xdf]) + some(count * 2);
    }
  }
}

/** What the unpacking functions are given. */
function input(random: SeededRandom): string {
  const messages = Array.from({ length: random.below(4) }, () => message(random)).join('');
  switch (random.below(8)) {
    case 0:
      return quote(bytes(random, random.below(16)));
    case 1:
      return quote(Array.from({ length: random.below(6) }, () => random.pick(TAGS)).join(''));
    case 2:
    case 3:
    case 4:
      return quote(mutated(random, messages, TAGS));
    case 5:
      if (random.below(4) > 0) return value(random, 1);
      return `string.rep('${random.pick(['\\145', '\\129\\192', '\\129\\001', '\\221\\000\\000\\000\\001'])}', ${String(random.pick([1, 17, 100, 190]))})`;
    default:
      return quote(messages);
  }
}

const position = (random: SeededRandom): string =>
  random.pick(['0', '1', '2', '3', '5', '-1', '100', 'nil', `'1'`, '1.9', '2^31', '2^32 + 1', `'x'`, '{}', '0/0']);

/** Statements that use `cmsgpack`. */
export function cmsgpackCase(random: SeededRandom): string {
  const values = Array.from({ length: random.below(5) === 0 ? random.below(5) : 1 }, () => value(random)).join(', ');
  switch (random.below(10)) {
    case 0:
    case 1:
    case 2:
      return `return cmsgpack.pack(${values})`;
    case 3:
      return `return cmsgpack.unpack(cmsgpack.pack(${values}))`;
    case 4:
      return `return cmsgpack.pack(comparable(cmsgpack.unpack(${input(random)})))`;
    case 5:
      return `local a, b = cmsgpack.unpack_one(${input(random)}${random.pick(['', `, ${position(random)}`])}) return a, b`;
    case 6:
      return `return cmsgpack.unpack_limit(${input(random)}, ${position(random)}${random.pick(['', `, ${position(random)}`])})`;
    case 7:
      return `local r = {cmsgpack.${random.pick(['unpack', 'unpack_one', 'unpack_limit', 'pack'])}(${input(random)})} return r`;
    default:
      return `return cmsgpack.unpack(${input(random)})`;
  }
}
