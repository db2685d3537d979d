import { once } from 'node:events';
import type { Redis } from 'ioredis';
import { CacheBackend } from '../../../src';
import {
  createEngine,
  createTestApp,
  injectFaults,
  type Faults,
  type RedisEngine,
  VirtualClock,
} from '../../../src/testing';
import { Redis as RealRedis } from 'ioredis';
import { startRedisServer, type RedisServer } from '../../support/redis-server';

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) => String(error),
  );

describe('injectFaults', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedisServer();
  });
  afterAll(() => server.stop());

  let engine: RedisEngine;
  let client: Redis;
  let faults: Faults;
  const stages = {
    'an engine': () => engine,
    'a client on an engine': () => client,
    'a client of a server': () => client,
  } as const;

  describe.each(Object.entries(stages))('on %s', (name, target) => {
    beforeEach(async () => {
      engine = createEngine();
      client = name.includes('server') ? new RealRedis(server.port, server.host) : engine.connect();
      await once(client, 'ready');
      await client.flushall();
      faults = injectFaults(target());
    });
    afterEach(() => {
      client.disconnect();
      engine.close();
    });

    it('fails commands with errors of Redis, those that can get them', async () => {
      const readonly = faults.fail('READONLY');
      expect(await failure(client.set('k', 'v'))).toBe(
        "ReplyError: READONLY You can't write against a read only replica.",
      );
      expect(await client.get('k')).toBeNull();
      expect(readonly.struck).toBe(1);
      readonly.remove();
      expect(await client.set('k', 'v')).toBe('OK');

      faults.fail('OOM');
      expect(await failure(client.append('k', 'v'))).toContain(
        "OOM command not allowed when used memory > 'maxmemory'.",
      );
      expect(await client.del('k')).toBe(1);
      faults.clear();

      faults.fail('LOADING', { times: 2 });
      expect(await failure(client.get('k'))).toContain('LOADING Redis is loading');
      expect(await failure(client.get('k'))).toContain('LOADING');
      expect(await client.get('k')).toBeNull();
      faults.clear();

      faults.fail('ERR of our own', { commands: ['GET'] });
      expect(await failure(client.get('k'))).toBe('ReplyError: ERR of our own');
      expect(await client.set('k', 'v')).toBe('OK');
    });

    it('fails one command in so many, after so many', async () => {
      faults.fail('ERR now and then', { commands: ['incr'], after: 2, every: 3 });
      const outcomes: string[] = [];
      for (let i = 0; i < 9; i++) outcomes.push((await failure(client.incr('n'))) === 'no error' ? '.' : 'x');
      expect(outcomes.join('')).toBe('..x..x..x');
      expect(await client.get('n')).toBe('6');
    });

    it('fails one command of a pipeline, the others being run', async () => {
      faults.fail('ERR once', { commands: ['incr'], after: 1, times: 1 });
      const results = await client.pipeline().incr('n').incr('n').incr('n').get('n').exec();
      expect(results?.map(([error, value]) => error?.message ?? value)).toEqual([1, 'ERR once', 2, '2']);
    });

    it('lets commands be late, and those behind them wait', async () => {
      faults.delay(40, { commands: ['get'], times: 1 });
      const begin = performance.now();
      const order: string[] = [];
      await Promise.all([
        client.get('k').then(() => order.push('get')),
        client.set('k', 'v').then(() => order.push('set')),
      ]);
      expect(order).toEqual(['get', 'set']);
      expect(performance.now() - begin).toBeGreaterThan(30);
    });

    it('cuts the connection; the client comes back', async () => {
      await client.set('k', 'v');
      faults.disconnect({ times: 1 });
      const [value] = await Promise.all([client.get('k'), once(client, 'close'), once(client, 'ready')]);
      expect(value).toBe('v');
    });

    it('leaves everything as it was when disposed of', async () => {
      faults.fail('LOADING');
      faults[Symbol.dispose]();
      expect(await client.set('k', 'v')).toBe('OK');
    });
  });

  it('forgets a script once: EVALSHA is followed by EVAL', async () => {
    engine = createEngine();
    client = engine.connect();
    client.defineCommand('answer', { numberOfKeys: 0, lua: 'return 42' });
    const { answer } = client as unknown as { answer(): Promise<number> };
    expect(await answer.call(client)).toBe(42);
    const fault = injectFaults(engine).fail('NOSCRIPT', { times: 1 });
    expect(await answer.call(client)).toBe(42);
    expect(fault.struck).toBe(1);
    engine.close();
  });

  it('loses a reply: the command was run, and is sent again', async () => {
    await using app = await createTestApp().start();
    ({ client } = app.get(CacheBackend) as { client: Redis });
    injectFaults(app).disconnect({ commands: ['incr'], lose: 'reply', times: 1 });
    expect(await client.incr('n')).toBe(2);
  });

  it('cuts a pipeline in the middle', async () => {
    engine = createEngine();
    client = engine.connect({ autoResendUnfulfilledCommands: false, retryStrategy: null });
    await once(client, 'ready');
    injectFaults(engine).disconnect({ commands: ['incr'], after: 2 });
    const results = await client.pipeline().incr('n').incr('n').incr('n').incr('n').exec();
    expect(results?.map(([error, value]) => error?.message ?? value)).toEqual([
      1,
      2,
      'Command aborted due to connection close',
      'Command aborted due to connection close',
    ]);
    const other = engine.connect();
    expect(await other.get('n')).toBe('2');
    engine.close();
  });

  it('is late on the clock of the engine', async () => {
    const clock = new VirtualClock();
    engine = createEngine({ clock });
    client = engine.connect();
    await once(client, 'ready');
    injectFaults(engine).delay(60_000, { commands: ['get'] });
    const late = client.get('k');
    const other = engine.connect();
    await other.set('k', 'written meanwhile');
    await clock.advance(60_000);
    expect(await late).toBe('written meanwhile');
    engine.close();
  });
});
