import { once } from 'node:events';
import { CacheBackend } from '../../../../../src';
import { appWith, openClient } from '../../../../support/distributed-app';
import { freePort } from '../../../../support/redis-server';
import { type SentinelTrio, startSentinelTrio } from '../../../../support/redis-sentinel';
import { until } from '../../../../support/until';

describe('the distributed backend with sentinels', () => {
  let trio: SentinelTrio;
  beforeAll(async () => {
    trio = await startSentinelTrio({ sentinelPassword: 'watch-word' });
  });
  afterAll(() => trio.stop());

  const login = { sentinel_name: 'main', sentinel_password: 'watch-word' };

  it('serves what a host asks of it from the master', async () => {
    const app = await appWith({ sentinels: [...trio.addresses], ...login, db: 2 }).start();
    const backend = app.get(CacheBackend);
    await backend.client.set('greeting', 'hello');
    const master = openClient({ port: trio.master.port, host: trio.master.host, db: 2 });
    expect(await master.get('greeting')).toBe('hello');
    master.disconnect();

    const subscriber = backend.connection('subscriber'); // not a Cluster
    await subscriber.subscribe('news');
    const message = once(subscriber, 'message');
    await backend.client.publish('news', 'today');
    expect(await message).toEqual(['news', 'today']);

    const own = openClient(backend.redisOptions());
    expect(await own.get('greeting')).toBe('hello');
    own.disconnect();
    expect(await backend.health()).toMatchObject({ status: 'ok', reasons: [] });
    await app.stop();
    expect([backend.client.status, subscriber.status]).toEqual(['end', 'end']);
  });

  it('says that node-redis has a factory of its own for them', async () => {
    const app = await appWith({ sentinels: [...trio.addresses], ...login }).start();
    const backend = app.get(CacheBackend);
    expect(backend.lacks).toEqual(['node-redis-options']);
    await expect(backend.nodeRedisOptions?.()).rejects.toMatchObject({
      code: 'REDIS_OPTIONS_UNAVAILABLE',
      message: expect.stringContaining(
        "createSentinel({ name: 'main', sentinelRootNodes: [{ host: '127.0.0.1', port: ",
      ),
    });
    await app.stop();
  });

  it('leaves the sentinels when a connection is closed by QUIT', async () => {
    const app = await appWith({ sentinels: [...trio.addresses], ...login }).start();
    const subscribed = (count: number) => (): Promise<boolean> => trio.subscribers().then((found) => found === count);
    await until('the sentinels tell the client about failovers', subscribed(3));
    const connection = app.get(CacheBackend).connection('commands');
    await until('they tell the connection as well', subscribed(6));
    await connection.quit();
    await until('they tell the client only', subscribed(3));
    await app.stop();
    await until('they tell nobody', subscribed(0));
  });

  it('starts as long as one of the sentinels it was told of is there', async () => {
    const gone = `127.0.0.1:${String(await freePort())}`;
    const app = await appWith({ sentinels: [gone, ...trio.addresses.slice(0, 1)], ...login }).start();
    expect(await app.get(CacheBackend).client.ping()).toBe('PONG');
    await app.stop();
  });

  it('fails the start with REDIS_UNREACHABLE, naming every sentinel and its reason', async () => {
    const sentinels = [`127.0.0.1:${String(await freePort())}`, `127.0.0.1:${String(await freePort())}`];
    const error: unknown = await appWith({ sentinels, ...login })
      .start()
      .catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: 'REDIS_UNREACHABLE', module: 'cache' });
    for (const sentinel of sentinels) expect(String(error)).toContain(`connect ECONNREFUSED ${sentinel}`);
  });

  it('fails the start with REDIS_NOT_READY for a master the sentinels do not know', async () => {
    const start = appWith({ sentinels: [...trio.addresses], ...login, sentinel_name: 'other' }).start();
    await expect(start).rejects.toMatchObject({
      code: 'REDIS_NOT_READY',
      message: expect.stringMatching(/"other".*Check redis\.sentinel_name/),
    });
  });

  it.each([
    ['a wrong password', { sentinel_password: 'wrong-secret' }],
    ['no password', { sentinel_password: '' }],
  ])('fails the start with REDIS_AUTH_FAILED for %s of the sentinels, without showing it', async (_, wrong) => {
    const start = appWith({ sentinels: [...trio.addresses], ...login, ...wrong }).start();
    await expect(start).rejects.toMatchObject({
      code: 'REDIS_AUTH_FAILED',
      message: expect.stringMatching(/^(?!.*wrong-secret).*redis\.sentinel_password/),
    });
  });

  it('names the setting when the master refuses the login', async () => {
    const start = appWith({ sentinels: [...trio.addresses], ...login, username: 'nobody', password: 'x' }).start();
    await expect(start).rejects.toMatchObject({
      code: 'REDIS_AUTH_FAILED',
      message: expect.stringContaining('Check redis.username and redis.password'),
    });
  });
});

describe('a failover the sentinels make', () => {
  let trio: SentinelTrio;
  beforeEach(async () => {
    trio = await startSentinelTrio();
  });
  afterEach(() => trio.stop());

  it('lets the writes, subscriptions and waiting commands of a program go on', async () => {
    const app = await appWith({ sentinels: [...trio.addresses], sentinel_name: trio.name }).start();
    const backend = app.get(CacheBackend);
    const client = backend.client; // not a Cluster
    const subscriber = backend.connection('subscriber'); // not a Cluster
    await subscriber.subscribe('news');
    const waiting = backend.connection('blocking').blpop('queue', 0);

    await trio.failover();
    let written = 0;
    await until('the replica is the master', async () => {
      await client.set('counter', String(++written));
      return client.options.port === trio.replica.port || client.stream.remotePort === trio.replica.port;
    });
    await client.set('after', 'the failover');
    const promoted = openClient(trio.replica);
    expect(await promoted.get('after')).toBe('the failover');
    promoted.disconnect();

    const message = once(subscriber, 'message');
    await until('the subscriber is back', async () => (await client.publish('news', 'again')) === 1);
    expect(await message).toEqual(['news', 'again']);
    await client.rpush('queue', 'work');
    expect(await waiting).toEqual(['queue', 'work']);
    await app.stop();
  });

  it('is followed when the master hangs and never closes a connection, by clients of libraries as well', async () => {
    const app = await appWith({ sentinels: [...trio.addresses], sentinel_name: trio.name }).start();
    const { client } = app.get(CacheBackend);
    const own = openClient(app.get(CacheBackend).redisOptions());
    await own.ping();
    process.kill(trio.master.pid, 'SIGSTOP');
    expect(await client.set('key', 'written after the failover')).toBe('OK');
    expect(await own.append('key', ', twice')).toBe('written after the failover, twice'.length);
    own.disconnect();
    const promoted = openClient(trio.replica);
    expect(await promoted.get('key')).toBe('written after the failover, twice');
    promoted.disconnect();
    await app.stop();
  });
});
