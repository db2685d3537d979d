import { once } from 'node:events';
import { CacheBackend, createApp } from '../../src';
import { type RedisServer, startRedisServer } from '../support/redis-server';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());

it.each(['standalone', 'distributed'] as const)(
  '%s: a duplicate of the shared client connects by itself',
  async (mode) => {
    const addr = `127.0.0.1:${String(server.port)}`;
    const config = { mode, log: { level: 'silent' as const }, ...(mode === 'distributed' && { redis: { addr } }) };
    const app = await createApp({ config, env: {} }).start();
    const duplicate = app.get(CacheBackend).client.duplicate();
    await once(duplicate, 'ready');
    expect(await duplicate.ping()).toBe('PONG');
    duplicate.disconnect();
    await once(duplicate, 'end');
    await app.stop();
  },
);
