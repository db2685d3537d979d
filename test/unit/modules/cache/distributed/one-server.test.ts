import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { CacheBackend } from '../../../../../src';
import { appWith, openClient } from '../../../../support/distributed-app';
import { freePort, type RedisServer, startRedisServer } from '../../../../support/redis-server';

describe('the distributed backend', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedisServer({ args: ['--requirepass', 'pass word'] });
  });
  afterAll(() => server.stop());

  const at = (): string => `${server.host}:${String(server.port)}`;

  it('serves what a host asks of it, and leaves nothing connected', async () => {
    const app = await appWith({ addr: at(), password: 'pass word', db: 3 }).start();
    const backend = app.get(CacheBackend);
    await backend.client.set('greeting', 'hello', 'EX', 60);

    const subscriber = backend.connection('subscriber');
    await subscriber.subscribe('news');
    const message = once(subscriber, 'message');
    await backend.client.publish('news', 'today');
    expect(await message).toEqual(['news', 'today']);

    const blocking = backend.connection('blocking');
    expect(blocking.options).toMatchObject({ maxRetriesPerRequest: null, db: 3 });
    const popped = blocking.blpop('queue', 0);
    await backend.client.rpush('queue', 'work');
    expect(await popped).toEqual(['queue', 'work']);

    const own = openClient(backend.redisOptions());
    expect(await own.get('greeting')).toBe('hello');
    own.disconnect();

    expect(await backend.health()).toMatchObject({ status: 'ok', reasons: [] });
    await app.stop();
    expect([backend.client, subscriber, blocking].map(({ status }) => status)).toEqual(['end', 'end', 'end']);
    expect(await backend.health()).toMatchObject({ status: 'down', reasons: ['the backend is closed'] });
    expect(() => backend.connection('commands')).toThrow(expect.objectContaining({ code: 'BACKEND_CLOSED' }));
  });

  it('reads user, password and database from a URL', async () => {
    const app = await appWith({ url: `redis://:pass%20word@${at()}/5` }).start();
    const { client } = app.get(CacheBackend);
    expect(client.options).toMatchObject({ db: 5, password: 'pass word' });
    expect(await client.ping()).toBe('PONG');
    await app.stop();
  });

  it('drops a connection of its own from its list when it is closed early', async () => {
    const app = await appWith({ addr: at(), password: 'pass word' }).start();
    const connection = app.get(CacheBackend).connection('commands');
    await connection.ping();
    await connection.quit();
    await app.stop();
    expect(connection.status).toBe('end');
  });

  it.each([
    ['a wrong password', { password: 'wrong' }],
    ['no password', {}],
  ])('fails the start with REDIS_AUTH_FAILED for %s, without showing it', async (_, login) => {
    await expect(appWith({ addr: at(), ...login }).start()).rejects.toMatchObject({
      code: 'REDIS_AUTH_FAILED',
      module: 'cache',
      message: expect.not.stringContaining('wrong-'),
    });
  });

  it('fails the start with REDIS_NOT_READY for a database that does not exist', async () => {
    const start = appWith({ addr: at(), password: 'pass word', db: 99 }).start();
    await expect(start).rejects.toMatchObject({ code: 'REDIS_NOT_READY', message: expect.stringContaining(at()) });
  });

  it('fails the start with REDIS_UNREACHABLE naming host and reason when nobody listens', async () => {
    const addr = `127.0.0.1:${String(await freePort())}`;
    await expect(appWith({ addr }).start()).rejects.toMatchObject({
      code: 'REDIS_UNREACHABLE',
      message: expect.stringMatching(new RegExp(`${addr} cannot be reached: connect ECONNREFUSED`)),
    });
  });

  it('gives up after connect_timeout on a server that accepts and says nothing', async () => {
    const mute = createServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as AddressInfo; // TCP servers have an AddressInfo
    const sockets: { destroy(): unknown }[] = [];
    mute.on('connection', (socket) => sockets.push(socket));
    const start = appWith({ addr: `127.0.0.1:${String(port)}`, connect_timeout: '200ms' }).start();
    await expect(start).rejects.toMatchObject({ code: 'REDIS_UNREACHABLE' });
    for (const socket of sockets) socket.destroy();
    mute.close();
  });

  it('names the TLS file it cannot read', async () => {
    const start = appWith({ addr: at(), tls: { enabled: true, ca: '/no/such.pem' } }).start();
    await expect(start).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('redis.tls.ca = "/no/such.pem"'),
    });
  });
});
