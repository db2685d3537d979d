import { RdbFileError } from '../../../../src/engine/rdb/file/errors';
import { RdbFileReader, type RdbFileReaderOptions } from '../../../../src/engine/rdb/file/rdb-file-reader';
import type { RdbItem } from '../../../../src/engine/rdb/file/rdb-item';
import { RdbFileWriter } from '../../../../src/engine/rdb/file/rdb-file-writer';
import { bodyOf, plainValue, type PlainValue } from '../../../../src/engine/rdb/plain-value';
import { readMutatedFiles } from '../../../fuzz/rdb-bytes';
import { oldFile, RdbFileBuilder, ziplist } from '../../../support/rdb-file';
import { slice } from '../../../support/slice';

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(bytes: Buffer, options: RdbFileReaderOptions & { size?: number } = {}): Promise<RdbItem[]> {
  const items: RdbItem[] = [];
  for await (const batch of new RdbFileReader(pieces(bytes, options.size ?? 1000), options).batches())
    items.push(...batch);
  return items;
}

async function trouble(bytes: Buffer, options?: RdbFileReaderOptions): Promise<RdbFileError> {
  const error: unknown = await read(bytes, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof RdbFileError)) throw new Error('it was read', { cause: error });
  return error;
}

const VALUES: Readonly<Record<string, PlainValue>> = {
  text: { type: 'string', value: 'some text that is there, that is there, that is there' },
  number: { type: 'string', value: '12345' },
  list: { type: 'list', elements: Array.from({ length: 2000 }, (_, i) => `element ${String(i)}`) },
  set: { type: 'set', elements: Array.from({ length: 1000 }, (_, i) => `member ${String(i)}`) },
  integers: { type: 'set', elements: ['1', '2', '70000'] },
  hash: { type: 'hash', pairs: Array.from({ length: 1000 }, (_, i) => String(i)) },
  zset: { type: 'zset', members: Array.from({ length: 500 }, (_, i) => [`member ${String(i)}`, i / 7] as const) },
  stream: {
    type: 'stream',
    entries: [
      ['1-1', ['f', 'v']],
      ['18446744073709551615-2', ['g', '1']],
    ],
    lastId: '18446744073709551615-2',
    maxDeletedId: '0-0',
    entriesAdded: 2,
    groups: [
      { name: 'g', lastId: '1-1', entriesRead: 1, consumers: [['c', 5]], pending: [['1-1', 'c', 7, 1]] },
      { name: 'h', lastId: '0-0', entriesRead: null, consumers: [], pending: [] },
    ],
  },
};

function cut(value: PlainValue, most: number): PlainValue {
  return value.type === 'list' || value.type === 'set' ? { ...value, elements: value.elements.slice(0, most) } : value;
}

/** @param most elements of a value */
function written(most = Infinity): Buffer {
  const writer = new RdbFileWriter();
  writer.head({ redisVersion: '7.0.15', time: 5000, timedFields: false });
  writer.library('#!lua name=a\nredis.register_function("f", function() end)');
  for (const [key, value] of Object.entries(VALUES))
    writer.key(key === 'set' ? 3 : 0, key, key === 'hash' ? 5000 : 0, bodyOf(cut(value, most)));
  return writer.end();
}

it('what was written is read, however it arrives', async () => {
  for (const size of [1, 13, 1_000_000]) {
    const [library, ...keys] = await read(written(), { size });
    expect(library).toEqual({ kind: 'function', source: expect.stringContaining('name=a') as string });
    expect(keys.map((item) => 'body' in item && [item.db, item.key, item.expireAt, plainValue(item.body)])).toEqual(
      Object.entries(VALUES).map(([key, value]) => [key === 'set' ? 3 : 0, key, key === 'hash' ? 5000 : 0, value]),
    );
  }
});

