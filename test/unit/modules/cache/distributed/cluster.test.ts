import { once } from 'node:events';
import type { Cluster } from 'ioredis';
import { CacheBackend } from '../../../../../src';
import { appWith, openClient } from '../../../../support/distributed-app';
import { clusterNodeArgs, type RedisCluster, startRedisCluster } from '../../../../support/redis-cluster';
import { freePort, type RedisServer, startRedisServer } from '../../../../support/redis-server';
import { until } from '../../../../support/until';

describe('the distributed backend on a Redis Cluster', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(() => cluster.stop());

  it('serves what a host asks of it on every master, and leaves nothing connected', async () => {
    const app = await appWith({ cluster_nodes: cluster.addresses.slice(0, 1) }).start();
    const backend = app.get(CacheBackend);
    const { client, cluster: typed } = backend;
    const keys = Array.from({ length: 60 }, (_, i) => `key:${String(i)}`);
    await Promise.all(keys.map((key) => client.set(key, key)));
    expect(await Promise.all(keys.map((key) => client.get(key)))).toEqual(keys);
    const sizes = await Promise.all((typed?.nodes('master') ?? []).map((node) => node.dbsize()));
    expect(sizes).toHaveLength(3);
    expect(Math.min(...sizes)).toBeGreaterThan(0);

    const subscriber = backend.connection('subscriber');
    await subscriber.subscribe('news');
    const message = once(subscriber, 'message');
    await client.publish('news', 'today');
    expect(await message).toEqual(['news', 'today']);

    const blocking = backend.connection('blocking');
    const popped = blocking.blpop('queue', 0);
    await client.rpush('queue', 'work');
    expect(await popped).toEqual(['queue', 'work']);

    expect(await backend.health()).toMatchObject({ status: 'ok', reasons: [] });
    await app.stop();
    for (const master of cluster.masters) {
      await until('nobody but us is connected', async () => (await clientsOf(master)) === 1);
    }
    expect(await backend.health()).toMatchObject({ status: 'down', reasons: ['the backend is closed'] });
    expect(() => backend.connection('commands')).toThrow(expect.objectContaining({ code: 'BACKEND_CLOSED' }));
  });

  it('gives blocking commands as long as they were told to, whatever command_timeout says', async () => {
    const app = await appWith({ cluster_nodes: [...cluster.addresses], command_timeout: '1s' }).start();
    const backend = app.get(CacheBackend);
    await expect(backend.client.blpop('nothing', 600)).rejects.toThrow('Command timed out');
    expect(await backend.connection('blocking').blpop('nothing', 1.5)).toBeNull();
    await app.stop();
  });

  it('says that libraries have to be given a connection', async () => {
    const app = await appWith({ cluster_nodes: [...cluster.addresses] }).start();
    expect(() => app.get(CacheBackend).redisOptions()).toThrow(
      expect.objectContaining({
        code: 'REDIS_OPTIONS_UNAVAILABLE',
        message: expect.stringContaining('backend.connection(purpose)'),
      }),
    );
    await expect(app.get(CacheBackend).nodeRedisOptions?.()).rejects.toMatchObject({
      code: 'REDIS_OPTIONS_UNAVAILABLE',
      message: expect.stringContaining("createCluster({ rootNodes: [{ url: 'redis://127.0.0.1:"),
    });
    await app.stop();
  });

  it('starts as long as one of the nodes it was told of is there', async () => {
    const gone = `127.0.0.1:${String(await freePort())}`;
    const app = await appWith({ cluster_nodes: [gone, ...cluster.addresses.slice(1)] }).start();
    expect(await app.get(CacheBackend).client.set('a', '1')).toBe('OK');
    await app.stop();
  });

  it('fails the start with REDIS_UNREACHABLE, naming every node and its reason', async () => {
    const nodes = [`127.0.0.1:${String(await freePort())}`, `127.0.0.1:${String(await freePort())}`];
    const error: unknown = await appWith({ cluster_nodes: nodes })
      .start()
      .catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: 'REDIS_UNREACHABLE', module: 'cache' });
    for (const node of nodes) expect(String(error)).toContain(`connect ECONNREFUSED ${node}`);
  });

  it('fails the start with REDIS_NOT_READY on a server that is not a cluster', async () => {
    const server = await startRedisServer();
    const start = appWith({ cluster_nodes: [`${server.host}:${String(server.port)}`] }).start();
    await expect(start).rejects.toMatchObject({
      code: 'REDIS_NOT_READY',
      message: expect.stringContaining(
        `${server.host}:${String(server.port)}: ERR This instance has cluster support disabled`,
      ),
    });
    await server.stop();
  });

  it('fails the start with REDIS_NOT_READY when slots are without a master', async () => {
    const lonely = await startRedisServer({ args: clusterNodeArgs(await freePort()) });
    const start = appWith({ cluster_nodes: [`${lonely.host}:${String(lonely.port)}`] }).start();
    await expect(start).rejects.toMatchObject({
      code: 'REDIS_NOT_READY',
      message: expect.stringContaining('does not serve all slots'),
    });
    await lonely.stop();
  });

  it.each([
    ['a wrong password', { password: 'wrong-secret' }],
    ['no password', {}],
  ])('fails the start with REDIS_AUTH_FAILED for %s, without showing it', async (_, login) => {
    const guarded = await startRedisServer({ args: [...clusterNodeArgs(await freePort()), '--requirepass', 'secret'] });
    const start = appWith({ cluster_nodes: [`${guarded.host}:${String(guarded.port)}`], ...login }).start();
    await expect(start).rejects.toMatchObject({
      code: 'REDIS_AUTH_FAILED',
      message: expect.not.stringContaining('wrong-secret'),
    });
    await guarded.stop();
  });
});

