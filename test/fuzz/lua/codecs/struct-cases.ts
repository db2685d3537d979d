import type { SeededRandom } from '../../../support/seeded-random';
import { bytes, number, quote, string, text, value } from './lua-values';

const OPTIONS = ['b', 'B', 'h', 'H', 'l', 'L', 'T', 'i', 'I', 'f', 'd', 'x', 's', 'c0', 'c'] as const;
const CONTROLS = ['>', '<', '!', '!1', '!2', '!4', '!8', '!16', ' ', '>!4', '<!8'] as const;
const WRONG = [
  'z',
  '!3',
  '!0',
  '!32',
  'i33',
  'I0',
  'c99',
  'i99999999999',
  '\0',
  'X',
  '=',
  '9',
  'c2147483647',
  'i2147483648',
  'p',
  '@',
] as const;

interface Option {
  readonly text: string;
  /** A value to pack for it; nothing for options that take none. */
  readonly value?: string;
}

function option(random: SeededRandom): Option {
  const choice = random.below(12);
  if (choice === 0 && random.below(3) === 0) return { text: random.pick(WRONG), value: value(random, 0) };
  if (choice <= 2) return { text: random.pick(CONTROLS) };
  const name = random.pick(OPTIONS);
  if (name === 'x') return { text: name };
  if (name === 's' || name === 'c0') return { text: name, value: string(random) };
  if (name === 'c') {
    const length = random.below(5);
    return {
      text: `c${String(length)}`,
      value: quote(bytes(random, random.below(8) === 0 ? random.below(5) : length)),
    };
  }
  const width =
    (name === 'i' || name === 'I') && random.below(2) === 0 ? String(1 + random.below(random.pick([8, 32]))) : '';
  return { text: name + width, value: random.below(15) === 0 ? value(random, 0) : number(random) };
}

const position = (random: SeededRandom): string =>
  random.pick(['1', '2', '3', '4', '9', '0', '-1', 'nil', `'2'`, '1.5', '100', '2^31', '2^53', `'x'`, '0/0']);

/** A size, then as many bytes: what `c0` reads. */
const counted = (random: SeededRandom): string =>
  `struct.unpack('${random.pick(['Bc0', 'bc0', '>hc0', 'dc0', 'fc0', 'sc0', 'c0', 'i4xc0c0', 'BxBc0c0'])}', ${quote(
    random.pick(['\x02', '\0\x02', '\0', '\xff', '2\0', '1e30\0', ' 0x1 \0']) + text(random),
  )})`;

/** Statements that use `struct`. */
export function structCase(random: SeededRandom): string {
  const options = Array.from({ length: random.below(6) }, () => option(random));
  const format = quote(options.map((each) => each.text).join(''));
  const values = options.flatMap((each) => each.value ?? []);
  if (random.below(12) === 0) values.pop();
  const list = values.map((each) => `, ${each}`).join('');
  switch (random.below(9)) {
    case 0:
    case 1:
    case 2:
      return `return struct.pack(${format}${list})`;
    case 3:
      return `return struct.unpack(${format}, struct.pack(${format}${list}))`;
    case 4:
      return `return struct.size(${format})`;
    case 5:
      return `return ${counted(random)}`;
    case 6:
      return `return struct.unpack(${format}, ${quote(bytes(random, random.below(60)))}, ${position(random)})`;
    case 7:
      return `local r = {struct.${random.pick(['pack', 'unpack', 'size'])}(${random.pick([format, value(random, 0)])}, ${value(random, 0)}, ${value(random, 0)})} return r`;
    default:
      return `return struct.unpack(${format}, ${quote(bytes(random, 64))})`;
  }
}
