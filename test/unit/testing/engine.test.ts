import { Redis } from 'ioredis';
import { CacheBackend } from '../../../src';
import { until } from '../../support/until';
import { createEngine, createTestApp, engineOf, VirtualClock, type RedisEngine } from '../../../src/testing';

describe('the engine of a test', () => {
  let engine: RedisEngine;
  let client: ReturnType<RedisEngine['connect']>;
  beforeEach(() => {
    engine = createEngine();
    client = engine.connect();
  });
  afterEach(() => {
    client.disconnect();
    engine.close();
  });

  const LIBRARY = "#!lua name=lib\nredis.register_function('answer', function() return 42 end)";

  /** One key of every type, in two databases. */
  async function fill(): Promise<void> {
    await client.set('string', 'value', 'PX', 60_000);
    await client.append('raw', 'bytes');
    await client.rpush('list', 'a', 'b');
    await client.sadd('set', 'member');
    await client.zadd('zset', 1, 'member');
    await client.hset('hash', { field: 'value' });
    await client.xadd('stream', '1-1', 'field', 'value');
    await client.xgroup('CREATE', 'stream', 'group', '0');
    await client.function('LOAD', LIBRARY);
    await client.select(1);
    await client.set('other', 'database');
    await client.select(0);
  }

  const change = async () => {
    await client.flushall();
    await client.function('FLUSH');
    await client.set('new', 'value');
  };

  async function expectAll(on = client): Promise<void> {
    expect((await on.keys('*')).sort()).toEqual(['hash', 'list', 'raw', 'set', 'stream', 'string', 'zset']);
    expect(await on.pttl('string')).toBeGreaterThan(50_000);
    expect([await on.pttl('raw'), await on.get('raw')]).toEqual([-1, 'bytes']);
    expect(await on.lrange('list', 0, -1)).toEqual(['a', 'b']);
    expect(await on.xrange('stream', '-', '+')).toEqual([['1-1', ['field', 'value']]]);
    expect(await on.xinfo('GROUPS', 'stream')).toHaveLength(1);
    expect(await on.fcall('answer', 0)).toBe(42);
    await on.select(1);
    expect(await on.get('other')).toBe('database');
    await on.select(0);
  }

  it('goes back to a snapshot, as often as wanted', async () => {
    await fill();
    const snapshot = engine.snapshot();
    expect(snapshot.keys).toBe(8);
    for (let round = 0; round < 2; round++) {
      await change();
      engine.restore(snapshot);
      await expectAll();
      await client.rpush('list', 'c'); // must not reach the snapshot
    }
  });

  it('forks: neither side sees what the other writes', async () => {
    await fill();
    const copy = engine.fork();
    const other = copy.connect();
    await expectAll(other);
    await other.rpush('list', 'theirs');
    await client.rpush('list', 'ours');
    expect(await other.lrange('list', 0, -1)).toEqual(['a', 'b', 'theirs']);
    expect(await client.lrange('list', 0, -1)).toEqual(['a', 'b', 'ours']);
    other.disconnect();
    copy.close();
  });

  it('tells those who watch a key or wait for it of a restore', async () => {
    await client.set('watched', '1');
    const before = engine.snapshot();
    await client.rpush('queue', 'job');
    const full = engine.snapshot();
    engine.restore(before);
    await client.watch('watched');
    const waiting = engine.connect();
    const popped = waiting.blpop('queue', 0);
    await until('it waits', async () => (await client.info('clients')).includes('blocked_clients:1'));
    engine.restore(full);
    expect(await popped).toEqual(['queue', 'job']);
    expect(await client.multi().get('watched').exec()).toBeNull();
    waiting.disconnect();
  });

  it('leaves out what has expired, when the snapshot is taken and when it is restored', async () => {
    const clock = new VirtualClock();
    const timed = createEngine({ clock });
    const own = timed.connect();
    await own.set('short', 'x', 'PX', 100);
    await own.set('long', 'x', 'PX', 1000);
    const snapshot = timed.snapshot();
    await clock.advance(500);
    expect(timed.snapshot().keys).toBe(1);
    timed.restore(snapshot);
    expect(await own.keys('*')).toEqual(['long']);
    await clock.advance(501);
    expect(await own.dbsize()).toBe(0);
    own.disconnect();
    timed.close();
  });

  it('is found from an application, its backend and their clients, and refused for a client of a server', async () => {
    const app = await createTestApp().start();
    const backend = app.get(CacheBackend);
    const found = engineOf(app);
    expect([engineOf(backend), engineOf(backend.client), engineOf(backend.connection('commands'))]).toEqual([
      found,
      found,
      found,
    ]);
    expect(engineOf(found)).toBe(found);
    await app.stop();
    const elsewhere = new Redis({ lazyConnect: true });
    expect(() => engineOf(elsewhere)).toThrow(expect.objectContaining({ code: 'ENGINE_NOT_AVAILABLE' }));
    expect(() => engineOf({ fork: true } as never)).toThrow(expect.objectContaining({ code: 'ENGINE_NOT_AVAILABLE' }));
  });

  it('is copied quickly', async () => {
    const pipeline = client.pipeline();
    for (let i = 0; i < 10_000; i++) pipeline.set(`key:${i}`, `value ${i}`);
    await pipeline.exec();
    // The time of this process, not the one on the wall: how busy the machine is does not count.
    const fastest = (run: () => void) =>
      Math.min(
        ...Array.from({ length: 5 }, () => {
          const begin = process.cpuUsage();
          run();
          const { user, system } = process.cpuUsage(begin);
          return (user + system) / 1000;
        }),
      );
    const snapshot = engine.snapshot();
    const took = {
      snapshot: fastest(() => void engine.snapshot()),
      restore: fastest(() => {
        engine.restore(snapshot);
      }),
      fork: fastest(() => {
        engine.fork().close();
      }),
    };
    process.stdout.write(`10,000 keys: ${JSON.stringify(took)} ms\n`);
    expect(Math.max(...Object.values(took))).toBeLessThan(100);
  });
});