it('values that are too large come in parts that make the whole', async () => {
  const items = await read(written(), { partBytes: 300 });
  const together = new Map<string, unknown[]>();
  for (const item of items) {
    if (!('body' in item)) continue;
    const value = plainValue(item.body);
    const parts = together.get(item.key) ?? [];
    expect(item.kind === 'part' ? item.first : true).toBe(parts.length === 0);
    together.set(item.key, [...parts, value]);
  }
  for (const key of ['list', 'set', 'zset']) expect(together.get(key)?.length).toBeGreaterThan(1);
  const elements = together.get('list')?.flatMap((value) => (value as { elements: string[] }).elements);
  expect({ type: 'list', elements }).toEqual(VALUES['list']);
  expect(items.filter((item) => item.kind === 'part' && item.last)).toHaveLength(
    [...together.values()].filter((parts) => parts.length > 1).length,
  );
});

it('a long text comes in parts', async () => {
  const value = Buffer.from(Array.from({ length: 1000 }, (_, i) => (i * 7919) % 251)).latin1Slice();
  const file = new RdbFileBuilder().key(0, 'k', (writer) => {
    writer.length(value.length);
    writer.latin1(value);
  });
  const parts = await read(file.end(), { partBytes: 300, size: 10 });
  expect(parts.map((item) => item.kind)).toEqual(['part', 'part', 'part', 'part']);
  const texts = parts.map((item) => ('body' in item ? (plainValue(item.body) as { value: string }).value : ''));
  expect(texts.join('')).toBe(value);
});

it('reads what Redis 5 and 6 wrote', async () => {
  const items = await read(oldFile());
  const found = Object.fromEntries(
    items.flatMap((item) => ('body' in item ? [[`${String(item.db)} ${item.key}`, plainValue(item.body)]] : [])),
  );
  expect(found).toMatchObject({
    '0 text': { value: 'hello' },
    '0 old list': { elements: ['a', '1'] },
    '0 zset of text scores': {
      members: [
        ['c', -Infinity],
        ['a', 1.5],
        ['b', Infinity],
      ],
    },
    '0 zipmap': { pairs: ['field', 'value', 'g', ''] },
    '0 ziplist': { elements: ['a', 'bc'] },
    '0 intset': { elements: ['1', '5'] },
    '0 zset ziplist': {
      members: [
        ['a', 1],
        ['b', 2.5],
      ],
    },
    '0 hash ziplist': { pairs: ['f', 'v', 'g', 'w'] },
    '0 quicklist': { elements: ['a', 'b', 'c'] },
    '3 stream': {
      entries: [['5-1', ['f', 'v']]],
      groups: [{ name: 'group', pending: [['5-1', 'consumer', 1_700_000_000_000, 3]] }],
    },
  });
  expect(
    items
      .filter((item) => item.kind === 'value')
      .map(({ key, expireAt, idle, frequency }) => [key, expireAt, idle, frequency]),
  ).toEqual(
    expect.arrayContaining([
      ['in seconds', 0x7f000000 * 1000, undefined, undefined],
      ['in milliseconds, idle', 0x3ff_0000_0000, 5, undefined],
      ['old list', 0, undefined, 7],
    ]),
  );
});

