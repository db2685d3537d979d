import { Redis } from 'ioredis';
import { RdbReader, RdbWriter } from '../../src/engine/rdb/rdb-primitives';
import { readValue, writeValue } from '../../src/engine/rdb/rdb-value';
import type { StoredValue } from '../../src/engine/keyspace/entry';
import { HashValue } from '../../src/engine/values/hash';
import { ListValue } from '../../src/engine/values/list';
import { SetValue } from '../../src/engine/values/set';
import { SortedSetValue } from '../../src/engine/values/sorted-set';
import type { Parameters } from '../../src/engine/config/parameters';
import { Engine } from '../../src/engine/engine';
import { startRedisServer, type RedisServer } from '../support/redis-server';

/** Two bytes of version and eight of checksum end every payload of DUMP. */
const FOOTER = Buffer.from([10, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
const WORDS = [
  '',
  'a',
  '0',
  '63',
  '127',
  '128',
  '-1',
  '-4096',
  '4095',
  '-32768',
  '32767',
  '8388607',
  '-8388608',
  '2147483647',
  '-2147483648',
  '9223372036854775807',
  '-9223372036854775808',
  '01',
  '1.5',
  'x'.repeat(63),
  'y'.repeat(64),
  'z'.repeat(4096),
  '\0\xff\r\n',
];
const MANY = Array.from({ length: 3000 }, (_, i) => `element number ${String(i)}`);
const INTEGERS = (largest: bigint) => [-largest, 0n, 5n, largest].map(String);

let server: RedisServer;
let redis: Redis;
let limits: Parameters['limits'];

beforeAll(async () => {
  limits = new Engine().limits;
  server = await startRedisServer();
  redis = new Redis(server.port, server.host);
  await redis.call('DEBUG', 'SET-SKIP-CHECKSUM-VALIDATION', '1');
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const bytes = (text: string) => Buffer.from(text, 'latin1');
const words = (list: readonly string[]) => list.map(bytes);

/** What a value holds, in a form that can be compared. */
function contents(value: StoredValue): unknown {
  if (value instanceof ListValue) return value.slice(0, value.size);
  if (value instanceof SetValue) return value.members().sort();
  if (value instanceof HashValue) return value.pairs();
  if (!(value instanceof SortedSetValue)) throw new TypeError('not a collection of these tests');
  const members: [string, number][] = [];
  value.visit({ start: 0, end: value.size }, false, (name, score) => {
    members.push([name, score]);
  });
  return members;
}

async function dumped(key: string): Promise<StoredValue> {
  const payload = await redis.dumpBuffer(key);
  return readValue(new RdbReader(payload.subarray(0, -FOOTER.length)), limits);
}

async function restored(key: string, body: Buffer): Promise<void> {
  await redis.callBuffer('RESTORE', key, '0', Buffer.concat([body, FOOTER]), 'REPLACE');
}

describe('what Redis dumps, we read', () => {
  beforeEach(() => redis.flushall());

  it.each([
    ['small', WORDS],
    ['many nodes', MANY],
    ['a plain node', ['a', 'p'.repeat(20_000), 'b']],
  ])('a list, %s', async (_, elements) => {
    await redis.rpush('k', ...words(elements));
    expect(contents(await dumped('k'))).toEqual(elements);
  });

  it('a list with a node too large to be packed', async () => {
    await redis.call('DEBUG', 'QUICKLIST-PACKED-THRESHOLD', '100b');
    await redis.rpush('k', 'a', 'p'.repeat(5000), 'b');
    expect(contents(await dumped('k'))).toEqual(['a', 'p'.repeat(5000), 'b']);
  });

  it.each([
    ['16 bits', INTEGERS(32767n)],
    ['32 bits', INTEGERS(2147483647n)],
    ['64 bits', INTEGERS(9223372036854775807n)],
  ])('a set of integers of %s', async (_, members) => {
    await redis.sadd('k', ...members);
    const value = await dumped('k');
    expect((value as SetValue).members()).toEqual(members); // sorted by value, so the order counts too
  });

  it.each([
    ['small', WORDS],
    ['large', MANY],
  ])('a set of texts, %s', async (_, members) => {
    await redis.sadd('k', ...words(members));
    expect(contents(await dumped('k'))).toEqual([...members].sort());
  });

  it.each([
    ['small', WORDS.filter((word) => word.length <= 64)],
    ['large', MANY],
  ])('a hash and a sorted set, %s', async (_, names) => {
    await redis.hset('h', ...names.flatMap((name, i) => [bytes(name), String(i)]));
    await redis.zadd('z', ...names.flatMap((name, i) => [i * 0.1, bytes(name)]));
    await redis.zadd('z', '-inf', 'least', 'inf', 'most');
    const pairs = (contents(await dumped('h')) as string[]).sort();
    expect(pairs).toEqual(names.flatMap((name, i) => [name, String(i)]).sort());
    expect(contents(await dumped('z'))).toEqual([
      ['least', -Infinity],
      ...names.map((name, i) => [name, i * 0.1]),
      ['most', Infinity],
    ]);
  });
});

describe('what we write, Redis restores', () => {
  const written = (value: StoredValue) => {
    const writer = new RdbWriter();
    writeValue(writer, value);
    return Buffer.from(writer.view());
  };

  it.each([
    ['small', WORDS],
    ['large', MANY],
  ])('lists and sets, %s', async (_, elements) => {
    const list = new ListValue();
    for (const element of elements) list.push('right', element);
    await restored('l', written(list));
    expect((await redis.lrangeBuffer('l', 0, -1)).map((each) => each.latin1Slice())).toEqual(elements);
    await restored('s', written(SetValue.of(elements, limits)));
    expect((await redis.smembersBuffer('s')).map((each) => each.latin1Slice()).sort()).toEqual([...elements].sort());
  });

  it('a set of integers stays one', async () => {
    await restored('i', written(SetValue.of(['3', '1', '2'], limits)));
    expect(await redis.object('ENCODING', 'i')).toBe('intset');
  });
});

/** A ziplist as Redis before 7.0 wrote it. */
function ziplist(entries: readonly (readonly number[])[]): Buffer {
  const parts: Buffer[] = [];
  let previous = 0;
  let tail = 10;
  for (const entry of entries) {
    if (parts.length > 0) tail += previous;
    const head = previous < 254 ? Buffer.from([previous]) : Buffer.from([254, previous & 255, previous >> 8, 0, 0]);
    parts.push(Buffer.concat([head, Buffer.from(entry)]));
    previous = head.length + entry.length;
  }
  const body = Buffer.concat(parts);
  const header = Buffer.alloc(10);
  header.writeUInt32LE(10 + body.length + 1, 0);
  header.writeUInt32LE(tail, 4);
  header.writeUInt16LE(entries.length, 8);
  return Buffer.concat([header, body, Buffer.from([255])]);
}

const encoded = (type: number, ...packed: readonly Buffer[]) => {
  const writer = new RdbWriter();
  writer.byte(type);
  if (type === 14) writer.length(packed.length);
  for (const each of packed) writer.string(each.latin1Slice());
  return Buffer.from(writer.view());
};

const text = (word: string) => [word.length, ...bytes(word)];
const LONG = 'w'.repeat(300);
const OLD = ziplist([
  text('word'),
  [0x41, 0x2c, ...bytes(LONG)],
  [0xf1],
  [0xfd],
  [0xfe, 0x80],
  [0xc0, 0x34, 0x12],
  [0xf0, 1, 2, 0x80],
  [0xd0, 1, 2, 3, 4],
  [0xe0, 1, 2, 3, 4, 5, 6, 7, 8],
  [0x80, 0, 0, 0, 2, 104, 105],
]);

describe('what Redis wrote before 7.0, we read as Redis does', () => {
  it.each([
    ['a quicklist of ziplists', encoded(14, OLD, OLD)],
    ['a list in a ziplist', encoded(10, OLD)],
  ])('%s', async (_, payload) => {
    await restored('k', payload);
    const expected = (await redis.lrangeBuffer('k', 0, -1)).map((each) => each.latin1Slice());
    expect(contents(readValue(new RdbReader(payload), limits))).toEqual(expected);
  });

  it('a hash and a sorted set in a ziplist', async () => {
    const hash = encoded(13, ziplist([text('field'), text('value'), text('n'), [0xf3]]));
    await restored('h', hash);
    expect(contents(readValue(new RdbReader(hash), limits))).toEqual(Object.entries(await redis.hgetall('h')).flat());
    const sorted = encoded(12, ziplist([text('a'), text('1.5'), text('b'), [0xf3], text('c'), text('inf')]));
    await restored('z', sorted);
    const pairs = await redis.zrange('z', 0, -1, 'WITHSCORES');
    expect(
      (contents(readValue(new RdbReader(sorted), limits)) as [string, number][]).flatMap(([name, score]) => [
        name,
        score === Infinity ? 'inf' : String(score),
      ]),
    ).toEqual(pairs);
  });
});

describe('damaged packed values are refused, never misread', () => {
  const damaged = [
    ['cut off', encoded(10, OLD.subarray(0, 40))],
    ['without a header', encoded(16, Buffer.alloc(0))],
    ['an empty set', Buffer.from([2, 0])],
    ['an empty quicklist', Buffer.from([18, 0])],
    ['an unknown listpack encoding', Buffer.from([16, 8, 8, 0, 0, 0, 1, 0, 0xf7, 0xff])],
    ['a field without a value', encoded(13, ziplist([text('field')]))],
    ['an unknown intset width', Buffer.from([11, 8, 3, 0, 0, 0, 0, 0, 0, 0])],
    ['an intset that ends too early', Buffer.from([11, 8, 2, 0, 0, 0, 9, 0, 0, 0])],
    ['a score that is none', encoded(12, ziplist([text('a'), text('b')]))],
  ] as const;
  it.each(damaged)('%s', (_, payload) => {
    expect(() => readValue(new RdbReader(payload), limits)).toThrow(
      expect.objectContaining({ name: 'RdbFormatError' }),
    );
  });
});
