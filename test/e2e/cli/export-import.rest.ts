import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Redis } from 'ioredis';
import { startCommand } from '../../support/cli';
import { leftIn } from '../../support/left-in';
import { crash, PrivatePlace, stop } from '../../support/private-place';
import { type RedisServer, startRedisServer } from '../../support/redis-server';
import { mayMount, removeSmallDisks, smallDisk } from '../../support/small-disk';

let place: PrivatePlace;
beforeEach(() => {
  place = new PrivatePlace();
});
afterEach(() => place.remove());
afterAll(removeSmallDisks);

const file = (name: string) => join(place.cwd, name);

/** What a command answers with `--json`. */
async function answer(...args: string[]): Promise<Record<string, unknown>> {
  const { stdout, stderr } = await place.run(...args, '--json');
  return JSON.parse(stdout === '' ? stderr : stdout) as Record<string, unknown>; // the command's own words
}

/** How a command failed. */
async function failure(...args: string[]): Promise<{ code: number | null; error: unknown; message: string }> {
  const { code, stdout } = await place.run(...args, '--json');
  const { error } = JSON.parse(stdout) as { error: { code: string; message: string } }; // as above
  return { code, error: error.code, message: error.message };
}

async function withOwner<T>(use: (client: Redis) => Promise<T>, ...args: string[]): Promise<T> {
  const owner = await place.start(...args);
  const client = new Redis(place.holder().sockets.redis, { retryStrategy: null });
  try {
    return await use(client);
  } finally {
    client.disconnect();
    await stop(owner);
  }
}

const KEYS: readonly (readonly string[])[] = [
  ['SET', 'text', 'hello'],
  ['SET', 'timed', 'x', 'PXAT', '4102444800123'],
  ['RPUSH', 'list', 'a', 'b'],
  ['HSET', 'hash', 'f', 'v'],
  ['SADD', 'set', '1', '2'],
  ['ZADD', 'zset', '1.5', 'a'],
  ['XADD', 'stream', '5-1', 'f', 'v'],
  ['XGROUP', 'CREATE', 'stream', 'group', '0'],
  ['XREADGROUP', 'GROUP', 'group', 'consumer', 'STREAMS', 'stream', '>'],
  ['FUNCTION', 'LOAD', '#!lua name=lib\nredis.register_function("f", function() return 1 end)'],
  ['SELECT', '3'],
  ['SET', 'other', 'database'],
  ['SELECT', '0'],
];

/** Fills a server. @returns its digest */
async function fill(client: Redis): Promise<unknown> {
  for (const [name = '', ...args] of KEYS) await client.call(name, ...args);
  return client.call('DEBUG', 'DIGEST');
}

