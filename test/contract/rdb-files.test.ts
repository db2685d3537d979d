import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { RdbFileReader } from '../../src/engine/rdb/file/rdb-file-reader';
import { exportFrom } from '../../src/migration/move';
import { exportTo, openOutputFile, RedisSource, RedisTarget } from '../../src/modules/migration';
import { exchangeRdbFiles } from '../fuzz/rdb-exchange';
import { type EnginePlace, enginePlace, importFile } from '../support/migration-place';
import { oldFile } from '../support/rdb-file';
import { startRedisServer, type RedisServer } from '../support/redis-server';
import { slice } from '../support/slice';

let server: RedisServer;
let redis: Redis;
let place: EnginePlace;
let folder: string;
let dump: string;

beforeAll(async () => {
  server = await startRedisServer();
  redis = new Redis(server.port, server.host);
  const [, dir = ''] = (await redis.config('GET', 'dir')) as string[];
  dump = join(dir, 'dump.rdb');
  folder = mkdtempSync(join(tmpdir(), 'rdb-files-'));
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  await redis.flushall();
  await redis.function('FLUSH');
  place = enginePlace();
});
afterEach(() => place.close());

const digest = (client: Redis) => client.call('DEBUG', 'DIGEST');

/** The server loads a file. */
async function load(file: Buffer): Promise<void> {
  writeFileSync(dump, file);
  await redis.call('DEBUG', 'RELOAD', 'NOSAVE');
}

it('what Redis 5 and 6 wrote is what the server makes of it', async () => {
  const file = join(folder, 'old.rdb');
  writeFileSync(file, oldFile());
  await load(oldFile());
  expect(await importFile(place, file)).toMatchObject({ found: 12, written: 12 });
  expect(await digest(place.client)).toBe(await digest(redis));
  for (const client of [place.client, redis]) await client.select(3);
  const stream = ['XINFO', 'STREAM', 'stream', 'FULL'] as const;
  expect(await place.client.call(...stream)).toEqual(await redis.call(...stream));
  for (const client of [place.client, redis]) await client.select(0);
});

it('what Redis 8 wrote loads in the server after it went through an engine', async () => {
  const file = join(__dirname, '../support/rdb/redis-8.0.2.rdb');
  expect(await importFile(place, file)).toMatchObject({ found: 10, written: 10, functions: 1 });
  // What redis-server 8.0.2 answered to DEBUG DIGEST when it wrote the file.
  expect(await digest(place.client)).toBe('20adab54d87abe21369e370ae47123cf41f9bac0');
  const ours = join(folder, 'from-8.rdb');
  await exportFrom(place, { to: ours, format: 'rdb' });
  await load(readFileSync(ours));
  expect(await digest(redis)).toBe('20adab54d87abe21369e370ae47123cf41f9bac0');
  expect(await redis.function('LIST')).toHaveLength(1);
});

it('deadlines of single fields are refused by the name of the key where the version has none, before anything is written', async () => {
  const from = join(__dirname, '../support/rdb/redis-8.0.2-field-deadlines.rdb');
  const old = enginePlace('7.0');
  await expect(importFile(old, from)).rejects.toMatchObject({
    code: 'IMPORT_NOT_SUPPORTED',
    message: expect.stringContaining('"timedhash" in database 0') as string,
  });
  expect(await old.client.dbsize()).toBe(0);
  await old.close();
  expect(await importFile(place, from, { match: '[^t]*' })).toMatchObject({ found: 9, written: 9, functions: 0 });
});

it('values that come in parts are whole, under their name, with their deadline', async () => {
  const fill = redis.pipeline();
  for (let i = 0; i < 3000; i++) {
    fill.rpush('list', `element ${String(i)}`).hset('hash', `field ${String(i)}`, i);
    fill.sadd('set', `member ${String(i)}`).zadd('zset', i / 7, `member ${String(i)}`);
  }
  fill.set('text', Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * 7919) % 251)));
  fill.set('other', 'x').pexpireat('hash', 4_102_444_800_123);
  await fill.exec();
  await redis.config('SET', 'rdbcompression', 'no');
  await redis.save();
  const target = new RedisTarget(place.client, 'refuse', () => Date.now());
  let parts = 0;
  for await (const batch of new RdbFileReader(createReadStream(dump), { partBytes: 3000 }).batches()) {
    parts += batch.filter(({ kind }) => kind === 'part').length;
    await target.write(batch);
  }
  expect(parts).toBeGreaterThan(50);
  expect(target.written).toBe(6);
  expect(await digest(place.client)).toBe(await digest(redis));
  expect(await place.client.pexpiretime('hash')).toBe(4_102_444_800_123);
});

/** The many are more than are read at once. */
const { size: ELEMENTS } = slice({ short: 3_000, long: 11_000 });

it.each(['rdb', 'ndjson'] as const)('values that are read in parts are whole in the file: %s', async (format) => {
  const fill = place.client.pipeline();
  for (let i = 0; i < ELEMENTS; i++) {
    fill.rpush('list', `element ${String(i)}`).hset('hash', `field ${String(i)}`, i);
    fill.sadd('set', `member ${String(i)}`).zadd('zset', i / 7, `member ${String(i)}`);
  }
  fill.set('text', Buffer.alloc(9_000_000, 'text in two parts ')).xadd('stream', '5-1', 'f', 'v');
  fill.zadd('zset', '-0', 'a', 'inf', 'b', '-inf', 'c').pexpireat('hash', 4_102_444_800_123);
  await fill.exec();
  const source = new RedisSource(place.client, { changes: false, bigBytes: 100 });
  const path = join(folder, `parts.${format}`);
  const output = await openOutputFile(path, false);
  expect(await exportTo(source, output, { format, time: 0, timedFields: false })).toMatchObject({ keys: 6 });
  const expected = await digest(place.client);
  const other = enginePlace();
  try {
    await importFile(other, path);
    expect(await digest(other.client)).toBe(expected);
    expect(await other.client.pexpiretime('hash')).toBe(4_102_444_800_123);
  } finally {
    await other.close();
  }
  if (format === 'ndjson') return;
  await load(readFileSync(path));
  expect(await digest(redis)).toBe(expected);
});

/** A slice of the campaign `npm run campaign -- rdb`. */
const { size: SIZE, seed } = slice({ short: 5, long: 40, from: 'FUZZ_DATASETS' });

it(`random datasets go through files in both directions and stay what they are (FUZZ_SEED=${String(seed)})`, async () => {
  expect((await exchangeRdbFiles({ seed, datasets: SIZE })).datasets).toBe(SIZE);
});
