import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { type App, CacheBackend, createApp } from '../../src';
import { migrate, type MigrateOptions, MismatchError } from '../../src/migration';
import { type RedisServer, startRedisServer } from '../support/redis-server';
import { startRedisCluster } from '../support/redis-cluster';
import { startSentinelTrio } from '../support/redis-sentinel';
import { SeededRandom } from '../support/seeded-random';
import { slice } from '../support/slice';

const QUIET = { configFile: false, env: {} } as const;

let server: RedisServer;
let redis: Redis;
let app: App;
let backend: CacheBackend;
let folder: string;

const standalone = () => createApp({ ...QUIET, config: { mode: 'standalone', log: { level: 'error' } } }).start();

beforeAll(async () => {
  server = await startRedisServer();
  redis = new Redis(server.port, server.host);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(async () => {
  await redis.call('CONFIG', 'SET', 'maxmemory', '0');
  await redis.flushall();
  await redis.function('FLUSH');
  folder = mkdtempSync(join(tmpdir(), 'respite-migrate-'));
  app = await standalone();
  backend = app.get(CacheBackend);
});
afterEach(async () => {
  await app.stop();
  rmSync(folder, { recursive: true });
});

const url = () => `redis://${server.host}:${String(server.port)}`;
const there = () => ({ url: url(), ...QUIET });
const outwards = (options: Partial<MigrateOptions> = {}) => migrate({ from: { backend }, to: there(), ...options });
const inwards = (options: Partial<MigrateOptions> = {}) => migrate({ from: there(), to: { backend }, ...options });
const digest = (client: Redis) => client.call('DEBUG', 'DIGEST');

/** Something of every type, in two databases, encoded compactly and not. */
const KEYS: readonly (readonly string[])[] = [
  ['SET', 'text', 'hello'],
  ['SET', 'number', '12345'],
  ['SET', 'timed', 'x', 'PXAT', '4102444800123'],
  ['SET', 'binary \u00ff\u0000', '\u00ff\u0000'],
  ['RPUSH', 'list', 'a', '1', 'b'],
  ['HSET', 'hash', 'f', 'v', 'long', 'x'.repeat(200)],
  ['SADD', 'numbers', '1', '2', '70000'],
  ['SADD', 'words', 'a', 'b', '1'],
  ['ZADD', 'zset', '1.5', 'a', '-inf', 'b', '3', 'c'],
  ['PFADD', 'hll', 'a', 'b'],
  ['XADD', 'stream', '5-1', 'f', 'v'],
  ['XADD', 'stream', '5-2', 'f', 'w'],
  ['XGROUP', 'CREATE', 'stream', 'group', '0'],
  ['XREADGROUP', 'GROUP', 'group', 'consumer', 'STREAMS', 'stream', '>'],
  ['XACK', 'stream', 'group', '5-1'],
  ['XDEL', 'stream', '5-1'],
  ['FUNCTION', 'LOAD', '#!lua name=lib\nredis.register_function("f", function() return 1 end)'],
];

async function fill(client: Redis): Promise<void> {
  for (const [name = '', ...args] of KEYS) await client.call(name, ...args);
}

/** Further keys of all types, by chance. */
async function fillRandomly(client: Redis, count: number, seed: number): Promise<void> {
  const random = new SeededRandom(seed);
  const pipeline = client.pipeline();
  for (let i = 0; i < count; i++) {
    const key = `random:${String(i)}`;
    const words = Array.from({ length: 2 + random.below(6) }, () => `word ${String(random.below(50))}`);
    const flat = words.flatMap((word, at) => [word, String(at)]);
    const kind = random.below(5);
    if (kind === 0) pipeline.set(key, words.join());
    else if (kind === 1) pipeline.rpush(key, ...words);
    else if (kind === 2) pipeline.sadd(key, ...words);
    else if (kind === 3) pipeline.hset(key, ...flat);
    else pipeline.zadd(key, ...words.flatMap((word, at) => [at, word]));
    if (random.below(4) === 0) pipeline.pexpireat(key, 4_102_444_800_000 + i);
  }
  await pipeline.exec();
}

it('all goes to a Redis and comes back the same, and is proven to be', async () => {
  const { client } = backend;
  await fill(client);
  await fillRandomly(client, 2000, 1);
  const other = backend.connection('commands');
  await other.select(3);
  await other.set('other', 'database');
  const before = await digest(client);
  const total = 2000 + 12;
  expect(await outwards({ verify: true })).toMatchObject({
    copied: { found: total, written: total, kept: 0, expired: 0, functions: 1 },
    verified: { compared: total, expired: 0, onlyInTarget: 0 },
  });
  expect(await digest(redis)).toBe(before);
  expect(await redis.pexpiretime('timed')).toBe(4_102_444_800_123);
  expect(await redis.call('XPENDING', 'stream', 'group')).toMatchObject([1, '5-2', '5-2', [['consumer', '1']]]);
  await client.flushall();
  await client.function('FLUSH');
  expect(await inwards({ verify: true })).toMatchObject({ copied: { written: total, functions: 1 } });
  expect(await digest(client)).toBe(before);
  expect(await client.fcall('f', 0)).toBe(1);
});

describe('what is there already', () => {
  beforeEach(async () => {
    await backend.client.mset('a', 'new', 'b', 'new', 'c', 'new');
    await redis.mset('a', 'old', 'x', 'old');
  });

  it('stops the move before anything is written, and is listed', async () => {
    await expect(outwards()).rejects.toMatchObject({
      code: 'IMPORT_CONFLICT',
      count: 1,
      conflicts: [{ db: 0, key: 'a' }],
    });
    expect(await redis.mget('a', 'b')).toEqual(['old', null]);
  });

  it('stays, or is replaced, when that was asked for', async () => {
    expect(await outwards({ existing: 'skip', dryRun: true })).toMatchObject({ copied: { written: 2, kept: 1 } });
    expect(await redis.exists('b')).toBe(0);
    expect(await outwards({ existing: 'skip' })).toMatchObject({ copied: { written: 2, kept: 1 } });
    expect(await redis.mget('a', 'b', 'x')).toEqual(['old', 'new', 'old']);
    const unequal = outwards({ verify: 'only' });
    await expect(unequal).rejects.toBeInstanceOf(MismatchError);
    await expect(unequal).rejects.toMatchObject({ mismatches: [{ db: 0, key: 'a', difference: 'value' }], count: 1 });
    expect(await outwards({ existing: 'replace', verify: true })).toMatchObject({
      copied: { written: 3, kept: 0 },
      verified: { compared: 3, onlyInTarget: 1 },
    });
  });
});

it('a comparison names what is missing, differs, or lives longer', async () => {
  await fill(backend.client);
  await outwards();
  const code = '#!lua name=lib\nredis.register_function("f", function() return 2 end)';
  await redis.call('FUNCTION', 'LOAD', 'REPLACE', code);
  await redis.del('text');
  await redis.lset('list', 0, 'changed');
  await redis.pexpireat('timed', 4_102_444_800_124);
  await redis.xack('stream', 'group', '5-2');
  await expect(outwards({ verify: 'only' })).rejects.toMatchObject({
    code: 'MIGRATION_MISMATCH',
    count: 5,
    mismatches: expect.arrayContaining([
      { library: 'lib', difference: 'value' },
      { db: 0, key: 'text', difference: 'missing' },
      { db: 0, key: 'list', difference: 'value' },
      { db: 0, key: 'timed', difference: 'deadline' },
      { db: 0, key: 'stream', difference: 'value' },
    ]) as unknown,
  });
});

it('the same in another encoding, and in another order, is the same', async () => {
  const members = Array.from({ length: 300 }, (_, i) => `member ${String(i)}`);
  await backend.client.sadd('set', ...members);
  await backend.client.hset('hash', ...members);
  await backend.client.rpush('list', ...members);
  await redis.sadd('set', ...[...members].reverse());
  await redis.config('SET', 'hash-max-listpack-entries', '1000');
  await redis.hset('hash', ...members);
  await redis.rpush('list', ...members.slice(1));
  await redis.lpush('list', members[0] ?? '');
  expect(await outwards({ verify: 'only' })).toMatchObject({ verified: { compared: 3 } });
  await redis.config('SET', 'hash-max-listpack-entries', '128');
});

it('keys of one database, and of a pattern, go to another database', async () => {
  await backend.client.mset('user:1', 'a', 'user:2', 'b', 'other', 'c');
  const options = { db: 0, toDb: 5, match: 'user:*', verify: true };
  expect(await outwards(options)).toMatchObject({ copied: { written: 2 }, verified: { compared: 2, onlyInTarget: 0 } });
  const client = redis.duplicate({ db: 5 });
  expect((await client.keys('*')).sort()).toEqual(['user:1', 'user:2']);
  client.disconnect();
  await expect(outwards({ toDb: 5 })).rejects.toMatchObject({ code: 'MIGRATION_OPTIONS_INVALID' });
  const far = backend.connection('commands');
  await far.select(15);
  await far.set('far', 'away');
  await redis.flushall();
  const small = await startRedisServer({ args: ['--databases', '4'] });
  const to = { url: `redis://${small.host}:${String(small.port)}`, ...QUIET };
  await expect(outwards({ to })).rejects.toMatchObject({
    code: 'IMPORT_REFUSED',
    message: expect.stringContaining('no database 15') as string,
  });
  const untouched = new Redis(small.port, small.host);
  expect(await untouched.dbsize()).toBe(0);
  untouched.disconnect();
  await small.stop();
});

it('a server that does not know PEXPIRETIME tells deadlines to a few milliseconds', async () => {
  const old = await startRedisServer({ args: ['--rename-command', 'PEXPIRETIME', ''] });
  const client = new Redis(old.port, old.host);
  try {
    await client.set('timed', 'x', 'PXAT', 4_102_444_800_123);
    await client.set('forever', 'x');
    const from = { url: `redis://${old.host}:${String(old.port)}`, ...QUIET };
    expect(await inwards({ from, verify: true })).toMatchObject({ copied: { written: 2 }, verified: { compared: 2 } });
    const deadline = await backend.client.pexpiretime('timed');
    expect(Math.abs(deadline - 4_102_444_800_123)).toBeLessThanOrEqual(5);
    expect(await backend.client.pexpiretime('forever')).toBe(-1);
  } finally {
    client.disconnect();
    await old.stop();
  }
});

describe('interrupted, and gone on', () => {
  const resumeFile = () => join(folder, 'state');

  /** Ends a move after so many keys. */
  async function interrupted(
    move: (options: Partial<MigrateOptions>) => Promise<unknown>,
    keys: number,
  ): Promise<void> {
    const interruption = new AbortController();
    const onProgress = ({ phase, keys: done }: { phase: string; keys: number }) => {
      if (phase === 'writing' && done >= keys) interruption.abort();
    };
    await expect(
      move({ resumeFile: resumeFile(), batch: 50, signal: interruption.signal, onProgress }),
    ).rejects.toMatchObject({ code: 'MIGRATION_INTERRUPTED' });
    expect(existsSync(resumeFile())).toBe(true);
  }

  it.each(['outwards', 'inwards'])('%s: equal at the end, and not all is read again', async (direction) => {
    const [source, target] = direction === 'outwards' ? [backend.client, redis] : [redis, backend.client];
    const move = direction === 'outwards' ? outwards : inwards;
    await fill(source);
    await fillRandomly(source, 3000, 2);
    const random = new SeededRandom(3);
    for (let i = 0; i < 5; i++) await interrupted(move, 100 + random.below(300));
    const { copied } = await move({ resumeFile: resumeFile(), verify: true });
    expect(copied?.found).toBeLessThan(3011);
    expect(copied?.kept).toBe(0);
    expect(await digest(target)).toBe(await digest(source));
    expect(existsSync(resumeFile())).toBe(false);
  });

  it('with another process behind the source all is read again, and what is there and the same is no conflict', async () => {
    await fill(backend.client);
    await fillRandomly(backend.client, 1000, 4);
    await interrupted(outwards, 300);
    const state = JSON.parse(readFileSync(resumeFile(), 'utf8')) as Record<string, unknown>; // ours
    writeFileSync(resumeFile(), JSON.stringify({ ...state, source: 'another' }));
    expect(await outwards({ resumeFile: resumeFile(), verify: true })).toMatchObject({
      copied: { found: 1011, written: 1011, kept: 0, functions: 1 },
    });
    expect(await digest(redis)).toBe(await digest(backend.client));
  });

  it('what somebody has changed at the target since then is not overwritten', async () => {
    await fillRandomly(backend.client, 1000, 5);
    await interrupted(outwards, 300);
    const state = JSON.parse(readFileSync(resumeFile(), 'utf8')) as Record<string, unknown>; // ours
    writeFileSync(resumeFile(), JSON.stringify({ ...state, source: 'another' }));
    const key = (await redis.randomkey()) ?? '';
    await redis.del(key);
    await redis.set(key, 'by somebody else');
    await expect(outwards({ resumeFile: resumeFile() })).rejects.toMatchObject({
      code: 'IMPORT_CONFLICT',
      message: expect.stringContaining(JSON.stringify(key)) as string,
    });
    expect(await redis.get(key)).toBe('by somebody else');
  });

  it.each([
    ['{"format":"another"}', 'is no file of a move'],
    ['{"format":"respite-migration-1","identity":{}}', 'is of a move between other places'],
    ['{', 'is no file of a move'],
  ])('a file that holds %s is refused', async (text, what) => {
    writeFileSync(resumeFile(), text);
    await expect(outwards({ resumeFile: resumeFile() })).rejects.toMatchObject({
      code: 'MIGRATION_STATE_UNUSABLE',
      message: expect.stringContaining(what) as string,
    });
    expect(readFileSync(resumeFile(), 'utf8')).toBe(text);
  });
});

describe('what goes wrong has a code', () => {
  const at = (port: number, login = '') => ({ url: `redis://${login}127.0.0.1:${String(port)}`, ...QUIET });

  it('a wrong password, and none', async () => {
    const locked = await startRedisServer({ args: ['--requirepass', 'p@ss:/w'] });
    try {
      const move = (login: string, dryRun = false) =>
        migrate({ from: { backend }, to: at(locked.port, login), dryRun });
      await expect(move(':wrong@')).rejects.toMatchObject({ code: 'REDIS_AUTH_FAILED' });
      await expect(move('')).rejects.toMatchObject({ code: 'REDIS_AUTH_FAILED' });
      await backend.client.set('a', '1');
      expect(await move(`:${encodeURIComponent('p@ss:/w')}@`)).toMatchObject({ copied: { written: 1 } });
      const env = { RESPITE_REDIS_PASSWORD: 'p@ss:/w' };
      const again = migrate({ from: { backend }, to: { ...at(locked.port), env }, dryRun: true, existing: 'skip' });
      expect(await again).toMatchObject({ copied: { kept: 1 } });
    } finally {
      await locked.stop();
    }
  });

  it('nobody there, a replica, a URL that is none', async () => {
    await expect(migrate({ from: at(1), to: { backend } })).rejects.toMatchObject({ code: 'REDIS_UNREACHABLE' });
    const replica = await startRedisServer({ args: ['--replicaof', `127.0.0.1 ${String(server.port)}`] });
    await expect(migrate({ from: { backend }, to: at(replica.port) })).rejects.toMatchObject({
      code: 'IMPORT_REFUSED',
      message: expect.stringContaining('is a replica') as string,
    });
    await replica.stop();
    for (const wrong of ['http://here', 'redis://', 'redis-sentinel://here', 'redis://here/x', 'redis://u:%zz@here']) {
      const move = migrate({ from: { backend }, to: { url: wrong, ...QUIET } });
      await expect(move).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    }
  });

  it('a target that is full, and a user that may not', async () => {
    const pipeline = backend.client.pipeline();
    for (let i = 0; i < 2000; i++) pipeline.set(`key ${String(i)}`, 'x'.repeat(2000));
    await pipeline.exec();
    await redis.call('CONFIG', 'SET', 'maxmemory', '3mb');
    await expect(outwards()).rejects.toMatchObject({
      code: 'IMPORT_REFUSED',
      message: expect.stringMatching(/^The key "key \d+" in database 0 was refused: OOM/) as string,
    });
    await redis.call('CONFIG', 'SET', 'maxmemory', '0');
    await redis.flushall();
    await redis.call('ACL', 'SETUSER', 'reader', 'on', '>secret', '~*', '+@all', '-scan');
    await redis.set('a', '1');
    await expect(
      migrate({ from: at(server.port, 'reader:secret@'), to: { backend }, existing: 'replace' }),
    ).rejects.toMatchObject({
      code: 'EXPORT_FAILED',
      message: expect.stringContaining('NOPERM') as string,
    });
  });

  it('a source that ends in the middle', async () => {
    const other = await startRedisServer();
    const client = new Redis(other.port, other.host, { retryStrategy: null });
    client.on('error', () => undefined);
    try {
      await fillRandomly(client, 2000, 6);
      const onProgress = ({ phase, keys }: { phase: string; keys: number }) => {
        if (phase === 'writing' && keys > 100) process.kill(other.pid, 'SIGKILL');
      };
      const resumeFile = join(folder, 'state');
      const move = migrate({ from: at(other.port), to: { backend }, batch: 20, onProgress, resumeFile });
      await expect(move).rejects.toMatchObject({
        code: 'MIGRATION_CONNECTION_LOST',
        message: expect.stringContaining(`redis://127.0.0.1:${String(other.port)}`) as string,
      });
      expect(existsSync(resumeFile)).toBe(true);
    } finally {
      client.disconnect();
      await other.stop();
    }
  });

  it('a target that ends when another database is to be chosen', async () => {
    const other = await startRedisServer();
    try {
      for (const db of [0, 1]) {
        await redis.select(db);
        for (let i = 0; i < 20; i++) await redis.set(`key ${String(i)}`, 'v');
      }
      await redis.select(0);
      const onProgress = ({ phase, keys }: { phase: string; keys: number }) => {
        if (phase === 'writing' && keys === 20) process.kill(other.pid, 'SIGKILL');
      };
      await expect(migrate({ from: at(server.port), to: at(other.port), batch: 20, onProgress })).rejects.toMatchObject(
        {
          code: 'MIGRATION_CONNECTION_LOST',
          message: expect.stringContaining(`redis://127.0.0.1:${String(other.port)}`) as string,
        },
      );
    } finally {
      await other.stop();
    }
  });
});

it('large values go in parts; one that changes meanwhile begins anew', async () => {
  const word = 'x'.repeat(3000);
  const pairs = Array.from({ length: 11_500 }, (_, i) => [`field ${String(i)}`, word + String(i)]).flat();
  for (let i = 0; i < pairs.length; i += 2000) await redis.hset('hash', ...pairs.slice(i, i + 2000));
  for (let i = 0; i < pairs.length; i += 2000) await redis.rpush('list', ...pairs.slice(i, i + 2000));
  await redis.pexpireat('hash', 4_102_444_800_123);
  let changed = false;
  const onProgress = ({ phase }: { phase: string }) => {
    if (phase !== 'writing' || changed) return;
    changed = true;
    void redis.multi().hset('hash', 'field 0', 'changed').lset('list', 0, 'changed').exec();
  };
  expect(await inwards({ onProgress })).toMatchObject({ copied: { written: 2 } });
  expect(changed).toBe(true);
  expect(await inwards({ verify: 'only' })).toMatchObject({ verified: { compared: 2 } });
  expect(await digest(backend.client)).toBe(await digest(redis));
  expect(await backend.client.hget('hash', 'field 0')).toBe('changed');
});

it('to the master that sentinels know, and from it', async () => {
  const trio = await startSentinelTrio();
  try {
    await fill(backend.client);
    const place = { url: `redis-sentinel://${trio.addresses.join(',')}/${trio.name}`, ...QUIET };
    expect(await outwards({ to: place, verify: true })).toMatchObject({ copied: { written: 11 } });
    const before = await digest(backend.client);
    await backend.client.flushall();
    await inwards({ from: place, existing: 'replace', verify: true });
    expect(await digest(backend.client)).toBe(before);
  } finally {
    await trio.stop();
  }
});

/** 3 kB each: the many are more than is read of a value at once. */
const { size: MEMBERS } = slice({ short: 10, long: 12_000 });

it('to a Redis Cluster, and from it', async () => {
  const cluster = await startRedisCluster();
  try {
    await fill(backend.client);
    await fillRandomly(backend.client, 2000, 7);
    const members = Array.from({ length: MEMBERS }, (_, i) => `${String(i)} ${'x'.repeat(3000)}`);
    for (let i = 0; i < members.length; i += 1000) await backend.client.sadd('set}{', ...members.slice(i, i + 1000));
    const before = await digest(backend.client);
    const place = { url: `redis://${cluster.addresses.join(',')}`, ...QUIET };
    expect(await outwards({ to: place, verify: true })).toMatchObject({
      copied: { written: 2012, functions: 1 },
      verified: { compared: 2012, onlyInTarget: 0 },
    });
    await expect(outwards({ to: place })).rejects.toMatchObject({ code: 'IMPORT_CONFLICT' });
    await backend.client.flushall();
    await backend.client.function('FLUSH');
    expect(await inwards({ from: place, verify: true })).toMatchObject({ copied: { written: 2012, functions: 1 } });
    expect(await digest(backend.client)).toBe(before);
    const other = backend.connection('commands');
    await other.select(1);
    await other.set('other', 'database');
    await expect(outwards({ to: place, existing: 'replace' })).rejects.toMatchObject({
      code: 'IMPORT_REFUSED',
      message: expect.stringContaining('database 0 alone') as string,
    });
  } finally {
    await cluster.stop();
  }
});
