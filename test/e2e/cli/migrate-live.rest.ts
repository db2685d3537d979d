import { join } from 'node:path';
import { Redis } from 'ioredis';
import { type RunningCommand, startCommand } from '../../support/cli';
import { LiveWriters } from '../../support/live-writers';
import { crash, PrivatePlace, stop } from '../../support/private-place';
import { type RedisServer, startRedisServer } from '../../support/redis-server';

let place: PrivatePlace;
let server: RedisServer;
let redis: Redis;
const opened: (() => unknown)[] = [];
beforeEach(async () => {
  place = new PrivatePlace();
  server = await startRedisServer({ args: ['--repl-diskless-sync-delay', '0'] });
  redis = connectTo(server);
});
afterEach(async () => {
  for (let close = opened.pop(); close !== undefined; close = opened.pop()) await close();
  await server.stop();
  await place.remove();
});

function connectTo({ port, host }: { readonly port: number; readonly host: string }): Redis {
  return disconnecting(new Redis(port, host, { retryStrategy: null }));
}

function disconnecting(client: Redis): Redis {
  client.on('error', () => undefined); // whoever asks gets it
  opened.push(() => {
    client.disconnect();
  });
  return client;
}

const url = () => `redis://${server.host}:${String(server.port)}`;
const digest = (client: Redis) => client.call('DEBUG', 'DIGEST');

/** `respite migrate ... --live` with these arguments; `said` resolves with the line that has these words. */
function live(...args: string[]): RunningCommand & { said(words: string): Promise<string> } {
  const command = startCommand(['migrate', '--live', ...args], { cwd: place.cwd, env: { TMPDIR: place.tmp } });
  opened.push(() => command.process.kill('SIGKILL'));
  return { ...command, said: (words) => command.line((line) => line.includes(words)) };
}

/** A process that serves the data directory of the place, and a client of it. */
async function owner() {
  const process = await place.start();
  const client = disconnecting(
    new Redis(place.holder().sockets.redis, { retryStrategy: null, maxRetriesPerRequest: null }),
  );
  return { process, client };
}

async function fill(client: Redis, count: number): Promise<void> {
  const pipeline = client.pipeline();
  for (let i = 0; i < count; i++) {
    pipeline.set(`text:${String(i)}`, 'value', 'PXAT', 4_102_444_800_000 + i);
    pipeline.hset(`fields:${String(i)}`, 'field', String(i));
  }
  pipeline.sadd('big', ...Array.from({ length: 3000 }, (_, i) => `member-${String(i)}`));
  pipeline.call('FUNCTION', 'LOAD', "#!lua name=mine\nredis.register_function('one', function() return 1 end)");
  await pipeline.exec();
}

