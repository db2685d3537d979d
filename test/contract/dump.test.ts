import { RdbReader } from '../../src/engine/rdb/rdb-primitives';
import { exchangeDumps } from '../fuzz/dump-exchange';
import { SeededRandom } from '../support/seeded-random';
import { slice } from '../support/slice';
import { RespClient, textOf, type WireReply } from '../support/resp-client';
import { contract, useServers } from './harness';

const servers = useServers();

const ONE = '\x00\xc0\x01\x0a\x00&x\xe7\xb6\xd1\x01\x11\xfc';
const DAMAGED = '\x00\xc0\x02\x0a\x00&x\xe7\xb6\xd1\x01\x11\xfc';

contract('DUMP and RESTORE of a string', [
  ['SET', 'a', 1],
  ['DUMP', 'a'],
  ['DUMP', 'none'],
  ['DUMP'],
  ['RESTORE', 'b', 0, ONE],
  ['GET', 'b'],
  ['RESTORE', 'b', 0, ONE],
  ['RESTORE', 'b', 0, ONE, 'REPLACE'],
  ['RESTORE', 'c', 5000, ONE],
  ['TTL', 'c'],
  ['RESTORE', 'd', 1000, ONE, 'ABSTTL'],
  ['EXISTS', 'd'],
  ['RESTORE', 'b', 1, ONE, 'ABSTTL', 'REPLACE'],
  ['EXISTS', 'b'],
  ['RESTORE', 'e', '4102444800000', ONE, 'ABSTTL'],
  ['PEXPIRETIME', 'e'],
  ['RESTORE', 'f', 0, ONE, 'IDLETIME', 5],
  ['OBJECT', 'IDLETIME', 'f'],
]);

contract('RESTORE refuses what is wrong', [
  ['RESTORE', 'a', 0],
  ['RESTORE', 'a', -1, ONE],
  ['RESTORE', 'a', 'x', ONE],
  ['RESTORE', 'a', 0, ''],
  ['RESTORE', 'a', 0, 'foo'],
  ['RESTORE', 'a', 0, DAMAGED],
  ['RESTORE', 'a', 0, ONE, 'nope'],
  ['RESTORE', 'a', 0, ONE, 'IDLETIME'],
  ['RESTORE', 'a', 0, ONE, 'IDLETIME', -1],
  ['RESTORE', 'a', 0, ONE, 'IDLETIME', 'x'],
  ['RESTORE', 'a', 0, ONE, 'FREQ', 256],
  ['RESTORE', 'a', 0, ONE, 'FREQ', -1],
  ['RESTORE', 'a', 0, ONE, 'IDLETIME', 1, 'FREQ', 1],
  ['SET', 'a', 1],
  ['RESTORE', 'a', 0, DAMAGED],
  ['RESTORE', 'a', -1, DAMAGED, 'REPLACE'],
]);

/** A body with a version and no checksum. */
const unchecked = (body: string) => `${body}\n${'\0'.repeat(9)}`;
const NAN = '\0\0\0\0\0\0\xf8\x7f';

contract('RESTORE refuses a payload without a checksum, and scores that cannot be', [
  ['RESTORE', 'a', 0, unchecked('\0\x01x')],
  ['FUNCTION', 'RESTORE', unchecked('')],
  ['DEBUG', 'SET-SKIP-CHECKSUM-VALIDATION', 1],
  ['RESTORE', 'a', 0, unchecked('\0\x01x')],
  ['RESTORE', 'b', 0, unchecked(`\x05\x01\x01x${NAN}`)],
  ['RESTORE', 'c', 0, unchecked('\x03\x01\x01x\xfd')],
  ['RESTORE', 'd', 0, unchecked('\x03\x02\x01x\x011\x01x\x012')],
  ['EXISTS', 'b', 'c', 'd'],
  ['DEBUG', 'SET-SKIP-CHECKSUM-VALIDATION', 0],
]);

contract(
  'RESTORE REPLACE publishes its own event only',
  [
    ['CONFIG', 'SET', 'notify-keyspace-events', 'KEA'],
    { as: 'subscriber', run: ['PSUBSCRIBE', '__key*'] },
    ['SET', 'k', 'v'],
    ['RESTORE', 'k', 0, ONE, 'REPLACE'],
    ['RESTORE', 'k', 1, ONE, 'REPLACE', 'ABSTTL'],
    ['SET', 'end', 'v'],
    { read: 'subscriber', count: 8 },
    ['CONFIG', 'SET', 'notify-keyspace-events', ''],
  ],
  { wireOnly: 'several connections' },
);

