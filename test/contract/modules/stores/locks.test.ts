import { once } from 'node:events';
import { Clock, LockManager, locksModule, override } from '../../../../src';
import { ManualClock } from '../../../support/manual-clock';
import { until } from '../../../support/until';
import { inEveryPlace } from './places';

/** So long that nothing expires on the server by the time a busy machine takes. */
const HOUR_MS = 3_600_000;

inEveryPlace([locksModule], (place) => {
  const locks = (): LockManager => place().app.get(LockManager);
  const holder = (resource: string): string => `locks:{${resource}}:holder`;

  /** Another instance whose timers a test moves. */
  const withClock = async () => {
    const clock = new ManualClock();
    const app = await place().another({ overrides: [override(Clock, clock)] });
    return { clock, app, locks: app.get(LockManager) };
  };

  it('FR-7: a lock has one holder, who can refresh it and gives it back', async () => {
    const lock = await locks().acquire('r', { ttl: HOUR_MS });
    expect(lock.resource).toBe('r');
    await expect(locks().acquire('r')).rejects.toMatchObject({ code: 'LOCK_NOT_ACQUIRED' });
    await place().client.pexpire(holder('r'), HOUR_MS / 4);
    await lock.refresh();
    expect(await place().client.pttl(holder('r'))).toBeGreaterThan(HOUR_MS / 2);
    await lock.release();
    expect(await place().client.exists(holder('r'))).toBe(0);
    await expect(lock.release()).rejects.toMatchObject({ code: 'LOCK_NOT_HELD' });
    await expect(lock.refresh()).rejects.toMatchObject({ code: 'LOCK_NOT_HELD' });
    await lock[Symbol.asyncDispose]();
    expect(lock.signal.aborted).toBe(false);
  });

  it('50 that want the same hold it one after the other', async () => {
    const other = (await place().another()).get(LockManager);
    let holders = 0;
    const seen: number[] = [];
    const work = async (manager: LockManager) => {
      await using _lock = await manager.acquire('r', { wait: HOUR_MS });
      seen.push(++holders);
      await new Promise((resolve) => setImmediate(resolve));
      holders -= 1;
    };
    await Promise.all(Array.from({ length: 50 }, (_, i) => work(i % 2 === 0 ? locks() : other)));
    expect(seen).toEqual(Array.from({ length: 50 }, () => 1));
    expect(await place().client.exists(holder('r'))).toBe(0);
  });

  it('who waits gets it when it is given back, or expires; who waits too long is told so', async () => {
    const lock = await locks().acquire('r');
    const waiting = locks().acquire('r', { wait: HOUR_MS });
    await expect(locks().acquire('r', { wait: 30 })).rejects.toMatchObject({
      code: 'LOCK_NOT_ACQUIRED',
      message: expect.stringContaining('waited 30 ms'),
    });
    await lock.release();
    await (await waiting).release();

    await place().client.set(holder('dead'), 'of a process that died', 'PX', 50);
    await (await locks().acquire('dead', { wait: HOUR_MS })).release();
  });

  it('an abort ends the waiting, and no lock is taken', async () => {
    const lock = await locks().acquire('r');
    const cancel = new AbortController();
    const waiting = locks().acquire('r', { wait: HOUR_MS, signal: cancel.signal });
    const reason = new Error('enough');
    cancel.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await lock.release();
    await expect(locks().acquire('r', { signal: cancel.signal })).rejects.toBe(reason);

    // Aborted while the command is under way: what it got is given back.
    const late = new AbortController();
    const taking = locks().acquire('r', { signal: late.signal });
    late.abort();
    await expect(taking).rejects.toMatchObject({ name: 'AbortError' });
    await until('it is given back', async () => (await place().client.exists(holder('r'))) === 0);
  });

  it('a lock is renewed after every third of its time, until it is released', async () => {
    const { clock, locks: own, app } = await withClock();
    const lock = await own.acquire('r', { ttl: HOUR_MS });
    for (let i = 0; i < 4; i++) {
      await place().client.pexpire(holder('r'), HOUR_MS / 4);
      clock.advance(HOUR_MS / 3);
      await until('it is renewed', async () => (await place().client.pttl(holder('r'))) > HOUR_MS / 2);
      await until('its next timers are set', async () => clock.next === HOUR_MS / 3);
    }
    expect(lock.signal.aborted).toBe(false);
    await lock.release();
    expect(clock.pending).toBe(0);
    expect(own.stats()).toEqual({ acquired: 1, refused: 0, released: 1, lost: 0, held: 0 });
    await app.stop();
  });

  it.each([
    ['taken away', 'LOCK_NOT_HELD', async () => void (await place().client.del(holder('r')))],
    ['taken over', 'LOCK_NOT_OWNED', async () => void (await place().client.set(holder('r'), 'somebody else'))],
  ])('its signal is aborted when the lock is %s', async (_, code, steal) => {
    const { clock, locks: own } = await withClock();
    const lock = await own.acquire('r');
    await steal();
    const before = await place().client.get(holder('r'));
    const lost = once(lock.signal, 'abort');
    clock.advance(10_000);
    await lost;
    expect(lock.signal.reason).toMatchObject({ code });
    await expect(lock.release()).rejects.toMatchObject({ code: 'LOCK_NOT_HELD' });
    await lock[Symbol.asyncDispose]();
    expect(await place().client.get(holder('r'))).toBe(before);
    expect(own.stats()).toMatchObject({ lost: 1, released: 0, held: 0 });
    expect(clock.pending).toBe(0);
  });

  it('releasing what somebody else holds says so, and leaves it to them', async () => {
    const lock = await locks().acquire('r');
    await place().client.set(holder('r'), 'somebody else');
    await expect(lock.release()).rejects.toMatchObject({ code: 'LOCK_NOT_OWNED' });
    expect(await place().client.get(holder('r'))).toBe('somebody else');
  });

  it('when the application stops, holders are told and their locks given back', async () => {
    const app = await place().another();
    const manager = app.get(LockManager);
    const lock = await manager.acquire('r');
    const waiting = manager.acquire('r', { wait: HOUR_MS });
    const refused = expect(waiting).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    await app.stop();
    await refused;
    expect(lock.signal.reason).toMatchObject({ code: 'LOCK_NOT_HELD' });
    await expect(manager.acquire('r')).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    await (await locks().acquire('r')).release();
  });

  it('bad input and a key of another program are coded errors', async () => {
    await expect(locks().acquire('')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(locks().acquire('r', { ttl: 10 })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(locks().acquire('r', { wait: -1 })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await place().client.rpush(holder('r'), 'a list');
    await expect(locks().acquire('r', { wait: 5000 })).rejects.toMatchObject({ code: 'STORED_DATA_INVALID' });
  });
});
