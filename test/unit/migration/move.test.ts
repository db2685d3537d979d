import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { type App, CacheBackend, createApp } from '../../../src';
import { ConflictError, exportData, importData, type TransferProgress } from '../../../src/migration';

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

it('sizes that cannot be asked for leave no key out', async () => {
  await fill(700);
  await backend.client.call('ACL', 'SETUSER', 'default', '-memory');
  expect(await exportData({ from: { backend }, to: join(folder, 'keys') })).toMatchObject({ keys: 700 });
});