describe('what was exported is what is imported', () => {
  it.each(['ndjson', 'rdb'])('%s, of a directory that is in use and of one that is not', async (format) => {
    const digest = await withOwner(async (client) => {
      const found = await fill(client);
      expect(await answer('export', file('live'), '--format', format)).toMatchObject({ format, keys: 8, functions: 1 });
      return found;
    });
    expect(await answer('export', file('rest'), '--format', format)).toMatchObject({ keys: 8, functions: 1 });
    expect(statSync(file('rest')).mode & 0o777).toBe(0o600);
    for (const [name, data] of [
      ['live', 'a'],
      ['rest', 'b'],
    ] as const) {
      const report = await answer('import', file(name), '--data-dir', file(data));
      expect(report).toMatchObject({ format, found: 8, written: 8, kept: 0, expired: 0, functions: 1 });
      await withOwner(async (client) => {
        await client.flushall();
        await client.function('FLUSH');
        expect(await answer('import', file(name))).toMatchObject({ written: 8, functions: 1 });
        expect(await client.call('DEBUG', 'DIGEST')).toBe(digest);
        expect(await client.pexpiretime('timed')).toBe(4_102_444_800_123);
        expect(await client.call('XPENDING', 'stream', 'group')).toMatchObject([1, '5-1', '5-1', [['consumer', '1']]]);
      });
    }
    expect(leftIn(place.tmp)).toEqual([]);
  });

  it('from a Redis, and to one', async () => {
    const server: RedisServer = await startRedisServer();
    const redis = new Redis(server.port, server.host);
    try {
      const digest = await fill(redis);
      await redis.save();
      const [, dir = ''] = (await redis.config('GET', 'dir')) as string[];
      writeFileSync(file('packed.rdb.gz'), gzipSync(readFileSync(join(dir, 'dump.rdb'))));
      expect(await answer('import', file('packed.rdb.gz'))).toMatchObject({ format: 'rdb', written: 8, functions: 1 });
      await answer('export', file('ours.rdb'), '--format', 'rdb');
      expect(execFileSync('redis-check-rdb', [file('ours.rdb')], { encoding: 'utf8' })).toContain('Checksum OK');
      writeFileSync(join(dir, 'dump.rdb'), readFileSync(file('ours.rdb')));
      await redis.function('FLUSH');
      await redis.call('DEBUG', 'RELOAD', 'NOSAVE');
      expect(await redis.call('DEBUG', 'DIGEST')).toBe(digest);
    } finally {
      redis.disconnect();
      await server.stop();
    }
  });

  it('through a pipe', async () => {
    await withOwner(fill);
    const { code, stdout, stderr } = await place.run('export', '-');
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('Exported 8 keys and 1 function library') as string,
    });
    expect(stdout.split('\n').filter((line) => line.includes('"key"'))).toHaveLength(8);
    const { stdout: told } = await place.feed(stdout, 'import', '-', '--data-dir', file('b'));
    expect(told).toBe(`Imported 8 keys and 1 function library of stdin into ${file('b')}.\n`);
    expect(leftIn(place.tmp)).toEqual([]);
  });
});

describe('what is moved can be chosen', () => {
  it('by pattern and database, on both sides', async () => {
    await withOwner(fill);
    expect(await answer('export', file('a'), '--match', 't*')).toMatchObject({ keys: 2, functions: 0 });
    expect(await answer('export', file('b'), '--db', '3')).toMatchObject({ keys: 1, functions: 0 });
    await answer('export', file('all'), '--format', 'rdb');
    const to = ['--data-dir', file('other')];
    expect(await answer('import', file('all'), '--match', 't*', ...to)).toMatchObject({ found: 2, written: 2 });
    expect(await answer('import', file('all'), '--db', '3', ...to)).toMatchObject({ found: 1, written: 1 });
    const { code, stderr } = await place.run('export', file('c'), '--db', 'three');
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('number of a database') as string });
  });
});

