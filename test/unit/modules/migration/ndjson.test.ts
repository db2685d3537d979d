import { bodyOf, plainValue, type PlainValue } from '../../../../src/engine/rdb/plain-value';
import { endLine, headerLine, linesOf } from '../../../../src/modules/migration/ndjson/ndjson-lines';
import { NdjsonSource } from '../../../../src/modules/migration/ndjson/ndjson-reader';
import type { MovedItem } from '../../../../src/modules/migration/transfer';

async function* pieces(text: string, size: number): AsyncGenerator<Buffer, void, undefined> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string, size = 50): Promise<MovedItem[]> {
  const items: MovedItem[] = [];
  for await (const batch of new NdjsonSource(() => pieces(text, size), 'a.ndjson').batches()) items.push(...batch);
  return items;
}

const item = (key: string, value: PlainValue, expireAt = 0, db = 0): MovedItem => ({
  kind: 'value',
  db,
  key,
  expireAt,
  body: bodyOf(value),
});

const elementsOf = (value: PlainValue) => ('elements' in value ? value.elements : []);

const BYTES = '\0\xff\xfe\n';
const TEXT = Buffer.from('é✓\n"\u0000\u2028').latin1Slice();

const ITEMS: readonly MovedItem[] = [
  { kind: 'function', source: '#!lua name=x\nredis.register_function("é", function() end)' },
  item('text', { type: 'string', value: 'hello' }),
  item(TEXT, { type: 'string', value: TEXT }, 4_102_444_800_123, 15),
  item(BYTES, { type: 'string', value: BYTES }),
  item('list', { type: 'list', elements: ['', BYTES, TEXT, '1'] }),
  item('set', { type: 'set', elements: ['-5', '3'] }),
  item('hash', { type: 'hash', pairs: ['__proto__', '1', BYTES, TEXT] }),
  item('zset', {
    type: 'zset',
    members: [
      ['a', -Infinity],
      ['b', -0],
      ['c', 5e-324],
      ['d', 0.1],
      ['e', 2 ** 60],
      ['f', Infinity],
    ],
  }),
  item('stream', {
    type: 'stream',
    entries: [['1-18446744073709551615', [TEXT, BYTES]]],
    lastId: '18446744073709551615-3',
    maxDeletedId: '0-7',
    entriesAdded: '18446744073709551614',
    groups: [
      {
        name: BYTES,
        lastId: '1-1',
        entriesRead: null,
        consumers: [['c', 1_700_000_000_000]],
        pending: [['1-1', 'c', 5, 3]],
      },
    ],
  }),
];

it('lines say all that there is', async () => {
  const lines = ITEMS.flatMap((one) => (one.kind === 'refused' ? [] : [...linesOf(one)])).join('');
  const text = headerLine(5000) + lines + endLine(8, 1);
  for (const size of [1, 50, 100_000]) expect(await read(text, size)).toEqual(ITEMS);
  expect(lines).toContain(`"ttl":4102444800123,"value":"é✓\\n\\"\\u0000\u2028"`);
  expect(lines).toContain('"key":{"base64":"AP/+Cg=="}');
  expect(lines).toContain('[["a","-inf"],["b","-0"],["c",5e-324],["d",0.1]');
});

it('a large value has several lines, each of which is a part', async () => {
  const elements = Array.from({ length: 25_000 }, (_, i) => `element ${String(i)}`);
  const lines = [...linesOf(item('list', { type: 'list', elements }) as MovedItem & { kind: 'value' })];
  expect(lines).toHaveLength(3);
  const parts = await read(lines.join(''));
  expect(parts.map((part) => part.kind === 'part' && [part.first, part.last])).toEqual([
    [true, false],
    [false, false],
    [false, true],
  ]);
  const read2 = parts.flatMap((part) => ('body' in part ? elementsOf(plainValue(part.body)) : []));
  expect(read2).toEqual(elements);
  await expect(read(lines.slice(0, 2).join(''))).rejects.toMatchObject({
    message: expect.stringContaining('cut off') as string,
  });
});

it('lines that somebody wrote by hand need little', async () => {
  const [found] = await read('\n{"key":"a","type":"string","value":"b"}\r\n');
  expect(found).toEqual(item('a', { type: 'string', value: 'b' }));
});

describe('a line that cannot be used is named', () => {
  const key = (rest: string) => `{"key":"k",${rest}}`;
  it.each([
    ['{"key":', 'it is no JSON'],
    ['[]', 'the line is no object'],
    ['{"type":"string","value":"b"}', '"key" is neither'],
    [key('"type":"text","value":"b"'), '"type" is none of'],
    [key('"type":"string","value":5'), '"value" is neither'],
    [key('"type":"string","value":"\\ud800"'), '"value" is neither'],
    [key('"type":"string","value":{"base64":"*"}'), '"value" is neither'],
    [key('"type":"string","value":"a","db":-1'), '"db" is negative'],
    [key('"type":"string","value":"a","ttl":"soon"'), '"ttl" is no integer'],
    [key('"type":"string","value":"a","ttl":0'), '"ttl" is no moment'],
    [key('"type":"string","value":"a","tll":5'), '"tll" is not known'],
    [key('"type":"list","value":[]'), 'no key holds nothing'],
    [key('"type":"list","value":"a"'), '"value" is no list'],
    [key('"type":"hash","value":[["a"]]'), '1 parts where 2 are expected'],
    [key('"type":"zset","value":[["a","1"]]'), 'a score is neither'],
    [key('"type":"stream","value":{"entries":[["5",["a","b"]]],"lastId":"5-0","entriesAdded":1}'), "'5' is no id"],
    [
      key('"type":"stream","value":{"entries":[["5-1",["a"]]],"lastId":"5-1","entriesAdded":1}'),
      'not a value for each',
    ],
    [
      key('"type":"stream","value":{"entries":[["5-1",["a","b"]]],"lastId":"5-0","entriesAdded":1}'),
      'before that of an entry',
    ],
    ['{"format":"respite-ndjson","version":2}', 'version 2 of the format'],
    ['{"end":true,"keys":1,"functions":0}', 'it says 1 keys'],
    [
      `${key('"type":"list","value":["a"],"more":true')}\n{"key":"j","type":"list","value":["a"]}`,
      'go on with the key',
    ],
    ['{"end":true,"keys":0,"functions":0}\n{"key":"j","type":"list","value":["a"]}', 'follows the line'],
  ])('%s', async (text, message) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'IMPORT_FILE_INVALID',
      message: expect.stringMatching(/^Line \d+ of a\.ndjson cannot be imported: /) as string,
    });
    await expect(read(text)).rejects.toMatchObject({ message: expect.stringContaining(message) as string });
  });
});
