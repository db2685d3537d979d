import { CacheBackend, silentLogger } from '../../../../../src';
import { systemClock } from '../../../../../src/container/clock';
import { RedisLockManager } from '../../../../../src/modules/stores/locks/redis-lock-manager';
import { createTestApp } from '../../../../../src/testing';

/** More turns of the microtask queue than an acquisition takes in this process. */
const TURNS = 40;

it('leaves no lock behind, at whatever moment of an acquisition it is closed', async () => {
  await using app = await createTestApp().start();
  const { client } = app.get(CacheBackend);
  for (let turns = 0; turns < TURNS; turns++) {
    const manager = new RedisLockManager({ client, clock: systemClock, logger: silentLogger });
    const acquiring = manager.acquire(`after ${String(turns)}`).catch((error: unknown) => error);
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    await manager.close();
    const outcome = await acquiring; // refused, or told that it is lost
    expect(outcome).toMatchObject(outcome instanceof Error ? { code: 'STORE_CLOSED' } : { signal: { aborted: true } });
    expect(manager.stats().held).toBe(0);
  }
  expect(await client.keys('locks:*')).toEqual([]);
});