describe('what is there already', () => {
  const line = (key: string, value: string) => `${JSON.stringify({ key, type: 'string', value })}\n`;

  it('is listed, and nothing is written', async () => {
    writeFileSync(file('a'), line('a', '1') + line('b', '2'));
    await answer('import', file('a'));
    writeFileSync(file('b'), line('b', 'new') + line('c', '3'));
    const { code, stdout } = await place.run('import', file('b'), '--json');
    expect({ code, ...(JSON.parse(stdout) as object) }).toEqual({
      code: 3,
      error: {
        code: 'IMPORT_CONFLICT',
        message: expect.stringContaining('"b" in database 0') as string,
        count: 1,
        conflicts: [{ db: 0, key: 'b' }],
      },
    });
    expect(await failure('import', file('b'), '--dry-run')).toMatchObject({ code: 3 });
    const found = { found: 2, dryRun: true };
    expect(await answer('import', file('b'), '--dry-run', '--skip-existing')).toMatchObject({
      ...found,
      written: 1,
      kept: 1,
    });
    expect(await answer('import', file('b'), '--dry-run', '--replace')).toMatchObject({
      ...found,
      written: 2,
      kept: 0,
    });
    expect(await answer('export', file('after'))).toMatchObject({ keys: 2 });
  });

  it('is kept or replaced when that is asked for', async () => {
    writeFileSync(file('a'), line('a', '1'));
    writeFileSync(file('b'), line('a', '2') + line('b', '3'));
    await answer('import', file('a'));
    expect(await answer('import', file('b'), '--skip-existing')).toMatchObject({ written: 1, kept: 1 });
    expect((await place.run('export', '-', '--match', 'a')).stdout).toContain('"value":"1"');
    expect(await answer('import', file('b'), '--replace')).toMatchObject({ written: 2, kept: 0 });
    expect((await place.run('export', '-', '--match', 'a')).stdout).toContain('"value":"2"');
    expect((await place.run('import', file('b'), '--replace', '--skip-existing')).code).toBe(2);
  });

  it('counts for function libraries, too', async () => {
    await withOwner(fill);
    await answer('export', file('a'));
    expect(await failure('import', file('a'))).toMatchObject({
      code: 3,
      message: expect.stringContaining('the library lib') as string,
    });
    expect(await answer('import', file('a'), '--skip-existing')).toMatchObject({ written: 0, kept: 9, functions: 0 });
    expect(await answer('import', file('a'), '--replace')).toMatchObject({ written: 8, kept: 0, functions: 1 });
  });

  it('of files is not written over', async () => {
    await withOwner(fill);
    writeFileSync(file('there'), 'letter');
    expect(await failure('export', file('there'))).toMatchObject({ code: 1, error: 'EXPORT_FILE_EXISTS' });
    expect(readFileSync(file('there'), 'utf8')).toBe('letter');
    expect(await answer('export', file('there'), '--force')).toMatchObject({ keys: 8 });
    expect(readFileSync(file('there'), 'utf8')).toContain('"key":"text"');
  });
});

