import { once } from 'node:events';
import { CacheBackend, Clock, LockManager, locksModule, override } from '../../../src';
import { createEngine, createTestApp, VirtualClock } from '../../../src/testing';

const NOON = Date.UTC(2030, 0, 1, 12);

describe('VirtualClock', () => {
  it('stands still until it is moved', async () => {
    const clock = new VirtualClock(new Date(NOON));
    const fired: number[] = [];
    clock.setTimer(() => fired.push(clock.now() - NOON), 20);
    clock.setTimer(() => {
      fired.push(clock.now() - NOON);
      clock.setTimer(() => fired.push(clock.now() - NOON), 5);
    }, 10);
    const cleared = clock.setTimer(() => fired.push(-1), 1);
    clock.clearTimer(cleared);
    await clock.advance(14);
    expect(fired).toEqual([10]);
    await clock.set(NOON + 100);
    expect(fired).toEqual([10, 15, 20]);
    expect([clock.now(), clock.pending]).toEqual([NOON + 100, 0]);
    await clock.set(new Date(NOON));
    expect(clock.now()).toBe(NOON);
  });

  it('moves TTLs, expired events, ids of streams, TIME and blocking timeouts of an engine', async () => {
    const clock = new VirtualClock(NOON);
    const engine = createEngine({ clock });
    const [client, subscriber, blocked] = [engine.connect(), engine.connect(), engine.connect()];
    await Promise.all([client, subscriber, blocked].map((one) => once(one, 'ready')));
    await client.config('SET', 'notify-keyspace-events', 'Ex');
    await subscriber.subscribe('__keyevent@0__:expired');
    const expired = once(subscriber, 'message');
    await client.set('key', 'value', 'EX', 3600);
    expect(await client.xadd('stream', '*', 'f', 'v')).toBe(`${NOON}-0`);
    const popped = blocked.blpop('queue', 600);
    const order: string[] = [];
    void popped.then(() => order.push('popped'));
    await clock.advance(599_000);
    expect(order).toEqual([]);
    await clock.advance(1000);
    expect(await popped).toBeNull();
    expect(await client.ttl('key')).toBe(3000);
    await clock.advance(3_000_001);
    expect(await expired).toEqual(['__keyevent@0__:expired', 'key']);
    expect(String((await client.time())[0])).toBe(String(Math.floor((NOON + 3_600_001) / 1000)));
    expect(await client.xadd('stream', '*', 'f', 'v')).toBe(`${NOON + 3_600_001}-0`);
    engine.close();
  });

  it('moves an application as a whole: the engine and the timers of the modules', async () => {
    const clock = new VirtualClock(NOON);
    const app = await createTestApp({ modules: [locksModule], overrides: [override(Clock, clock)] }).start();
    const { client } = app.get(CacheBackend);
    const lock = await app.get(LockManager).acquire('job', { ttl: 30_000 });
    await clock.advance(3_600_000); // renewed every ten seconds, all the while
    expect(lock.signal.aborted).toBe(false);
    await client.set('key', 'value', 'EX', 10);
    await clock.advance(10_001);
    expect(await client.exists('key')).toBe(0);
    await lock.release();
    await app.stop();
    expect(clock.pending).toBe(0);
  });

  it.each(['before', 'after'])('works while Jest fakes all timers (%s the client connects)', async (when) => {
    const clock = new VirtualClock(NOON);
    const engine = createEngine({ clock });
    if (when === 'before') jest.useFakeTimers({ doNotFake: ['nextTick'] });
    const client = engine.connect();
    await once(client, 'ready');
    jest.useFakeTimers({ doNotFake: ['nextTick'] });
    try {
      await client.set('key', 'value', 'EX', 60);
      const popped = client.blpop('queue', 5);
      await clock.advance(5000);
      expect(await popped).toBeNull();
      for (let i = 0; i < 500; i++) await client.incr('n');
      await clock.advance(60_000);
      expect(await client.exists('key')).toBe(0);
    } finally {
      jest.useRealTimers();
      engine.close();
    }
  });

  it('is not needed with fake timers: they move an engine on the system clock', async () => {
    const engine = createEngine();
    jest.useFakeTimers({ doNotFake: ['nextTick'] });
    try {
      const client = engine.connect();
      await client.set('key', 'value', 'EX', 60);
      const popped = client.blpop('queue', 5);
      await jest.advanceTimersByTimeAsync(5000);
      expect(await popped).toBeNull();
      await jest.advanceTimersByTimeAsync(60_000);
      expect(await client.dbsize()).toBe(0);
    } finally {
      jest.useRealTimers();
      engine.close();
    }
  });
});
