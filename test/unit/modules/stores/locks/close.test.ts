import { Redis } from 'ioredis';
import { CacheBackend, silentLogger } from '../../../../../src';
import { systemClock } from '../../../../../src/container/clock';
import { RedisLockManager } from '../../../../../src/modules/stores/locks/redis-lock-manager';
import { createTestApp } from '../../../../../src/testing';
import { startRedisServer } from '../../../../support/redis-server';

/** More turns of the microtask queue than an acquisition takes in this process. */
const TURNS = 40;

async function closeAtAnyMoment(client: Redis): Promise<void> {
  for (let turns = 0; turns < TURNS; turns++) {
    const manager = new RedisLockManager({ client, clock: systemClock, logger: silentLogger });
    const acquiring = manager.acquire(`after ${String(turns)}`).catch((error: unknown) => error);
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    await manager.close();
    const outcome = await acquiring; // refused, or told that it is lost
    expect(outcome).toMatchObject(outcome instanceof Error ? { code: 'STORE_CLOSED' } : { signal: { aborted: true } });
    expect(manager.stats().held).toBe(0);
    expect(await client.keys('locks:*')).toEqual([]);
  }
}

describe('leaves no lock behind, at whatever moment of an acquisition it is closed', () => {
  it('in this process', async () => {
    await using app = await createTestApp().start();
    await closeAtAnyMoment(app.get(CacheBackend).client);
  });

  it('on a Redis, whose answer is still to come', async () => {
    const server = await startRedisServer();
    const client = new Redis(server.port, server.host);
    await closeAtAnyMoment(client);
    client.disconnect();
    await server.stop();
  });
});
