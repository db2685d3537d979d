import { once } from 'node:events';
import type { Redis } from 'ioredis';
import { CacheBackend } from '../../../../../src';
import { appWith, openClient } from '../../../../support/distributed-app';
import { RecordingLogger } from '../../../../support/kept-engine';
import { freePort, type RedisServer, startRedisServer } from '../../../../support/redis-server';
import { until } from '../../../../support/until';

/** Not `once` of node:events, which rejects when an error comes first: attempts to connect fail meanwhile. */
const event = (client: Redis, name: 'close' | 'ready'): Promise<void> =>
  new Promise((resolve) => void client.once(name, resolve));

describe('a server that goes away while a program works', () => {
  it('is waited for: commands, subscriptions and waiting commands go on when it is back', async () => {
    const port = await freePort();
    const start = (): Promise<RedisServer> => startRedisServer({ args: ['--port', String(port)] });
    let server = await start();
    const logger = new RecordingLogger();
    const app = await appWith({ addr: `127.0.0.1:${String(port)}` }, logger).start();
    const backend = app.get(CacheBackend);
    const client = backend.client; // not a Cluster
    const subscriber = backend.connection('subscriber'); // not a Cluster
    await subscriber.subscribe('news');
    const waiting = backend.connection('blocking').blpop('queue', 0);
    await client.set('before', '1');

    const gone = event(client, 'close');
    await server.stop();
    await gone;
    expect(await backend.health()).toMatchObject({ status: 'down', latencyMs: undefined });
    const write = client.set('meanwhile', '2');
    const subscribedAgain = event(subscriber, 'ready');
    const hasFailed = () => logger.events('warn').includes('redis_connection_error');
    await until('an attempt to connect has failed, and was logged', () => Promise.resolve(hasFailed()));
    server = await start();
    expect(await write).toBe('OK');
    expect(await client.get('before')).toBeNull();
    expect(await backend.health()).toMatchObject({ status: 'ok' });

    await subscribedAgain;
    const message = once(subscriber, 'message');
    while ((await client.publish('news', 'again')) === 0);
    expect(await message).toEqual(['news', 'again']);
    await client.rpush('queue', 'work');
    expect(await waiting).toEqual(['queue', 'work']);
    await app.stop();
    await server.stop();
  });

  it('lets an application stop while it is away', async () => {
    const server = await startRedisServer();
    const app = await appWith({ addr: `${server.host}:${String(server.port)}` }).start();
    const { client } = app.get(CacheBackend);
    const gone = event(client, 'close'); // not a Cluster
    await server.stop();
    await gone;
    const pending = client.get('key').catch((error: unknown) => String(error));
    await app.stop();
    expect(await pending).toContain('Connection is closed');
  });
});

describe('an ACL user', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedisServer();
    const admin = openClient(server);
    await admin.call('ACL', 'SETUSER', 'app', 'on', '>secret', '~app:*', '&*', '+@all', '-@dangerous', '+info');
    await admin.call('ACL', 'SETUSER', 'default', 'off');
    await admin.quit();
  });
  afterAll(() => server.stop());

  const login = { username: 'app', password: 'secret' };

  it.each([
    ['settings', () => ({ addr: `127.0.0.1:${String(server.port)}`, ...login })],
    ['a URL', () => ({ url: `redis://app:secret@127.0.0.1:${String(server.port)}` })],
  ])('logs in by %s and may do what it may', async (_, redis) => {
    const app = await appWith(redis()).start();
    const backend = app.get(CacheBackend);
    expect(await backend.client.set('app:key', '1')).toBe('OK');
    await expect(backend.client.set('other', '1')).rejects.toThrow('NOPERM');
    expect(await backend.connection('commands').get('app:key')).toBe('1');
    await app.stop();
  });

  it.each([
    ['a wrong password', { username: 'app', password: 'wrong' }, 'refused the user name or the password'],
    ['a user that does not exist', { username: 'nobody', password: 'secret' }, 'refused the user name or the password'],
    ['no login at all', {}, 'asks for a password'],
  ])('fails the start with REDIS_AUTH_FAILED for %s', async (_, wrong, reason) => {
    await expect(appWith({ addr: `127.0.0.1:${String(server.port)}`, ...wrong }).start()).rejects.toMatchObject({
      code: 'REDIS_AUTH_FAILED',
      message: expect.stringContaining(reason),
    });
  });
});
