import type { SeededRandom } from '../support/seeded-random';

/** The commands that make one value at the key `k`. */
export type Recipe = readonly (readonly string[])[];

/** At most so many words in a command: what the servers get in one piece. */
const BATCH = 200;

/** Random values of one type, of every size and encoding. */
type Cook = (random: SeededRandom) => Recipe;

const COOKS: Readonly<Record<string, Cook>> = {
  string: (random) => [['SET', 'k', element(random)]],
  'integer string': (random) => [['SET', 'k', integer(random)]],
  'long string': (random) => [['SET', 'k', longText(random, 100_000)]],
  bitmap: (random) => times(1 + random.below(20), () => ['SETBIT', 'k', String(random.below(20_000)), '1']),
  hyperloglog: (random) => batches(['PFADD', 'k'], members(random, size(random, 20_000))),
  list: (random) => batches([random.pick(['RPUSH', 'LPUSH']), 'k'], elements(random, size(random))),
  set: (random) => batches(['SADD', 'k'], elements(random, size(random))),
  'set of integers': (random) =>
    batches(
      ['SADD', 'k'],
      times(size(random), () => integer(random)),
    ),
  hash: (random) => batches(['HSET', 'k'], times(size(random), () => [element(random), element(random)]).flat()),
  zset: (random) => batches(['ZADD', 'k'], times(size(random), () => [score(random), element(random)]).flat()),
  'geo index': (random) =>
    batches(
      ['GEOADD', 'k'],
      times(size(random, 300), (i) => [
        String(random.next() * 360 - 180),
        String(random.next() * 170 - 85),
        `place ${String(i)}`,
      ]).flat(),
      3,
    ),
  stream: streamRecipe,
};

/** A random value: its kind, and how to make it. */
export function randomValue(random: SeededRandom): { readonly kind: string; readonly recipe: Recipe } {
  const kinds = Object.keys(COOKS) as [string, ...string[]];
  const kind = random.pick(kinds);
  return { kind, recipe: COOKS[kind]?.(random) ?? [] };
}

/** Random limits, so that values are kept in every encoding. */
export function randomLimits(random: SeededRandom): Recipe {
  const limits: readonly (readonly [string, readonly [string, ...string[]]])[] = [
    ['hash-max-listpack-entries', ['128', '1', '512', '5']],
    ['hash-max-listpack-value', ['64', '1', '5000']],
    ['list-max-listpack-size', ['-2', '-1', '-5', '1', '8', '128']],
    ['list-compress-depth', ['0', '1', '3']],
    ['set-max-intset-entries', ['512', '1', '16', '5000']],
    ['zset-max-listpack-entries', ['128', '1', '512', '5']],
    ['zset-max-listpack-value', ['64', '1', '5000']],
    ['hll-sparse-max-bytes', ['3000', '0', '100', '15999']],
    ['stream-node-max-entries', ['100', '1', '7', '0']],
    ['stream-node-max-bytes', ['4096', '50', '0']],
  ];
  return limits.map(([name, values]) => ['CONFIG', 'SET', name, random.pick(values as [string, ...string[]])]);
}

/** Mostly a few, now and then many. */
function size(random: SeededRandom, most = 3000): number {
  return Math.max(1, Math.floor(most ** random.next()));
}

function times<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

function batches(head: readonly string[], words: readonly string[], unit = 2): string[][] {
  const step = Math.floor(BATCH / unit) * unit;
  return times(Math.ceil(words.length / step), (i) => [...head, ...words.slice(i * step, (i + 1) * step)]);
}

function integer(random: SeededRandom): string {
  const bits = random.below(64);
  const value = (BigInt(random.below(2 ** 31)) << 32n) | BigInt(Math.floor(random.next() * 2 ** 32));
  const cut = value >> BigInt(63 - bits);
  return String(random.below(2) === 0 ? cut : -cut);
}

function longText(random: SeededRandom, most: number): string {
  const length = size(random, most);
  // Some compress well, some not at all.
  const alphabet = random.pick([1, 4, 256]);
  return String.fromCharCode(...times(Math.min(length, 300), () => random.below(alphabet))).repeat(
    Math.ceil(length / 300),
  );
}

function element(random: SeededRandom): string {
  switch (random.below(8)) {
    case 0:
    case 1:
      return integer(random);
    case 2:
      return random.pick([
        '',
        '0',
        '-0',
        '007',
        '1.5',
        ' 1',
        '9223372036854775808',
        '-9223372036854775809',
        '\xff',
        'nan',
      ]);
    case 3:
      return longText(random, 9000);
    default:
      return `element ${String(random.below(1_000_000))}`;
  }
}

const elements = (random: SeededRandom, count: number) => times(count, () => element(random));
const members = (random: SeededRandom, count: number) => times(count, () => String(random.next()));

function score(random: SeededRandom): string {
  switch (random.below(5)) {
    case 0:
      return random.pick(['inf', '-inf', '0', '-0', '1e300', '5e-324', '9007199254740993', '0.1']);
    case 1:
      return integer(random);
    default:
      return String((random.next() - 0.5) * 10 ** random.below(20));
  }
}

/** Entries of equal and of different fields, deleted ones, groups, consumers, and what they have pending. */
function streamRecipe(random: SeededRandom): Recipe {
  const count = size(random, 500);
  const lines: string[][] = [];
  let ms = random.below(1000);
  for (let i = 0; i < count; i++) {
    ms += random.below(3);
    const fields =
      random.below(3) === 0
        ? times(1 + random.below(4), () => [element(random), element(random)]).flat()
        : ['a', element(random), 'b', String(i)];
    lines.push(['XADD', 'k', `${String(ms)}-*`, ...fields]);
  }
  for (let g = random.below(4); g > 0; g--) {
    const group = `group ${String(g)}`;
    lines.push([
      'XGROUP',
      'CREATE',
      'k',
      group,
      random.pick(['0', '$', '5-0']),
      'ENTRIESREAD',
      random.pick(['-1', '3']),
    ]);
    for (let reads = random.below(6); reads > 0; reads--) {
      const consumer = `consumer ${String(random.below(3))}`;
      lines.push(['XREADGROUP', 'GROUP', group, consumer, 'COUNT', String(1 + random.below(50)), 'STREAMS', 'k', '>']);
      lines.push(['XACK', 'k', group, ...times(3, () => `${String(random.below(ms + 1))}-0`)]);
      lines.push([
        'XCLAIM',
        'k',
        group,
        consumer,
        '0',
        `${String(random.below(ms + 1))}-0`,
        'RETRYCOUNT',
        '7',
        'FORCE',
      ]);
    }
    if (random.below(3) === 0) lines.push(['XGROUP', 'CREATECONSUMER', 'k', group, 'idle']);
  }
  for (let i = random.below(20); i > 0; i--)
    lines.push(['XDEL', 'k', `${String(random.below(ms + 1))}-${String(random.below(2))}`]);
  if (random.below(4) === 0) lines.push(['XTRIM', 'k', 'MAXLEN', String(random.below(count))]);
  if (random.below(4) === 0)
    lines.push(['XSETID', 'k', `${String(ms + 1000)}-5`, 'ENTRIESADDED', String(count + 50), 'MAXDELETEDID', '0-1']);
  return lines;
}