describe('a file that cannot be used leaves everything as it was', () => {
  const good = '{"key":"z","type":"string","value":"b"}\n';

  it.each([
    ['cut off', `{"format":"respite-ndjson","version":1}\n${good}`, 'IMPORT_FILE_INVALID', 'cut off'],
    ['no JSON', `${good}{`, 'IMPORT_FILE_INVALID', 'Line 2'],
    ['text', 'dear reader', 'IMPORT_FILE_INVALID', 'neither as an RDB file nor'],
    ['empty', '', 'IMPORT_FILE_INVALID', 'it is empty'],
    ['half an RDB file', 'REDIS0010\xfa\x09redis', 'IMPORT_FILE_INVALID', 'truncated'],
    ['a later RDB file', 'REDIS0040\xff', 'IMPORT_NOT_SUPPORTED', 'RDB version 40'],
    ['damaged gzip', '\x1f\x8b\x08\x00nonsense', 'IMPORT_FILE_INVALID', 'unpacked'],
    [
      'a database that is not there',
      '{"db":99,"key":"a","type":"string","value":"b"}',
      'IMPORT_REFUSED',
      'redis.standalone.databases',
    ],
  ])('%s', async (_, content, error, message) => {
    writeFileSync(file('bad'), Buffer.from(content, 'latin1'));
    writeFileSync(file('good'), good);
    await answer('import', file('good'));
    expect(await failure('import', file('bad'))).toMatchObject({
      code: 1,
      error,
      message: expect.stringContaining(message) as string,
    });
    expect(await answer('export', file('after'))).toMatchObject({ keys: 1 });
    expect(readdirSync(place.cwd).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('or that is not there', async () => {
    expect(await failure('import', file('none'))).toMatchObject({ code: 1, error: 'IMPORT_FILE_UNREADABLE' });
    mkdirSync(file('folder'));
    expect(await failure('import', file('folder'))).toMatchObject({ error: 'IMPORT_FILE_UNREADABLE' });
    expect(await failure('export', file('a'), '--data-dir', file('nowhere'))).toMatchObject({
      error: 'SNAPSHOT_DIR_MISSING',
    });
    writeFileSync(file('letter'), 'dear reader');
    expect(await failure('import', file('letter'), '--data-dir', file('nowhere'))).toMatchObject({
      error: 'IMPORT_FILE_INVALID',
    });
    expect(existsSync(file('a')) || existsSync(file('nowhere'))).toBe(false);
  });

  it('in a directory with a journal, too', async () => {
    const durable = ['--set', 'redis.standalone.persistence.durability=everysec'];
    await withOwner((client) => client.set('a', '1'), ...durable);
    writeFileSync(
      file('bad'),
      `{"key":"new","type":"string","value":"b"}\n{"db":99,"key":"x","type":"string","value":"b"}\n`,
    );
    expect(await failure('import', file('bad'), ...durable)).toMatchObject({ error: 'IMPORT_REFUSED' });
    await withOwner(
      async (client) => {
        expect(await client.keys('*')).toEqual(['a']);
      },
      ...durable,
    );
  });
});

(mayMount ? it : it.skip)('a disk that is full leaves no file', async () => {
  await withOwner(async (client) => {
    for (let i = 0; i < 300; i++)
      await client.set(`key ${String(i)}`, Buffer.from(Array.from({ length: 10_000 }, () => Math.random() * 256)));
  });
  const disk = await smallDisk('1m');
  expect(await failure('export', join(disk, 'a'))).toMatchObject({
    code: 1,
    error: 'EXPORT_WRITE_FAILED',
    message: expect.stringContaining('ENOSPC') as string,
  });
  expect(readdirSync(disk)).toEqual([]);
});

it('Ctrl-C ends an import, and nothing of it stays', async () => {
  await withOwner((client) => client.set('a', '1'));
  const lines = Array.from({ length: 200_000 }, (_, i) => `{"key":"key ${String(i)}","type":"string","value":"v"}\n`);
  writeFileSync(file('many'), lines.join(''));
  const command = startCommand(['import', file('many')], { cwd: place.cwd, env: { TMPDIR: place.tmp } });
  while (!readdirSync(place.data).some((name) => name.startsWith('lock.')))
    await new Promise((resolve) => setImmediate(resolve));
  command.process.kill('SIGINT');
  const { code, stderr } = await command.ended;
  expect({ code, stderr }).toEqual({ code: 4, stderr: expect.stringContaining('MIGRATION_INTERRUPTED') as string });
  expect(await answer('export', file('after'))).toMatchObject({ keys: 1 });
});

describe('the process that uses the directory is killed in the middle', () => {
  it('of an import: what was written are whole keys', async () => {
    const owner = await place.start();
    const client = new Redis(place.holder().sockets.redis, { retryStrategy: null });
    const lines = Array.from({ length: 100_000 }, (_, i) => `{"key":"key ${String(i)}","type":"string","value":"v"}\n`);
    writeFileSync(file('many'), lines.join(''));
    const command = startCommand(['import', file('many'), '--json'], { cwd: place.cwd, env: { TMPDIR: place.tmp } });
    while ((await client.dbsize()) === 0) continue;
    await crash(owner);
    client.disconnect();
    const { code, stdout } = await command.ended;
    expect({ code, ...(JSON.parse(stdout) as object) }).toEqual({
      code: 1,
      error: { code: 'MIGRATION_CONNECTION_LOST', message: expect.stringContaining(place.data) as string },
    });
  });

  it('of an export: nothing is written', async () => {
    const owner = await place.start();
    const client = new Redis(place.holder().sockets.redis, { retryStrategy: null });
    for (let i = 0; i < 400; i++) await client.set(`key ${String(i)}`, 'v'.repeat(200_000));
    client.disconnect();
    const command = startCommand(['export', file('out')], { cwd: place.cwd, env: { TMPDIR: place.tmp } });
    while (!readdirSync(place.cwd).some((name) => name.includes('out')))
      await new Promise((resolve) => setImmediate(resolve));
    await crash(owner);
    const { code, stderr } = await command.ended;
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('MIGRATION_CONNECTION_LOST') as string,
    });
    expect(readdirSync(place.cwd).filter((name) => name.includes('out'))).toEqual([]);
  });
});
