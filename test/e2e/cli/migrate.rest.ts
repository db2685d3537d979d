import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startCommand } from '../../support/cli';
import { PrivatePlace, stop } from '../../support/private-place';
import { type RedisServer, startRedisServer } from '../../support/redis-server';
import { SeededRandom } from '../../support/seeded-random';

let place: PrivatePlace;
let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  server = await startRedisServer();
  redis = new Redis(server.port, server.host);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(async () => {
  place = new PrivatePlace();
  await redis.flushall();
});
afterEach(() => place.remove());

const url = (path = '') => `redis://${server.host}:${String(server.port)}${path}`;
const digest = (client: Redis) => client.call('DEBUG', 'DIGEST');

/** What a command answers with `--json`. */
async function answer(...args: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await place.run('migrate', ...args, '--json');
  return JSON.parse(stdout) as Record<string, unknown>; // the command's own words
}

async function fill(client: Redis, count: number): Promise<void> {
  const pipeline = client.pipeline();
  for (let i = 0; i < count; i++) {
    pipeline.set(`text:${String(i)}`, 'value', 'PXAT', 4_102_444_800_000 + i);
    pipeline.hset(`hash:${String(i)}`, 'field', String(i));
  }
  await pipeline.exec();
}

async function withOwner<T>(use: (client: Redis) => Promise<T>): Promise<T> {
  const owner = await place.start();
  const client = new Redis(place.holder().sockets.redis, { retryStrategy: null });
  try {
    return await use(client);
  } finally {
    client.disconnect();
    await stop(owner);
  }
}

it('moves a directory that is in use, and one that is not, and back into both', async () => {
  const before = await withOwner(async (client) => {
    await fill(client, 500);
    const { code, stdout, stderr } = await place.run('migrate', '--to', url(), '--verify');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`Copied 1000 keys from ${place.data} to ${url()}.\nCompared 1000 keys: equal.\n`);
    return digest(client);
  });
  expect(await digest(redis)).toBe(before);
  await redis.flushall();
  expect(await answer('--to', url())).toMatchObject({ copied: { written: 1000 }, to: url() });
  expect(await digest(redis)).toBe(before);
  const again = join(place.cwd, 'again');
  expect(await answer('--from', url(), '--data-dir', again, '--verify')).toMatchObject({
    copied: { written: 1000 },
    verified: { compared: 1000, onlyInTarget: 0 },
  });
  expect(await answer('--to', url(), '--data-dir', again, '--verify-only')).toMatchObject({
    verified: { compared: 1000 },
  });
  await withOwner(async (client) => {
    await client.flushall();
    await place.run('migrate', '--from', url());
    expect(await digest(client)).toBe(before);
  });
});

it('what stands in the way, and what differs, is listed, with exit code 3', async () => {
  await withOwner(async (client) => {
    await fill(client, 2);
    await redis.set('text:1', 'there');
    const refused = await place.run('migrate', '--to', url());
    expect(refused).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining('"text:1" in database 0') as string,
    });
    expect(await redis.dbsize()).toBe(1);
    const compared = await place.run('migrate', '--to', url(), '--skip-existing', '--verify');
    expect(compared).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('"text:1" of database 0 holds something else') as string,
    });
    expect(await answer('--to', url(), '--verify-only')).toMatchObject({
      error: { code: 'MIGRATION_MISMATCH', count: 1, mismatches: [{ db: 0, key: 'text:1', difference: 'value' }] },
    });
    expect(await place.run('migrate', '--to', url(), '--replace', '--verify')).toMatchObject({ code: 0 });
  });
});

it('a database in the URL is one of that side; the configuration may name the server', async () => {
  await withOwner(async (client) => {
    await fill(client, 2);
    expect(await answer('--to', url('/4'), '--db', '0')).toMatchObject({ copied: { written: 4 } });
    expect(await answer('--from', url('/4'), '--to-db', '7', '--verify')).toMatchObject({ copied: { written: 4 } });
    await client.select(7);
    expect(await client.dbsize()).toBe(4);
    expect(await answer('--to', '--set', `redis.url=${url()}`, '--dry-run')).toMatchObject({ copied: { written: 8 } });
  });
});

it.each([
  [['--to', 'redis://x', '--from', 'redis://y'], 'one of both'],
  [[], 'one of both'],
  [['--to', 'redis://x/4'], '--db'],
  [['--from', 'redis://x/4', '--db', '3'], 'Leave one of them out'],
  [['--to', 'mysql://x'], 'names no server'],
  [['--to', 'redis://x', '--rate', 'fast'], 'a number'],
])('%j is a wrong command line', async (args, words) => {
  await withOwner(async () => undefined);
  const wrong = args.map((arg) => arg.replace(/redis:\/\/x/, url()));
  expect(await place.run('migrate', ...wrong)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(words) as string,
  });
});

it('ended at any moment, gently or not, it goes on and all is there', async () => {
  const random = new SeededRandom(11);
  const resume = ['--resume', join(place.cwd, 'state')];
  await withOwner(async (client) => {
    await fill(client, 4000);
    const codes = new Set<number | null>();
    for (let round = 0; round < 6; round++) {
      const args = ['migrate', '--to', url(), '--rate', '4000', '--batch', '20', ...resume];
      const { process: child, ended } = startCommand(args, { cwd: place.cwd, env: { TMPDIR: place.tmp } });
      const from = await redis.dbsize();
      const further = from + 50 + random.below(400);
      while (child.exitCode === null && (await redis.dbsize()) < further) await client.ping();
      child.kill(round % 2 === 0 ? 'SIGINT' : 'SIGKILL');
      codes.add((await ended).code);
    }
    expect(codes).toEqual(new Set([4, null]));
    expect(existsSync(join(place.cwd, 'state'))).toBe(true);
    const report = await answer('--to', url(), '--verify', ...resume);
    expect(report).toMatchObject({ copied: { kept: 0 }, verified: { compared: 8000, onlyInTarget: 0 } });
    expect(await digest(redis)).toBe(await digest(client));
    expect(existsSync(join(place.cwd, 'state'))).toBe(false);
  });
});

it('into a directory that nobody uses, interrupted: nothing, or with a file to go on from what was there', async () => {
  await fill(redis, 2000);
  const interrupted = async (...more: string[]) => {
    const args = ['migrate', '--from', url(), '--rate', '2000', '--batch', '20', ...more];
    const { process: child, ended } = startCommand(args, { cwd: place.cwd, env: { TMPDIR: place.tmp } });
    // It begins to read by SCAN.
    const calls = async () => Number(/cmdstat_scan:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0);
    const before = await calls();
    while ((await calls()) < before + 5) await redis.ping();
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 4 });
  };
  await interrupted();
  await withOwner(async (client) => {
    expect(await client.dbsize()).toBe(0);
  });
  const resume = ['--resume', join(place.cwd, 'state')];
  await interrupted(...resume);
  await withOwner(async (client) => {
    expect(await client.dbsize()).toBeGreaterThan(0);
    expect(await client.dbsize()).toBeLessThan(4000);
  });
  expect(await answer('--from', url(), '--verify', ...resume)).toMatchObject({ verified: { compared: 4000 } });
});
