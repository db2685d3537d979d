import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CacheBackend, createApp, SnapshotManager } from '../../../src';
import type { App } from '../../../src';
import { silentLogger } from '../../../src/container';
import { slice } from '../../support/slice';
import { removeTemporaryPaths, temporaryPath } from '../../support/temporary-path';

afterAll(removeTemporaryPaths);

const { size: ROUNDS } = slice({ short: 2, long: 20 });

/** @param interval of the snapshots; SAVE is refused while one of them is written */
function start(dataDirectory: string, interval: '100ms' | '1h' = '100ms'): Promise<App> {
  return createApp({
    configFile: false,
    env: {},
    logger: silentLogger,
    config: {
      mode: 'standalone',
      redis: { standalone: { persistence: { enabled: true, data_dir: dataDirectory, snapshot_interval: interval } } },
    },
  }).start();
}

/** A process running `program.ts`; answers what it writes, line by line. */
function startProgram(program: string, ...args: string[]) {
  const runner = join(__dirname, '../../support/run-ts.js');
  const child = spawn(process.execPath, [runner, join(__dirname, program), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('the program ended');
    return value;
  };
  const exited = once(child, 'exit');
  return { child, next, exited };
}

it('FR-2: what an application wrote is there after it was stopped and started again', async () => {
  const path = await temporaryPath();
  const first = await start(path);
  const { client } = first.get(CacheBackend);
  await client.set('greeting', 'hello', 'EX', 6000);
  await client.hset('hash', { a: '1' });
  await first.stop();

  // Health goes by the interval: three of them without a snapshot are too many.
  const second = await start(path, '1h');
  const restored = second.get(CacheBackend).client;
  expect(await restored.get('greeting')).toBe('hello');
  expect(await restored.ttl('greeting')).toBeGreaterThan(5000);
  expect(await restored.hgetall('hash')).toEqual({ a: '1' });
  expect(second.get(SnapshotManager)?.status()).toMatchObject({ health: 'ok', restore: { keys: 2 } });
  await second.stop();
});

it('FR-2: every data type is there after a restart, with groups, encodings and other databases', async () => {
  const path = await temporaryPath();
  const first = await start(path);
  const written = first.get(CacheBackend).client;
  await written.rpush('list', ...Array.from({ length: 300 }, (_, i) => `item ${String(i)}`));
  await written.sadd('set', 'a', 'b', 'caf\u00e9');
  await written.sadd('integers', '3', '1', '2');
  await written.zadd('sorted', 1.5, 'a', '-inf', 'b', 3, 'c');
  await written.setbit('bits', 70, 1);
  await written.pfadd('hll', 'a', 'b', 'c');
  await written.xadd('stream', '1-1', 'f', 'v');
  await written.xgroup('CREATE', 'stream', 'group', '0');
  await written.xreadgroup('GROUP', 'group', 'reader', 'STREAMS', 'stream', '>');
  await written.call('FUNCTION', 'LOAD', "#!lua name=lib\nredis.register_function('answer', function() return 42 end)");
  await written.select(3);
  await written.set('elsewhere', '1', 'PX', 3_600_000);
  await written.select(0);
  const readings = (client: typeof written) =>
    Promise.all([
      client.lrange('list', 0, -1),
      client.smembers('set').then((members) => members.sort()),
      client.smembers('integers'),
      client.zrange('sorted', 0, -1, 'WITHSCORES'),
      client.getBuffer('bits'),
      client.pfcount('hll'),
      client.xrange('stream', '-', '+'),
      client.xpending('stream', 'group'),
      client.call('FCALL', 'answer', '0'),
      client.call('OBJECT', 'ENCODING', 'integers'),
    ]);
  const before = await readings(written);
  await first.stop();

  const second = await start(path);
  const restored = second.get(CacheBackend).client;
  expect(await readings(restored)).toEqual(before);
  await restored.select(3);
  expect(await restored.pttl('elsewhere')).toBeGreaterThan(3_000_000);
  await second.stop();
});

it('health tells of a snapshot that was set aside', async () => {
  const path = await temporaryPath();
  const first = await start(path);
  await first.get(CacheBackend).client.set('a', '1');
  await first.stop();
  await truncate(join(path, 'data.mdb'), 5000);

  const second = await start(path);
  const health = await second.get(CacheBackend).health();
  expect(health.status).toBe('degraded');
  expect(health.reasons.join()).toContain('.corrupt-');
  await second.stop();
});

it('CLIENT UNBLOCK does not end the wait of SAVE: its answer means that the snapshot is there', async () => {
  const path = await temporaryPath();
  const app = await start(path, '1h');
  const { client } = app.get(CacheBackend);
  const other = client.duplicate();
  const id = await client.client('ID');
  await client.set('key', 'value');
  const saved = client.save();
  expect(await other.call('CLIENT', 'UNBLOCK', String(id))).toBe(0);
  expect(await saved).toBe('OK');
  expect(app.get(SnapshotManager)?.status().last).toMatchObject({ keys: 1 });
  other.disconnect();
  await app.stop();
});

it('SAVE writes a snapshot, BGSAVE starts one, LASTSAVE tells when the last one was', async () => {
  const app = await start(await temporaryPath(), '1h');
  const { client } = app.get(CacheBackend);
  const status = () => app.get(SnapshotManager)?.status();
  await client.set('a', '1');
  expect(await client.save()).toBe('OK');
  expect(status()).toMatchObject({ snapshots: 1, last: { keys: 1 } });
  expect(await client.lastsave()).toBe(Math.floor((status()?.lastSuccess ?? 0) / 1000));
  await client.set('b', '2');
  expect(await client.bgsave()).toBe('Background saving started');
  while (status()?.last?.keys !== 2) await new Promise((resolve) => setImmediate(resolve));
  await app.stop();
});

it('FR-2: after kill -9 everything up to the last snapshot is there, with its expiry', async () => {
  const path = await temporaryPath();
  const { child, next, exited } = startProgram('writing-program.ts', path);
  for (let line = ''; !line.startsWith('snapshot');) line = await next();
  child.kill('SIGKILL');
  await exited;

  const app = await start(path);
  const { client } = app.get(CacheBackend);
  expect(Number(await client.get('counter'))).toBeGreaterThan(0);
  expect(await client.ttl('fleeting')).toBeGreaterThan(9_000);
  await app.stop();
});

it('NFR-2: a second process on the same directory is refused, naming the first, which works on', async () => {
  const path = await temporaryPath();
  const { child, next, exited } = startProgram('writing-program.ts', path);
  for (let line = ''; !line.startsWith('snapshot');) line = await next();
  await expect(start(path)).rejects.toMatchObject({
    code: 'SNAPSHOT_LOCKED',
    module: 'snapshot',
    message: expect.stringContaining(`process ${String(child.pid)} on `) as string,
  });
  for (let line = ''; !line.startsWith('snapshot');) line = await next();
  child.kill('SIGKILL');
  await exited;
  await (await start(path)).stop();
});

it(`NFR-2: SIGTERM under load loses nothing that was acknowledged, ${String(ROUNDS)} times`, async () => {
  const path = await temporaryPath();
  let total = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const { child, next, exited } = startProgram('writing-program.ts', path);
    let acknowledged = 0;
    let sent = false;
    for (;;) {
      const line = await next();
      if (line.startsWith('acknowledged ')) acknowledged = Number(line.slice('acknowledged '.length));
      if (line === 'stopped') break;
      if (!sent && acknowledged > total) {
        sent = true;
        child.kill('SIGTERM');
      }
    }
    const [code] = (await exited) as [number | null];
    expect({ round, code }).toEqual({ round, code: 0 });
    expect(acknowledged).toBeGreaterThan(total);
    total = acknowledged;
  }
  const app = await start(path);
  expect(Number(await app.get(CacheBackend).client.get('counter'))).toBeGreaterThanOrEqual(total);
  await app.stop();
});