const many = (count: number, each: (i: number) => readonly string[]) =>
  Array.from({ length: count }, (_, i) => each(i)).flat();

/** Values that Redis keeps in different encodings. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  'an integer': ['SET', 'k', '-70000'],
  'a short string': ['SET', 'k', 'hello'],
  'a string that compresses': ['SET', 'k', 'abc'.repeat(2000)],
  'binary data': ['SET', 'k', '\0\xff\r\n\x80'],
  'a list of every kind of element': [
    'RPUSH',
    'k',
    '',
    'b',
    '1',
    '-5',
    '300',
    '-4096',
    '4095',
    '70000',
    '-9000000',
    '9007199254740993',
    'x'.repeat(70),
    'x'.repeat(5000),
  ],
  'a list of several nodes': ['RPUSH', 'k', ...many(3000, (i) => [`element-${String(i)}`])],
  'a list with a large element': ['RPUSH', 'k', 'z'.repeat(20_000), 'q'],
  'a set of small integers': ['SADD', 'k', '1', '2', '-5'],
  'a set of large integers': ['SADD', 'k', '5000000000', '-1', '70000'],
  'a set of strings': ['SADD', 'k', 'a', 'b', 'y'.repeat(5000)],
  'a large set': ['SADD', 'k', ...many(1000, (i) => [`e${String(i)}`])],
  'a small sorted set': ['ZADD', 'k', '1.5', 'a', '2', 'b', 'inf', 'c', '-inf', 'd', '0.1', 'e', '1e300', 'f'],
  'a large sorted set': ['ZADD', 'k', ...many(300, (i) => [String(i / 7), `m${String(i)}`])],
  'a small hash': ['HSET', 'k', 'f', 'v', 'n', '12345', 'empty', ''],
  'a large hash': ['HSET', 'k', ...many(600, (i) => [`f${String(i)}`, `v${String(i)}`])],
};

const READ: Readonly<Record<string, readonly string[]>> = {
  string: ['GET', 'k'],
  list: ['LRANGE', 'k', '0', '-1'],
  set: ['SMEMBERS', 'k'],
  zset: ['ZRANGE', 'k', '0', '-1', 'WITHSCORES'],
  hash: ['HGETALL', 'k'],
};

async function stateOf(client: RespClient): Promise<unknown> {
  const type = textOf(await client.command('TYPE', 'k'));
  const reply = await client.command(...(READ[type] ?? ['GET', 'k']));
  const texts = Array.isArray(reply?.value) ? (reply.value as readonly WireReply[]).map(textOf) : [textOf(reply)];
  const pairs =
    type === 'hash' ? texts.flatMap((text, i) => (i % 2 === 0 ? [`${text}=${texts[i + 1] ?? ''}`] : [])) : texts;
  return {
    type,
    encoding: (await client.command('OBJECT', 'ENCODING', 'k'))?.value,
    value: type === 'set' || type === 'hash' ? [...pairs].sort() : pairs,
  };
}

describe('a DUMP of one server restores on the other', () => {
  for (const [what, fill] of Object.entries(VALUES)) {
    it(what, async () => {
      const clients = [
        await RespClient.open(servers().real.port, 2),
        await RespClient.open(servers().listener.port ?? 0, 2),
      ] as const;
      try {
        const [real, ours] = clients;
        for (const [from, to] of [
          [real, ours],
          [ours, real],
        ] as const) {
          await from.command('FLUSHALL');
          await to.command('FLUSHALL');
          await from.command(...fill);
          const payload = textOf(await from.command('DUMP', 'k'));
          expect(textOf(await to.command('RESTORE', 'k', '0', payload))).toBe('OK');
          expect(await stateOf(to)).toEqual(await stateOf(from));
        }
      } finally {
        for (const client of clients) client.close();
      }
    });
  }
});

/** A slice of the campaign `npm run campaign -- dump`. */
const { size: SIZE, seed } = slice({ short: 60, long: 400, from: 'FUZZ_VALUES' });

it(`random values are the same after DUMP and RESTORE in both directions (FUZZ_SEED=${String(seed)})`, async () => {
  expect((await exchangeDumps({ seed, values: SIZE })).values).toBe(SIZE);
});

