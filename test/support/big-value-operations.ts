import type { SeededRandom } from './seeded-random';

/** One command that changes something. */
export type Operation = readonly [name: string, ...args: string[]];

/** Elements that one bulk command adds. */
const BULK = 700;
/** Different names of fields and members: values grow to about so many elements. */
const NAMES = 6_000;
/** What a string can grow to, bytes. */
const STRING_BYTES = 300_000;

type Make = (random: SeededRandom, key: string) => Operation;

const name = (random: SeededRandom): string => `name:${String(random.below(NAMES))}`;
const word = (random: SeededRandom): string => 'w'.repeat(random.below(40)) + String(random.below(1e6));
const many = (count: number, make: () => readonly string[]): string[] => Array.from({ length: count }, make).flat();
const rank = (random: SeededRandom): string => String(random.below(4_000) - 2_000);

const HASH: readonly Make[] = [
  (random, key) => ['HSET', key, ...many(BULK, () => [name(random), word(random)])],
  (random, key) => ['HSET', key, name(random), word(random)],
  (random, key) => ['HSET', key, name(random), 'l'.repeat(random.below(random.below(20) === 0 ? 30_000 : 100))],
  (random, key) => ['HDEL', key, ...many(1 + random.below(20), () => [name(random)])],
];
const SET: readonly Make[] = [
  (random, key) => ['SADD', key, ...many(BULK, () => [name(random)])],
  (random, key) => ['SADD', key, ...many(BULK, () => [String(random.below(NAMES))])],
  (random, key) => ['SADD', key, name(random)],
  (random, key) => ['SREM', key, ...many(1 + random.below(20), () => [name(random)])],
];
const SORTED_SET: readonly Make[] = [
  (random, key) => ['ZADD', key, ...many(BULK, () => [String(random.below(1_000)), name(random)])],
  (random, key) => ['ZADD', key, String(random.below(1_000) / 8), name(random)],
  (random, key) => ['ZINCRBY', key, '1.5', name(random)],
  (random, key) => ['ZREM', key, name(random), name(random)],
  (random, key) => {
    const from = random.below(2_000);
    return ['ZREMRANGEBYRANK', key, String(from), String(from + random.below(100))];
  },
];
const LIST: readonly Make[] = [
  (random, key) => ['RPUSH', key, ...many(BULK, () => [word(random)])],
  (random, key) => ['LPUSH', key, ...many(BULK, () => [name(random)])],
  (random, key) => ['LPUSH', key, word(random)],
  (random, key) => ['RPOP', key, String(1 + random.below(300))],
  (random, key) => ['LPOP', key],
  (random, key) => ['LSET', key, rank(random), word(random)],
  (random, key) => ['LINSERT', key, 'BEFORE', name(random), word(random)],
  (random, key) => ['LREM', key, String(random.below(5) - 2), name(random)],
  (random, key) => ['LTRIM', key, String(random.below(300)), String(-1 - random.below(300))],
];
const STREAM: readonly Make[] = [
  (random, key) => ['XADD', key, '*', 'field', word(random)],
  (random, key) => ['XADD', key, '*', 'other', word(random), 'field', 'w'.repeat(random.below(2_000))],
  (random, key) => ['XADD', key, 'MAXLEN', String(1_000 + random.below(3_000)), '*', 'field', word(random)],
  (random, key) => ['XGROUP', 'CREATE', key, `group:${String(random.below(2))}`, '0', 'MKSTREAM'],
  (random, key) => [
    'XGROUP',
    'DELCONSUMER',
    key,
    `group:${String(random.below(2))}`,
    `consumer:${String(random.below(9))}`,
  ],
  (random, key) =>
    [
      ...['XREADGROUP', 'GROUP', `group:${String(random.below(2))}`, `consumer:${String(random.below(4))}`],
      ...['COUNT', String(1 + random.below(500)), 'STREAMS', key, random.below(4) === 0 ? '0' : '>'],
    ] as [string, ...string[]],
  (random, key) =>
    [
      ...['XAUTOCLAIM', key, `group:${String(random.below(2))}`, `consumer:${String(random.below(4))}`],
      ...['0', '0', 'COUNT', String(1 + random.below(200))],
    ] as [string, ...string[]],
];
const STRING: readonly Make[] = [
  (random, key) => ['SET', key, word(random).repeat(random.below(6_000))],
  (random, key) => ['SETRANGE', key, String(random.below(STRING_BYTES)), word(random)],
  (random, key) => ['APPEND', key, word(random)],
  (random, key) => ['SETBIT', key, String(random.below(STRING_BYTES * 8)), '1'],
];
const KINDS: readonly [string, readonly Make[]][] = [
  ['hash', HASH],
  ['set', SET],
  ['zset', SORTED_SET],
  ['list', LIST],
  ['stream', STREAM],
  ['string', STRING],
];
const FAR_FUTURE = 4_000_000_000_000;

/** A command on one of a few keys that grow beyond a thousand elements or 64 KB: mostly small changes. */
export function bigValueOperation(random: SeededRandom): Operation {
  const [kind, makes] = KINDS[random.below(KINDS.length)] ?? ['hash', HASH];
  const key = `big:${kind}:${String(random.below(2))}`;
  if (random.below(60) === 0) return wholeKeyOperation(random, kind, key);
  const make = makes[random.below(makes.length)] ?? HASH[0];
  return make === undefined ? ['PING'] : make(random, key);
}

function wholeKeyOperation(random: SeededRandom, kind: string, key: string): Operation {
  const other = `big:${kind}:${String(random.below(3))}`;
  switch (random.below(6)) {
    case 0:
      return ['DEL', key];
    case 1:
      return ['RENAME', key, other];
    case 2:
      return ['COPY', key, other, 'REPLACE'];
    case 3:
      return ['PEXPIREAT', key, String(FAR_FUTURE + random.below(1e9))];
    case 4:
      return ['MOVE', key, '1'];
    default:
      return ['PERSIST', key];
  }
}