describe('the health of a Redis Cluster', () => {
  it('is degraded while a master does not answer, and while slots are without one', async () => {
    const cluster = await startRedisCluster({ args: ['--cluster-require-full-coverage', 'no'] });
    const app = await appWith({ cluster_nodes: [...cluster.addresses], connect_timeout: '2s' }).start();
    const backend = app.get(CacheBackend);
    const [, , last] = cluster.masters as [RedisServer, RedisServer, RedisServer]; // a cluster has three
    const missed = `no reply to PING from 127.0.0.1:${String(last.port)}`;
    process.kill(last.pid, 'SIGSTOP');
    await until('it is missed', async () => (await backend.health()).reasons.includes(missed));
    process.kill(last.pid, 'SIGCONT');
    await until('it is well again', async () => (await backend.health()).status === 'ok');
    await last.stop();
    // The nodes learn of it one after the other: the next answer may be another.
    await until('its slots are missed', async () => {
      const health = await backend.health();
      return health.status === 'degraded' && health.reasons.join().includes('slots are without a master');
    });
    await app.stop();
    await cluster.stop();
  });

  it('asks masters that ioredis has forgotten, too', async () => {
    const cluster = await startRedisCluster({ args: ['--cluster-require-full-coverage', 'no'] });
    const app = await appWith({ cluster_nodes: [...cluster.addresses], connect_timeout: '3s' }).start();
    const backend = app.get(CacheBackend);
    const [, , last] = cluster.masters as [RedisServer, RedisServer, RedisServer]; // a cluster has three
    await until('all of them are known', async () => (await backend.health()).status === 'ok');
    const client = backend.cluster as Cluster;
    const forgotten = once(client, '-node');
    client
      .nodes('master')
      .find(({ options }) => options.port === last.port)
      ?.disconnect();
    await forgotten;
    expect(await backend.health()).toMatchObject({ status: 'ok', reasons: [] });
    process.kill(last.pid, 'SIGSTOP');
    expect(await backend.health()).toMatchObject({
      status: 'degraded',
      reasons: expect.arrayContaining([`no reply to PING from 127.0.0.1:${String(last.port)}`]),
    });
    process.kill(last.pid, 'SIGCONT');
    await app.stop();
    await cluster.stop();
  });
});

describe('an ACL user of a Redis Cluster', () => {
  it('is logged in at every node, whatever the connection is for', async () => {
    const cluster = await startRedisCluster();
    const user = ['app', 'on', '>secret', '~app:*', '&app:*', '+@all', '-@dangerous', '+info', '+cluster'];
    for (const { host, port } of cluster.masters) {
      const admin = openClient({ port, host });
      await admin.call('ACL', 'SETUSER', ...user);
      await admin.call('ACL', 'SETUSER', 'default', 'off');
      await admin.quit();
    }
    const login = { username: 'app', password: 'secret' };
    const app = await appWith({ cluster_nodes: [...cluster.addresses], ...login }).start();
    const backend = app.get(CacheBackend);
    const keys = Array.from({ length: 30 }, (_, i) => `app:${String(i)}`);
    expect(await Promise.all(keys.map((key) => backend.client.set(key, '1')))).toEqual(keys.map(() => 'OK'));
    await expect(backend.client.set('other', '1')).rejects.toThrow('NOPERM');
    const subscriber = backend.connection('subscriber');
    await subscriber.subscribe('app:news');
    const message = once(subscriber, 'message');
    await backend.client.publish('app:news', 'today');
    expect(await message).toEqual(['app:news', 'today']);
    const popped = backend.connection('blocking').blpop('app:queue', 0);
    await backend.client.rpush('app:queue', 'work');
    expect(await popped).toEqual(['app:queue', 'work']);
    expect(await backend.health()).toMatchObject({ status: 'ok' });
    await app.stop();
    await cluster.stop();
  });
});

async function clientsOf({ host, port }: RedisServer): Promise<number> {
  const client = openClient({ port, host });
  const list = String(await client.client('LIST'));
  await client.quit();
  return list.trim().split('\n').length;
}

describe('a failover of a Redis Cluster', () => {
  let cluster: RedisCluster;
  let first: RedisServer;
  beforeAll(async () => {
    cluster = await startRedisCluster({ withReplica: true });
    [first] = cluster.masters as [RedisServer]; // a cluster has three
  });
  afterAll(() => cluster.stop());

  it('is waited for by the commands of a program at work', async () => {
    const app = await appWith({ cluster_nodes: [...cluster.addresses] }).start();
    const { client } = app.get(CacheBackend);
    const keys = Array.from({ length: 30 }, (_, i) => `key:${String(i)}`);
    const write = async (value: string): Promise<void> => {
      for (const key of keys) await client.set(key, value);
    };
    await write('before');
    await first.stop();
    await write('after');
    expect(await Promise.all(keys.map((key) => client.get(key)))).toEqual(keys.map(() => 'after'));
    await until('the backend is well again', async () => (await app.get(CacheBackend).health()).status === 'ok');
    await app.stop();
  });

  it('that does not come leaves the backend down, and it closes all the same', async () => {
    const app = await appWith({ cluster_nodes: [...cluster.addresses], connect_timeout: '3s' }).start();
    const backend = app.get(CacheBackend);
    await cluster.stop();
    await until('the backend is down', async () => (await backend.health()).status === 'down');
    const pending = backend.client.get('key').catch((error: unknown) => error);
    await app.stop();
    expect(await pending).toBeInstanceOf(Error);
    expect(() => backend.connection('commands')).toThrow(expect.objectContaining({ code: 'BACKEND_CLOSED' }));
  });
});
