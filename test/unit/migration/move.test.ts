import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { type App, CacheBackend, createApp } from '../../../src';
import type { RdbWriter } from '../../../src/engine/rdb/rdb-primitives';
import { ConflictError, exportData, importData, type TransferProgress } from '../../../src/migration';
import { RdbFileBuilder } from '../../support/rdb-file';
import { everyOf } from '../../support/slice';

const QUIET = { configFile: false, env: {} } as const;

let app: App;
let backend: CacheBackend;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'respite-move-'));
  app = await createApp({ ...QUIET, config: { mode: 'standalone', log: { level: 'error' } } }).start();
  backend = app.get(CacheBackend);
});
afterEach(async () => {
  await app.stop();
  rmSync(folder, { recursive: true });
});

async function fill(count: number): Promise<void> {
  const pipeline = backend.client.pipeline();
  for (let i = 0; i < count; i++) pipeline.set(`key ${String(i)}`, 'value');
  await pipeline.exec();
}

it('moves from a backend into a directory and back, through a stream', async () => {
  await fill(2000);
  const dataDirectory = join(folder, 'data');
  const through = new PassThrough({ highWaterMark: 1e9 });
  const seen: TransferProgress[] = [];
  const onProgress = (progress: TransferProgress) => seen.push(progress);
  expect(await exportData({ from: { backend }, to: through, format: 'rdb', onProgress })).toMatchObject({ keys: 2000 });
  expect(seen.at(-1)).toMatchObject({ phase: 'writing', keys: 2000, total: 2000 });
  const to = { dataDirectory, ...QUIET };
  expect(await importData({ from: through.end(), to, onProgress })).toMatchObject({ found: 2000, written: 2000 });
  // Nobody sees a directory before all is in it: so nothing is looked for first.
  expect(new Set(seen.map(({ phase }) => phase))).toEqual(new Set(['writing']));
  const file = join(folder, 'keys.ndjson');
  expect(await exportData({ from: to, to: file })).toMatchObject({ format: 'ndjson', keys: 2000 });
  const conflict = importData({ from: file, to: { backend } });
  await expect(conflict).rejects.toBeInstanceOf(ConflictError);
  await expect(conflict).rejects.toMatchObject({ code: 'IMPORT_CONFLICT', count: 2000 });
  await backend.client.flushall();
  seen.length = 0;
  expect(await importData({ from: file, to: { backend }, onProgress })).toMatchObject({ written: 2000 });
  expect(new Set(seen.map(({ phase }) => phase))).toEqual(new Set(['checking', 'writing']));
});

it('a signal ends a transfer; a file is not left half', async () => {
  await fill(3000);
  const interruption = new AbortController();
  const onProgress = () => {
    interruption.abort();
  };
  const options = { signal: interruption.signal, onProgress };
  const file = join(folder, 'keys');
  await expect(exportData({ from: { backend }, to: file, ...options })).rejects.toMatchObject({
    code: 'MIGRATION_INTERRUPTED',
  });
  expect(readdirSync(folder)).toEqual([]);
});

it('what has expired is not written, and does not stand in the way', async () => {
  await backend.client.set('old', 'stays');
  const line = (key: string, ttl: number) => `${JSON.stringify({ key, type: 'string', ttl, value: 'x' })}\n`;
  const from = Readable.from([line('old', 5), line('new', 4_102_444_800_000)]);
  expect(await importData({ from, to: { backend } })).toMatchObject({ found: 2, written: 1, expired: 1, kept: 0 });
  expect(await backend.client.mget('old', 'new')).toEqual(['stays', 'x']);
});

it('a key that is twice in a file is refused, and named', async () => {
  const line = '{"key":"twice","type":"string","value":"x"}\n';
  await expect(importData({ from: Readable.from([line, line]), to: { backend } })).rejects.toMatchObject({
    code: 'IMPORT_CONFLICT',
    message: expect.stringContaining('"twice" in database 0') as string,
  });
});

describe('a file that cannot be taken in', () => {
  const text = (value: string) => (writer: RdbWriter) => {
    writer.string(value);
  };
  /** A module's value: its id, encoding 0, and the end of its parts. */
  const moduleValue = (writer: RdbWriter) => {
    writer.unsigned(0x8000_0000_0000_0000n);
    writer.length(0);
  };
  const good = () => new RdbFileBuilder().bytes(0xfe, 0).key(0, 'good', text('x'));
  const damaged = good().end();
  damaged[damaged.length - 1] = 1;
  const FILES: readonly (readonly [string, Buffer, string, string])[] = [
    ['with a wrong checksum', damaged, 'IMPORT_FILE_INVALID', 'checksum'],
    ['cut off', good().end().subarray(0, -12), 'IMPORT_FILE_INVALID', 'truncated'],
    [
      'with values of modules',
      good().key(7, 'first', moduleValue).key(0, 'late', text('y')).key(7, 'second', moduleValue).end(),
      'IMPORT_NOT_SUPPORTED',
      'has 2 keys that cannot be imported: "first" in database 0',
    ],
    ['with a key twice', good().key(0, 'good', text('y')).end(), 'IMPORT_CONFLICT', '"good" in database 0'],
  ];

  it.each([...everyOf(FILES, { short: 2 })])(
    '%s leaves a new directory and one with data as they were',
    async (_, content, code, message) => {
      const file = join(folder, 'bad.rdb');
      writeFileSync(file, content);
      const [empty, filled] = ['empty', 'filled'].map((name) => ({ dataDirectory: join(folder, name), ...QUIET }));
      if (empty === undefined || filled === undefined) throw new Error('two directories');
      const line = '{"key":"there","type":"string","value":"x"}';
      await importData({ from: Readable.from([line]), to: filled });
      for (const to of [empty, filled]) {
        await expect(importData({ from: file, to })).rejects.toMatchObject({
          code,
          message: expect.stringContaining(message) as string,
        });
      }
      const keys = async (from: typeof filled) => (await exportData({ from, to: new PassThrough() })).keys;
      expect([await keys(empty).catch(() => 0), await keys(filled)]).toEqual([0, 1]);
    },
  );
});

it('sizes that cannot be asked for leave no key out', async () => {
  await fill(700);
  await backend.client.call('ACL', 'SETUSER', 'default', '-memory');
  expect(await exportData({ from: { backend }, to: join(folder, 'keys') })).toMatchObject({ keys: 700 });
});