describe('a file that is not as it should be', () => {
  it('is refused wherever it ends too early', async () => {
    const bytes = written();
    for (let end = 0; end < bytes.length; end += end < 2000 || end > bytes.length - 50 ? 1 : 97) {
      const { trouble: what } = await trouble(bytes.subarray(0, end));
      expect(what).toBe('truncated');
    }
    expect((await trouble(bytes.subarray(0, 200))).message).toMatch(
      /ends at byte 200, of the key "text" of database 0|ends at byte 200/,
    );
  });

  it('is refused when its checksum is another, unless that is 0 or not looked at', async () => {
    const bytes = written();
    const at = bytes.indexOf('some text') + 2;
    bytes[at] = 0x55;
    expect((await trouble(bytes)).message).toMatch(/checksum/);
    expect(await read(bytes, { checksum: false })).toHaveLength(9);
    bytes.fill(0, bytes.length - 8);
    expect(await read(bytes)).toHaveLength(9);
  });

  it('names the key and the place', async () => {
    const strange = new RdbFileBuilder(11).bytes(0xfe, 2).key(99, 'odd', () => undefined);
    expect(await trouble(strange.end())).toMatchObject({
      trouble: 'unsupported',
      message: 'type 99 is not known (byte 11, of the key "odd" of database 2)',
    });
    const damaged = new RdbFileBuilder(11).key(1, 'odd', (writer) => {
      writer.byte(0xc7);
    });
    expect(await trouble(damaged.end())).toMatchObject({
      trouble: 'damaged',
      message: expect.stringMatching(/at byte \d+, of the key "odd" of database 0$/) as string,
    });
  });

  it.each([
    ['VALKEY080', 'unsupported'],
    ['REDIS0099', 'unsupported'],
    ['REDIS00xx', 'damaged'],
    ['something else', 'damaged'],
  ])('%s', async (text, what) => {
    expect((await trouble(Buffer.from(text))).trouble).toBe(what);
  });

  it('has nothing after its end', async () => {
    expect((await trouble(Buffer.concat([written(), Buffer.from('*1\r\n')]))).message).toMatch(/append-only file/);
  });

  it('claims lengths that nobody believes', async () => {
    const huge = new RdbFileBuilder().bytes(0, 1, 0x6b, 0x81, 0, 0, 1, 0, 0, 0, 0, 0);
    expect((await trouble(huge.end())).message).toMatch(/a string of 1099511627776 bytes/);
    const many = new RdbFileBuilder().bytes(2, 1, 0x6b, 0x81, 0, 0, 1, 0, 0, 0, 0, 0);
    expect((await trouble(many.end())).trouble).toMatch(/truncated|damaged/);
  });
});

/** What a file has for the module type `ReJSON-RL`, encoding 3. */
const REJSON_ID = [0x45, 0xe2, 0x52, 0x38, 0xdf, 0x91, 0x2c, 0x03];

it('keys that cannot be taken in are passed over and named', async () => {
  const file = new RdbFileBuilder(12)
    .bytes(0xf7, 0x81, ...REJSON_ID, 2, 1, 5, 3, 0x61, 0x62, 0x63, 0)
    .key(7, 'of a module', (writer) => {
      for (const byte of [9, 1, 5, 2, 6, 3, 0, 0, 0, 0, 4]) writer.byte(byte);
      writer.doubleLE(1.5);
      writer.byte(5);
      writer.string('data');
      writer.byte(0);
    })
    .key(23, 'small', (writer) => {
      writer.string('listpack');
    })
    .key(22, 'large', (writer) => {
      writer.length(1);
      writer.length(0);
      writer.string('f');
      writer.string('v');
    })
    .packed(10, 'after', ziplist('a'));
  const bytes = file.end();
  const items = await read(bytes, { size: 3 });
  expect(items.map((item) => [item.kind, 'key' in item && item.key, 'what' in item && item.what])).toEqual([
    ['refused', 'of a module', 'the value of a module'],
    ['refused', 'small', expect.stringContaining('release candidate')],
    ['refused', 'large', expect.stringContaining('release candidate')],
    ['value', 'after', false],
  ]);
  const reader = new RdbFileReader(pieces(bytes, 1000));
  for await (const batch of reader.batches()) expect(batch.length).toBeGreaterThan(0);
  expect([...reader.modules]).toEqual(['ReJSON-RL']);
});

/** A slice of the campaign `npm run campaign -- rdb-bytes`. */
const { size: FILES, seed } = slice({ short: 200, long: 3_000, from: 'FUZZ_FILES' });

it(`files with changed bytes are read or refused (FUZZ_SEED=${String(seed)})`, async () => {
  const report = await readMutatedFiles({ seed, files: FILES, sound: [oldFile(), written(20)] });
  expect(report.files).toBe(FILES);
  expect(Object.keys(report.refused).sort()).toEqual(['damaged', 'truncated', 'unsupported', 'value']);
});