/** What is kept alike on both sides is dumped alike; hash tables have an order of their own, texts that compress a coder. */
describe('DUMP answers the bytes Redis answers', () => {
  const SAME = [
    ['SET', 'k', '-70000'],
    ['SET', 'k', '9223372036854775807'],
    ['SET', 'k', '\0\xff\r\n\x80'],
    ['RPUSH', 'k', '', 'b', '1', '-5', '300', '-4096', '4095', '70000', '-9000000', '9007199254740993'],
    ['RPUSH', 'k', ...many(3000, (i) => [randomText(i, 1 + (i % 40))])],
    ['RPUSH', 'k', ...many(20, (i) => [randomText(i, i * 997)])],
    ['SADD', 'k', '1', '2', '-5'],
    ['SADD', 'k', '70000', '-1'],
    ['SADD', 'k', '5000000000', '-1', '70000'],
    ['ZADD', 'k', '1.5', 'a', '2', 'b', 'inf', 'c', '-inf', 'd', '0.1', 'e', '1e300', 'f', '-0', 'g', '4e18', 'h'],
    ['ZADD', 'k', '4611686018427387904', 'a', '4611686018427387905', 'b', '-9007199254740993', 'c', '1e18', 'd'],
    ['ZADD', 'k', ...many(300, (i) => [String(i / 7), `m${String(i)}`])],
    ['HSET', 'k', 'f', 'v', 'n', '12345', 'empty', ''],
    ['XADD', 'k', '5-1', 'f', 'v', 'g', '1'],
  ];

  it.each(SAME.map((line) => [line.slice(0, 4).join(' ').slice(0, 60), line] as const))('%s', async (_, line) => {
    const real = await RespClient.open(servers().real.port);
    const ours = await RespClient.open(servers().listener.port ?? 0);
    try {
      for (const fill of ['-2', '-1', '-5', '1', '7', '128', '0']) {
        const dumps: string[] = [];
        for (const client of [real, ours]) {
          await client.command('FLUSHALL');
          await client.command('CONFIG', 'SET', 'list-max-listpack-size', fill);
          await client.command(...line);
          dumps.push(textOf(await client.command('DUMP', 'k')));
        }
        expect(uncompressed(dumps[1])).toBe(uncompressed(dumps[0]));
      }
    } finally {
      for (const client of [real, ours]) {
        await client.command('CONFIG', 'SET', 'list-max-listpack-size', '-2');
        client.close();
      }
    }
  });

  it('and where it compresses, about as few', async () => {
    const real = await RespClient.open(servers().real.port);
    const ours = await RespClient.open(servers().listener.port ?? 0);
    try {
      for (const line of [
        ['SET', 'k', 'abc'.repeat(2000)],
        ['SET', 'k', JSON.stringify(many(500, (i) => [`user ${String(i)}`, `{"active":${String(i % 3 === 0)}}`]))],
        ['RPUSH', 'k', ...many(3000, (i) => [`element-${String(i)}`])],
        ['HSET', 'k', ...many(100, (i) => [`field:${String(i)}`, `value of ${String(i)}`])],
        ['SADD', 'k', ...many(500, (i) => [String(i)])],
        ['ZADD', 'k', ...many(100, (i) => [String(i / 7), `member ${String(i)}`])],
      ]) {
        const sizes: number[] = [];
        for (const client of [real, ours]) {
          await client.command('FLUSHALL');
          await client.command(...line);
          sizes.push(textOf(await client.command('DUMP', 'k')).length);
        }
        const [theirs = 0, own = Infinity] = sizes;
        expect(own).toBeLessThanOrEqual(theirs * 1.05 + 10);
      }
    } finally {
      for (const client of [real, ours]) client.close();
    }
  });
});

/** Types whose body is one text. */
const ONE_TEXT: readonly (number | undefined)[] = [11, 16, 17];

/** A payload in hex; of packed values, the type and the text that may be compressed. */
function uncompressed(payload = ''): string {
  const bytes = Buffer.from(payload, 'latin1');
  if (!ONE_TEXT.includes(bytes[0])) return bytes.toString('hex');
  return `${String(bytes[0])} ${Buffer.from(new RdbReader(bytes.subarray(1)).string(), 'latin1').toString('hex')}`;
}

/** A text in which nothing is there twice for LZF. */
function randomText(seed: number, length: number): string {
  const random = new SeededRandom(seed);
  return String.fromCharCode(...Array.from({ length }, () => random.below(256)));
}
