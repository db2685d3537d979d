import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { exportFrom } from '../../src/migration/move';
import { RedisSource, RedisTarget, sourceOf, verify } from '../../src/modules/migration';
import { type EnginePlace, enginePlace, importFile } from '../support/migration-place';
import { ORACLE } from '../support/oracle';
import { type RedisServer, startRedisServer } from '../support/redis-server';

const FAR = 4_102_444_800_123;

let server: RedisServer;
let redis: Redis;
let place: EnginePlace;
let folder: string;

/** A small hash, a large one whose fields fill several lines of a file, and one without deadlines. */
async function fill(client: Redis): Promise<void> {
  const pipeline = client.pipeline().hset('small', 'a', 1, 'b', 2, 'caf\xe9', 3).hset('plain', 'a', 1);
  pipeline.call('HPEXPIREAT', 'small', FAR, 'FIELDS', 2, 'a', 'caf\xe9');
  const fields = Array.from({ length: 12_000 }, (_, i) => `field ${String(i)}`);
  pipeline.hset('large', ...fields.flatMap((field, i) => [field, i]));
  for (let i = 0; i < 12_000; i += 300) {
    const timed = fields.slice(i, i + 100);
    pipeline.call('HPEXPIREAT', 'large', FAR + i, 'FIELDS', timed.length, ...timed);
  }
  await pipeline.exec();
}

/** All fields with their values and deadlines. */
async function look(client: Redis): Promise<object> {
  const seen: Record<string, unknown> = {};
  for (const key of (await client.keys('*')).sort()) {
    const fields = (await client.hkeys(key)).sort();
    seen[key] = [
      await client.hmget(key, ...fields),
      await client.call('HPEXPIRETIME', key, 'FIELDS', fields.length, ...fields),
    ];
  }
  return seen;
}

async function fileOf(from: EnginePlace, format: 'rdb' | 'ndjson'): Promise<string> {
  const path = join(folder, `data.${format}`);
  await exportFrom(from, { to: path, format, force: true });
  return path;
}

async function dump(): Promise<string> {
  const [, dir = ''] = (await redis.config('GET', 'dir')) as string[];
  return join(dir, 'dump.rdb');
}

// The project `redis8` runs it; a server 7.0 has no such deadlines.
(ORACLE === '8.0' ? describe : describe.skip)('deadlines of hash fields', () => {
  beforeAll(async () => {
    server = await startRedisServer({ version: ORACLE });
    redis = new Redis(server.port, server.host);
    folder = mkdtempSync(join(tmpdir(), 'field-times-'));
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    await redis.flushall();
    place = enginePlace('8.0');
  });
  afterEach(() => place.close());

  it('a server loads what was exported, and an engine what the server saved', async () => {
    await fill(place.client);
    const path = await fileOf(place, 'rdb');
    writeFileSync(await dump(), readFileSync(path));
    await redis.call('DEBUG', 'RELOAD', 'NOSAVE');
    expect(await look(redis)).toEqual(await look(place.client));
    await redis.save();
    const other = enginePlace('8.0');
    expect(await importFile(other, await dump())).toMatchObject({ written: 3 });
    expect(await look(other.client)).toEqual(await look(redis));
    await other.close();
  });

  it('a file for Redis 7.0 is one where no field has a deadline', async () => {
    await place.client.hset('plain', 'a', 1);
    expect(readFileSync(await fileOf(place, 'rdb')).latin1Slice(0, 9)).toBe('REDIS0010');
    await place.client.call('HPEXPIREAT', 'plain', FAR, 'FIELDS', 1, 'a');
    expect(readFileSync(await fileOf(place, 'rdb')).latin1Slice(0, 9)).toBe('REDIS0012');
  });

  it('lines of JSON have them, too', async () => {
    await fill(place.client);
    const other = enginePlace('8.0');
    expect(await importFile(other, await fileOf(place, 'ndjson'))).toMatchObject({ written: 3 });
    expect(await look(other.client)).toEqual(await look(place.client));
    await other.close();
  });

  it.each([100, 32 * 1024 * 1024])(
    'moves to a server and back, large ones whole (from %d bytes on)',
    async (bigBytes) => {
      await fill(place.client);
      const back = enginePlace('8.0');
      for (const [from, to] of [[place.client, redis] as const, [redis, back.client] as const]) {
        const target = new RedisTarget(to, 'refuse', () => Date.now());
        for await (const batch of new RedisSource(from, { changes: false, bigBytes }).batches(undefined))
          await target.write(batch);
        expect(await look(to)).toEqual(await look(from));
        const side = (name: string, client: Redis) => ({ name, client, source: sourceOf(client, { changes: false }) });
        const compared = {
          from: { ...side('source', from), refusal: 'EXPORT_FAILED' as const },
          to: { ...side('target', to), refusal: 'IMPORT_REFUSED' as const },
          ...{ toDb: undefined, slackMs: 0, now: () => Date.now(), signal: undefined, onProgress: undefined },
        };
        expect(await verify(compared)).toMatchObject({ compared: 3, expired: 0 });
        await to.call('HPERSIST', 'small', 'FIELDS', 1, 'a');
        await expect(verify(compared)).rejects.toMatchObject({ message: expect.stringContaining('small') as string });
        await to.call('HPEXPIREAT', 'small', FAR, 'FIELDS', 1, 'a');
      }
      await back.close();
    },
  );

  it('fields whose time was over before both sides were read are no difference', async () => {
    const other = enginePlace('8.0');
    await place.client.hset('h', 'a', 1, 'b', 2);
    await place.client.call('HPEXPIREAT', 'h', FAR, 'FIELDS', 1, 'a');
    await other.client.hset('h', 'b', 2);
    await place.client.hset('all', 'a', 1);
    await place.client.call('HPEXPIREAT', 'all', FAR, 'FIELDS', 1, 'a');
    const settings = (now: number) => ({
      from: { name: 'a', client: place.client, source: sourceOf(place.client, {}), refusal: 'EXPORT_FAILED' as const },
      to: { name: 'b', client: other.client, source: sourceOf(other.client, {}), refusal: 'IMPORT_REFUSED' as const },
      ...{ toDb: undefined, slackMs: 0, now: () => now, signal: undefined, onProgress: undefined },
    });
    await expect(verify(settings(FAR - 1))).rejects.toMatchObject({
      message: expect.stringMatching(/2 keys/) as string,
    });
    expect(await verify(settings(FAR))).toMatchObject({ compared: 2 });
    await other.close();
  });

  it.each(['rdb', 'ndjson'] as const)('are refused by name where the version has none: %s', async (format) => {
    await fill(place.client);
    const old = enginePlace('7.0');
    await expect(importFile(old, await fileOf(place, format))).rejects.toMatchObject({
      code: 'IMPORT_NOT_SUPPORTED',
      message: expect.stringContaining('redis.standalone.version') as string,
    });
    expect(await old.client.dbsize()).toBe(0);
    const target = new RedisTarget(old.client, 'refuse', () => Date.now());
    const all = async () => {
      for await (const batch of new RedisSource(place.client).batches(undefined)) await target.write(batch);
    };
    await expect(all()).rejects.toMatchObject({ code: 'IMPORT_NOT_SUPPORTED' });
    await old.close();
  });
});
