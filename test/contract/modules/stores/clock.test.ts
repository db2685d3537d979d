import {
  type App,
  CacheBackend,
  Clock,
  IdempotencyStore,
  LockManager,
  locksModule,
  memoryModule,
  MemoryStore,
  override,
  TaskConfigStore,
  tasksModule,
  webhooksModule,
} from '../../../../src';
import { createTestApp } from '../../../../src/testing';
import { ManualClock } from '../../../support/manual-clock';

const HOUR_MS = 3_600_000;

describe('a clock that a test moves', () => {
  let clock: ManualClock;
  let app: App;
  beforeEach(async () => {
    clock = new ManualClock();
    const modules = [memoryModule, tasksModule, webhooksModule, locksModule];
    app = await createTestApp({ modules, overrides: [override(Clock, clock)] }).start();
  });
  afterEach(() => app.stop());

  it('moves what lives in this process: a conversation expires as a whole', async () => {
    const memory = app.get(MemoryStore);
    await memory.append('c', ['x'], { ttl: HOUR_MS });
    clock.advance(HOUR_MS - 1);
    expect(await memory.ttl('c')).toBe(1);
    expect(await memory.read('c')).toEqual(['x']);
    // As in Redis, it lives through its last millisecond.
    clock.advance(2);
    expect(await memory.read('c')).toEqual([]);
    expect(await memory.tokenCount('c')).toBe(0);
    expect(await app.get(CacheBackend).client.dbsize()).toBe(0);
  });

  it('a task that is read lives on, one that is not does not', async () => {
    const tasks = app.get(TaskConfigStore);
    await tasks.save('read', 1);
    await tasks.save('not read', 1);
    clock.advance(23 * HOUR_MS);
    await tasks.get('read');
    clock.advance(2 * HOUR_MS);
    expect(await tasks.keys()).toEqual(['read']);
    clock.advance(22 * HOUR_MS + 1);
    expect(await tasks.keys()).toEqual([]);
  });

  it('a flush mark goes away after 30 turns, an attempt after the time it asked for, a result after a day', async () => {
    const [memory, webhooks] = [app.get(MemoryStore), app.get(IdempotencyStore)];
    await memory.markFlushPending('c');
    await webhooks.begin('hook', 1000);
    clock.advance(999);
    expect(await webhooks.begin('hook', 1000)).toEqual({ status: 'in-progress' });
    clock.advance(2);
    const begun = await webhooks.begin('hook', 1000);
    if (begun.status !== 'started') throw new Error('the attempt should have expired');
    await webhooks.complete('hook', begun.token, 1);
    clock.advance(HOUR_MS / 2 - 1001);
    await expect(memory.markFlushPending('c')).rejects.toMatchObject({ code: 'FLUSH_ALREADY_PENDING' });
    clock.advance(1);
    await memory.markFlushPending('c');
    clock.advance(23 * HOUR_MS);
    expect(await webhooks.begin('hook', 1000)).toMatchObject({ status: 'completed' });
    clock.advance(HOUR_MS + 1);
    expect(await webhooks.begin('hook', 1000)).toMatchObject({ status: 'started' });
  });

  it('a lock is held for as long as it is renewed, and one whose holder died is free when its time is over', async () => {
    const locks = app.get(LockManager);
    const lock = await locks.acquire('held', { ttl: 30_000 });
    for (let turn = 0; turn < 60; turn++) {
      clock.advance(10_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(lock.signal.aborted).toBe(false);
    await expect(locks.acquire('held')).rejects.toMatchObject({ code: 'LOCK_NOT_ACQUIRED' });
    await lock.release();

    await app.get(CacheBackend).client.set('locks:{dead}:holder', 'nobody', 'PX', 5000);
    const waiting = locks.acquire('dead', { wait: 6000 });
    let waited = 0;
    for (let taken = false; !taken; waited += 100) {
      clock.advance(100);
      taken = await Promise.race([waiting.then(() => true), new Promise<false>((no) => setImmediate(no, false))]);
    }
    expect(waited).toBeGreaterThanOrEqual(4900);
    expect(waited).toBeLessThanOrEqual(5500);
    await (await waiting).release();
  });
});
