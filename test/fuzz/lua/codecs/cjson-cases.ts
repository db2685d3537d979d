import type { SeededRandom } from '../../../support/seeded-random';
import { bytes, mutated, number, quote, text, value } from './lua-values';

const PIECES = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '\\u',
  '\\ud83d',
  '\\ude00',
  '\\u0000',
  '\\x',
  '\0',
  ' ',
  '\t',
  '\v',
  '-',
  '+',
  '.',
  'e',
  '0',
  '0x',
  'nan',
  'inf',
  'tru',
  'true',
  'null',
  'false',
  '/*',
  '\x01',
  '\xef\xbb\xbf',
] as const;

const NUMBERS = [
  '0',
  '-0',
  '01',
  '-01',
  '1.',
  '.5',
  '-.5',
  '+1',
  '1e5',
  '1E+5',
  '1e',
  '1e+',
  '1e400',
  '-1e400',
  '1e-400',
  '5e-324',
  '0x',
  '0x1F',
  '0x1.8p3',
  '0x.8',
  '-0x10',
  '0xg',
  'nan',
  'NaN',
  '-nan',
  'nan(1)',
  'nano',
  'inf',
  '-Infinity',
  'INFINITYX',
  '--1',
  '-',
  '9007199254740993',
  '18446744073709551616',
  '123456789012345678901234567890',
  '0.1000000000000000055511151231257827',
  '1e1e1',
  '1.2.3',
  '00',
  '0.0',
  '1_000',
] as const;

const STRINGS = [
  '\\u0041',
  '\\u00e9',
  '\\u20AC',
  '\\ud83d\\ude00',
  '\\ud83d',
  '\\ude00',
  '\\ud83dx',
  '\\ud83d\\n',
  '\\ud83d\\u0041',
  '\\u12',
  '\\u12g4',
  '\\uFFFF',
  '\\u0000',
  '\\u007f',
  '\\u0080',
  '\\u07ff',
  '\\u0800',
  '\\n\\t\\r\\b\\f',
  '\\/',
  '\\\\',
  '\\"',
  '\\a',
  '\\',
  '\n',
  '\x01',
  '\0',
  '\x7f',
  '\xff',
  'abc',
] as const;

function jsonString(random: SeededRandom): string {
  return `"${Array.from({ length: random.below(4) }, () => random.pick(STRINGS)).join('')}"`;
}

function jsonNumber(random: SeededRandom): string {
  switch (random.below(4)) {
    case 0:
      return random.pick(NUMBERS);
    case 1:
      return String(random.below(2000) - 1000);
    case 2:
      return `${String(random.below(1e6))}.${String(random.below(1e9))}e${String(random.below(700) - 350)}`;
    default:
      return String((random.next() - 0.5) * 10 ** (random.below(40) - 20));
  }
}

const space = (random: SeededRandom): string =>
  random.below(6) > 0 ? '' : random.pick([' ', '\t', '\n', '\r', '\f', '\v']);

/** JSON, or what lua-cjson takes for it. */
function json(random: SeededRandom, depth = 3): string {
  const part = (write: () => string): string => space(random) + write() + space(random);
  const list = (write: () => string): string => Array.from({ length: random.below(4) }, () => part(write)).join(',');
  switch (random.below(depth > 0 ? 8 : 4)) {
    case 0:
      return random.pick(['true', 'false', 'null', 'truex', 'NULL']);
    case 1:
      return jsonString(random);
    case 2:
    case 3:
      return jsonNumber(random);
    case 4:
    case 5:
      return `[${list(() => json(random, depth - 1))}]`;
    default:
      return `{${list(() => `${random.below(3) > 0 ? `"${random.pick(['a', 'b', '1', ''])}"` : jsonString(random)}${space(random)}:${json(random, depth - 1)}`)}}`;
  }
}

/** What `cjson.decode` is given. */
function input(random: SeededRandom): string {
  switch (random.below(10)) {
    case 0:
      return quote(bytes(random, random.below(12)));
    case 1:
      return quote(Array.from({ length: random.below(8) }, () => random.pick(PIECES)).join(''));
    case 2: {
      const depth = String(random.pick([1, 5, 998, 999, 1000, 1001, 1002]));
      const [open, close] = random.pick([
        ['[', ']'],
        ['{"a":', '}'],
        ['[{"a":', '}]'],
        ['[', ''],
      ]);
      return `(string.rep('${open}', ${depth}) .. ${quote(json(random, 0))} .. string.rep('${close}', ${depth}))`;
    }
    case 3:
    case 4:
    case 5:
      return quote(mutated(random, json(random), PIECES));
    case 6:
      return random.below(3) > 0 ? quote(text(random)) : value(random, 1);
    default:
      return quote(space(random) + json(random) + space(random));
  }
}

const SETTINGS = [
  'encode_sparse_array',
  'encode_max_depth',
  'decode_max_depth',
  'encode_number_precision',
  'encode_keep_buffer',
  'encode_invalid_numbers',
  'decode_invalid_numbers',
] as const;

/** An argument of a setting: mostly one that some setting takes. */
const setting = (random: SeededRandom): string =>
  random.below(5) === 0
    ? value(random, 0)
    : random.pick([
        'true',
        'false',
        `'on'`,
        `'off'`,
        `'null'`,
        'nil',
        '0',
        '1',
        '2',
        '3',
        '5',
        '13',
        '14',
        '15',
        '1000',
        `'4'`,
        '2.7',
        '-1',
        `'x'`,
        '2^31',
        '2^32 + 5',
      ]);

function configured(random: SeededRandom): string {
  const calls = Array.from({ length: 1 + random.below(2) }, () => {
    const args = Array.from({ length: random.below(10) === 0 ? 4 : random.below(3) }, () => setting(random));
    return `record(pcall(cjson.${random.pick(SETTINGS)}${args.map((each) => `, ${each}`).join('')}))`;
  });
  const uses = Array.from({ length: 2 }, () => {
    const use = random.below(3);
    if (use === 0) return `record(pcall(cjson.decode, ${input(random)}))`;
    return `record(pcall(cjson.encode, ${use === 1 ? number(random) : bounded(random)}))`;
  });
  return `${calls.join(' ')} ${uses.join(' ')} defaults()`;
}

/** A table without keys so large that, made an array regardless, it fills the memory. */
function bounded(random: SeededRandom): string {
  const items = Array.from({ length: random.below(4) }, () => {
    const position = 1 + random.below(random.pick([5, 12, 60]));
    return `[${String(position)}] = ${value(random, 0)}`;
  });
  return `{${items.join(', ')}}`;
}

/** Statements that use `cjson`. */
export function cjsonCase(random: SeededRandom): string {
  switch (random.below(12)) {
    case 0:
      return configured(random);
    case 1:
      return `local c = cjson.new() record(c.encode_max_depth(${setting(random)})) return c.encode(${value(random)})`;
    case 2:
      return `return cjson.encode(cjson.decode(${input(random)}))`;
    case 3:
      return `return cjson.decode(cjson.encode(${value(random)}))`;
    case 4:
      return `local r = cjson.${random.pick(['encode', 'decode'])}(${value(random, 1)}${random.pick(['', '', `, ${value(random, 0)}`])}) return r`;
    case 5:
    case 6:
    case 7:
      return `return cjson.encode(${value(random)})`;
    default:
      return `return cjson.decode(${input(random)})`;
  }
}