/** Waits until something is so; the tests' own limit ends it. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
}

const exists = async (client: Redis, key: string) => (await client.exists(key)) === 1;

describe('from a process that serves', () => {
  it('all of it and everything that is written meanwhile moves, and the cutover loses nothing', async () => {
    const { process, client } = await owner();
    await fill(client, 5000);
    const writers = new LiveWriters(client);
    const move = live('--to', url(), '--cutover', '--verify');
    expect(await move.said('Copied')).toContain('and 1 function library');
    expect(await move.said('Writers of')).toMatch(/had everything after [\d.]+ ms/);
    const reader = disconnecting(new Redis(place.holder().sockets.redis));
    expect(await digest(redis)).toBe(await digest(reader));
    expect(await redis.get('counter')).toBe(await reader.get('counter'));
    // The last round waits: none of it was done, and none of it was answered.
    expect(Number(await redis.get('counter'))).toBe(writers.acknowledged);
    await stop(process);
    expect(await move.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('has ended.') as string });
    await writers.stop();
    expect(Number(await redis.get('counter'))).toBe(writers.acknowledged);
  });

  it('a cutover is asked for by a word, and is given up by Ctrl-C, by a command, or by its time', async () => {
    const { client } = await owner();
    const writers = new LiveWriters(client);
    const command = startCommand(['migrate', '--live', '--to', url()], {
      cwd: place.cwd,
      env: { TMPDIR: place.tmp },
      input: 'cutover\n',
    });
    await command.line((line) => line.includes('Writers of'));
    command.process.kill('SIGINT');
    expect(await command.ended).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('MIGRATION_INTERRUPTED') as string,
    });
    const goesOn = async () => {
      const before = writers.acknowledged;
      await until(() => Promise.resolve(writers.acknowledged > before));
    };
    await goesOn();
    const again = live('--to', url(), '--replace', '--prune', '--cutover');
    await again.said('Writers of');
    expect(await place.run('migrate', '--to', url(), '--abort-cutover')).toMatchObject({ code: 0 });
    expect(await again.ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('MIGRATION_CUTOVER_FAILED') as string,
    });
    await goesOn();
    const brief = live('--to', url(), '--replace', '--prune', '--cutover', '--cutover-timeout', '1');
    expect(await brief.ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('MIGRATION_CUTOVER_FAILED') as string,
    });
    await goesOn();
    await writers.stop();
  });

  it('a key that is renewed in time is not lost while the target is behind, and one that is not goes', async () => {
    const { client } = await owner();
    const names = ['lock', 'goes', 'renamed'];
    for (const name of names) await client.set(name, name, 'PX', 4000);
    const renewing = setInterval(() => {
      for (const name of ['lock', 'renamed']) client.pexpire(name, 4000).catch(() => undefined); // the last ones wait
    }, 300);
    opened.push(() => {
      clearInterval(renewing);
    });
    // The copy itself waits at the target, until deadlines are over that it has.
    await redis.call('CLIENT', 'PAUSE', '60000', 'WRITE');
    const move = live('--to', url(), '--cutover');
    await until(async () => /^blocked_clients:[1-9]/m.test(await redis.info('clients')));
    await client.rename('renamed', 'kept');
    await client.pexpire('kept', 3_600_000);
    const deadline = Number(await client.call('PEXPIRETIME', 'lock'));
    await until(async () => Number(await client.call('PEXPIRETIME', 'lock')) > deadline + 4500);
    await until(async () => !(await exists(client, 'goes')));
    await redis.call('CLIENT', 'UNPAUSE');
    await move.said('Writers of');
    expect(await redis.mget('lock', 'goes', 'kept')).toEqual(['lock', null, 'renamed']);
    for (const name of ['lock', 'kept'])
      expect(await redis.call('PEXPIRETIME', name)).toBe(await client.call('PEXPIRETIME', name));
  });

  it('killed in the middle, and started again, it is equal: also what was deleted meanwhile', async () => {
    const { process, client } = await owner();
    await fill(client, 3000);
    const writers = new LiveWriters(client);
    const killed = live('--to', url());
    await until(() => exists(redis, 'text:7'));
    killed.process.kill('SIGKILL');
    await killed.ended;
    await client.del('text:7', 'text:8');
    const refused = await place.run('migrate', '--live', '--to', url());
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('IMPORT_CONFLICT') as string });
    const move = live('--to', url(), '--replace', '--prune', '--cutover', '--verify');
    expect(await move.said('Copied')).toMatch(/Removed \d+ keys?/);
    await move.said('Writers of');
    const reader = disconnecting(new Redis(place.holder().sockets.redis));
    expect(await digest(redis)).toBe(await digest(reader));
    await stop(process);
    expect(await move.ended).toMatchObject({ code: 0 });
    await writers.stop();
  });

  it('a source or a target that goes away ends it with a code, and nothing waits', async () => {
    const { process, client } = await owner();
    await fill(client, 100);
    const move = live('--to', url());
    await move.said('Copied');
    await server.stop();
    await client.set('more', '1');
    expect(await move.ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('MIGRATION_CONNECTION_LOST') as string,
    });
    server = await startRedisServer({ args: ['--repl-diskless-sync-delay', '0'] });
    const next = live('--to', url());
    await next.said('Copied');
    await crash(process);
    expect(await next.ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('MIGRATION_CONNECTION_LOST') as string,
    });
    const third = await place.start();
    const last = live('--to', url(), '--replace');
    await last.said('Copied');
    await stop(third);
    expect(await last.ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ended before a cutover') as string,
    });
  });

  it('a target that fills up, is a replica, or asks for a password is named', async () => {
    const { client } = await owner();
    await fill(client, 10);
    const move = live('--to', url());
    await move.said('Copied');
    await redis.config('SET', 'maxmemory', '1mb');
    await client.set('straw', 'x'.repeat(100_000));
    expect(await move.ended).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/refused SET for the key "straw" in database 0.*OOM[^]*IMPORT_REFUSED/) as string,
    });
    await redis.config('SET', 'maxmemory', '0');
    await redis.replicaof('127.0.0.1', 1);
    expect(await place.run('migrate', '--live', '--to', url())).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is a replica') as string,
    });
    await redis.replicaof('NO', 'ONE');
    await redis.config('SET', 'requirepass', 'secret');
    expect(await place.run('migrate', '--live', '--to', url())).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('REDIS_AUTH_FAILED') as string,
    });
  });

  it('a directory that nobody uses, and options that make no sense, are refused', async () => {
    const { process } = await owner();
    expect(await place.run('migrate', '--to', url(), '--cutover')).toMatchObject({ code: 2 });
    expect(await place.run('migrate', '--live', '--to', url(), '--verify')).toMatchObject({ code: 2 });
    expect(await place.run('migrate', '--live', '--to', url(), '--prune')).toMatchObject({ code: 2 });
    expect(await place.run('migrate', '--live', '--to', url(), '--match', 'a*')).toMatchObject({ code: 2 });
    expect(await place.run('migrate', '--live', '--to', `${url()}/4`)).toMatchObject({ code: 2 });
    await stop(process);
    expect(await place.run('migrate', '--live', '--to', url())).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('leave out --live') as string,
    });
  });
});

describe('from a Redis, as its replica', () => {
  it('into a directory that is in use: everything, also what comes after the link broke', async () => {
    await fill(redis, 5000);
    const writers = new LiveWriters(connectTo(server));
    const { client } = await owner();
    const move = live('--from', url(), '--cutover-timeout', '3', '--cutover', '--verify');
    await move.said('Copied');
    await redis.call('CLIENT', 'KILL', 'TYPE', 'replica');
    await move.said('Writers of');
    expect(await digest(client)).toBe(await digest(redis));
    expect(Number(await client.get('counter'))).toBe(writers.acknowledged);
    // The time is over, and writers go on.
    expect(await move.ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('MIGRATION_CUTOVER_FAILED') as string,
    });
    await writers.stop();
    const again = live('--from', url(), '--cutover-timeout', '2', '--cutover', '--replace', '--prune');
    await again.said('Writers of');
    expect(await again.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('The time is over') as string });
    expect(await digest(client)).toBe(await digest(redis));
  });

  it('into a directory that nobody uses, which has it all at the cutover', async () => {
    await fill(redis, 1000);
    const writers = new LiveWriters(connectTo(server));
    const directory = join(place.cwd, 'new');
    const move = live('--from', url(), '--data-dir', directory, '--cutover', '--json');
    await move.said('"cutover"');
    // Writers still wait when the command has ended.
    expect(await move.ended).toMatchObject({ code: 0 });
    const before = await digest(redis);
    await server.stop();
    await writers.stop();
    const process = await place.start('--data-dir', directory);
    expect(await digest(disconnecting(new Redis(process.url)))).toBe(before);
  });

  it('one that does not let itself be followed is named, and what to do', async () => {
    await redis.call('ACL', 'SETUSER', 'default', '-psync');
    expect(await place.run('migrate', '--live', '--from', url())).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/NOPERM[^]*without --live[^]*MIGRATION_REPLICATION_REFUSED/) as string,
    });
    await redis.call('ACL', 'SETUSER', 'default', 'reset', 'on', '>secret', '~*', '&*', '+@all');
    const move = live('--from', url().replace('redis://', 'redis://default:secret@'));
    await move.said('Copied');
    move.process.kill('SIGINT');
    expect(await move.ended).toMatchObject({ code: 4 });
  });
});
