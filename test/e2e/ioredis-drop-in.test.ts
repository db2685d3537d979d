import { once } from 'node:events';
import type { Socket } from 'node:net';
import DefaultRedis, * as dropIn from '../../src/ioredis';
import { closeEngines, Cluster, createEngine, engineOf, flushEngines, Redis } from '../../src/ioredis';
import { defineDropInCluster } from '../../src/ioredis/define-drop-in';
import { EngineRegistry } from '../../src/redis-engine/engine-registry';
import { injectFaults } from '../../src/testing';
import { startRedisServer } from '../support/redis-server';
import { Queue, Worker } from 'bullmq';

// What an application's test writes at its top.
jest.mock('ioredis', () => jest.requireActual<object>('../../src/ioredis/entry'));

afterEach(() => closeEngines());

describe('respite/ioredis', () => {
  it('has the exports of ioredis, the class itself being the module', () => {
    const actual = jest.requireActual<Record<string, unknown>>('ioredis/built/index.js');
    const ours = jest.requireActual<Record<string, unknown>>('../../src/ioredis/entry');
    expect(typeof ours).toBe('function');
    expect(ours['Redis']).toBe(ours);
    expect(ours['default']).toBe(ours);
    expect(DefaultRedis).toBe(Redis);
    for (const name of Object.keys(actual)) expect(name in ours).toBe(true);
    expect(dropIn.ReplyError).toBe(actual['ReplyError']);
    expect(ours['Cluster']).not.toBe(actual['Cluster']);
    expect(Redis.Cluster).toBe(Cluster);
    expect([Redis.name, Cluster.name]).toEqual(['Redis', 'Cluster']);
    expect(new Redis({ lazyConnect: true })).toBeInstanceOf(actual['Redis']);
  });

  it('has the parts of a client that others reach for', async () => {
    const actual = jest.requireActual<typeof import('ioredis')>('ioredis/built/index.js');
    const server = await startRedisServer();
    const clients = [new actual.Redis(server.port, server.host), new Redis(server.port, server.host)];
    const [theirs, ours] = await Promise.all(
      clients.map(async (client) => {
        await once(client, 'ready');
        const { connector } = client as unknown as { connector: { stream: Socket } };
        const { stream } = connector;
        expect(stream).toBe(client.stream);
        const asked = () => {
          const { readyState, pending, closed, destroyed, readable, writable, writableEnded } = stream;
          return { readyState, pending, closed, destroyed, readable, writable, writableEnded };
        };
        const open = asked();
        stream.unref().ref().cork();
        stream.uncork();
        const { writableLength, writableNeedDrain, remoteFamily, localAddress } = stream;
        const end = once(client, 'end');
        await client.quit();
        await end;
        return { members: Object.keys(connector), open, writableLength, writableNeedDrain, remoteFamily, localAddress };
      }),
    );
    expect(ours?.members.sort()).toEqual(theirs?.members.sort());
    expect({ ...ours, members: [] }).toEqual({ ...theirs, members: [] });
    await server.stop();
    const wrong = { Connector: 'none' } as never;
    const refusal = 'this.options.Connector is not a constructor';
    for (const Client of [actual.Redis, Redis]) expect(() => new Client(wrong)).toThrow(refusal);
  });

  it('takes the place of ioredis in a test that mocks it', async () => {
    const { default: Mocked } = await import('ioredis');
    expect(Mocked).toBe(Redis);
    const client = new Mocked();
    expect(await client.set('key', 'value')).toBe('OK');
    expect(await new Redis().get('key')).toBe('value');
  });

  it.each([
    ['nothing', () => new Redis()],
    ['a port', () => new Redis(6379)],
    ['a port and a host', () => new Redis(6379, '127.0.0.1')],
    ['a port, a host and options', () => new Redis(6379, 'LOCALHOST', { connectionName: 'x' })],
    ['a port and options', () => new Redis(6379, { db: 0 })],
    ['a URL', () => new Redis('redis://localhost:6379')],
    ['a URL with credentials', () => new Redis('redis://user:secret@localhost:6379/0')],
    ['a URL and options', () => new Redis('redis://localhost', { password: 'secret' })],
    ['TLS', () => new Redis('rediss://127.0.0.1:6379')],
    ['options', () => new Redis({ port: 6379, host: 'localhost' })],
    ['createClient', () => Redis.createClient(6379)],
  ])('made from %s, is on the server at localhost:6379', async (_, make) => {
    await new Redis().set('where', 'here');
    const client = make();
    await once(client, 'ready');
    expect(await client.get('where')).toBe('here');
  });

  it('gives every address a server of its own', async () => {
    const clients = [
      new Redis(),
      new Redis(6380),
      new Redis('redis://cache.internal'),
      new Redis({ host: 'redis.internal', port: 6379 }),
      new Redis('/run/redis.sock'),
      new Redis({ sentinels: [{ host: 'one', port: 26379 }], name: 'main' }),
      new Redis({ sentinels: [{ host: 'two', port: 26379 }], name: 'other' }),
    ];
    for (const [index, client] of clients.entries()) await client.set('i', index);
    expect(await Promise.all(clients.map((client) => client.get('i')))).toEqual(['0', '1', '2', '3', '4', '5', '6']);
    const again = new Redis({ sentinels: [{ host: 'three', port: 26379 }], name: 'main' });
    expect(await again.get('i')).toBe('5');
  });

  it('honours db, keyPrefix, lazyConnect and duplicate()', async () => {
    const client = new Redis({ db: 3, keyPrefix: 'app:', lazyConnect: true });
    expect(client.status).toBe('wait');
    await client.set('key', 'value');
    expect(await new Redis({ db: 3 }).get('app:key')).toBe('value');
    expect(await new Redis().get('app:key')).toBeNull();
    const copy = client.duplicate({ connectionName: 'copy' });
    expect(copy).toBeInstanceOf(Redis);
    expect(await copy.get('key')).toBe('value');
    expect(await copy.client('GETNAME')).toBe('copy');
  });

  it('lives on the engine it is given, and so do its duplicates', async () => {
    const engine = createEngine();
    const client = new Redis({ engine });
    await client.set('key', 'value');
    expect(await client.duplicate().get('key')).toBe('value');
    expect(await new Redis().get('key')).toBeNull();
    expect(engineOf(client)).toBe(engine);
    const another = engine.connect();
    expect(await another.get('key')).toBe('value');
    another.disconnect();
  });

  describe('Cluster', () => {
    const nodes = [7000, { host: '10.0.0.2', port: 7001 }, 'redis://10.0.0.3:7002'];

    it('is one engine, whichever node is asked', async () => {
      const cluster = new Cluster(nodes);
      expect(cluster).toBeInstanceOf(Redis.Cluster);
      await cluster.set('key', 'value');
      expect(await new Cluster([{ host: '10.0.0.2', port: 7001 }]).get('key')).toBe('value');
      expect(await new Redis(7002, '10.0.0.3').get('key')).toBe('value');
      expect(await cluster.duplicate().get('key')).toBe('value');
      expect(await new Cluster([9000]).get('key')).toBeNull();
      expect(cluster.nodes('master')).toHaveLength(1);
      expect(engineOf(cluster)).toBe(engineOf(new Redis(7000)));
    });

    it('runs pipelines, transactions, scripts, streams of keys and blocking commands', async () => {
      const cluster = new Cluster(nodes, { keyPrefix: 'app:', redisOptions: { password: 'any' } });
      expect(await cluster.pipeline().set('{a}1', 'x').get('{a}1').exec()).toEqual([
        [null, 'OK'],
        [null, 'x'],
      ]);
      expect(await cluster.multi().incr('{n}').incr('{n}').exec()).toEqual([
        [null, 1],
        [null, 2],
      ]);
      expect(await cluster.eval("return redis.call('GET', KEYS[1])", 1, '{a}1')).toBe('x');
      const keys: string[] = [];
      for (const node of cluster.nodes('master'))
        for await (const some of node.scanStream()) keys.push(...(some as string[]));
      expect(keys.sort()).toEqual(['app:{a}1', 'app:{n}']);
      const popped = cluster.duplicate().blpop('list', 0);
      await cluster.rpush('list', 'job');
      expect(await popped).toEqual(['app:list', 'job']);
    });

    it('delivers messages, plain and sharded', async () => {
      const subscriber = new Cluster(nodes, { shardedSubscribers: true });
      await once(subscriber, 'ready');
      await subscriber.subscribe('news');
      await subscriber.psubscribe('n*');
      await subscriber.ssubscribe('shard');
      const received = [once(subscriber, 'message'), once(subscriber, 'pmessage'), once(subscriber, 'smessage')];
      const publisher = subscriber.duplicate();
      expect(await publisher.publish('news', 'hello')).toBe(2);
      expect(await publisher.spublish('shard', 'part')).toBe(1);
      expect(await Promise.all(received)).toEqual([
        ['news', 'hello'],
        ['n*', 'news', 'hello'],
        ['shard', 'part'],
      ]);
    });

    it('refuses what a cluster refuses', async () => {
      const cluster = new Cluster(nodes);
      const [node] = await once(cluster, 'ready').then(() => cluster.nodes());
      await expect(cluster.mget('a', 'b')).rejects.toThrow("CROSSSLOT Keys in request don't hash to the same slot");
      await expect(node?.select(1)).rejects.toThrow('ERR SELECT is not allowed in cluster mode');
    });

    it('works with ioredis 6 as well', async () => {
      const registry = new EngineRegistry();
      const Cluster6 = defineDropInCluster(jest.requireActual('ioredis6'), registry);
      const cluster = new Cluster6(nodes, { shardedSubscribers: true });
      await once(cluster, 'ready');
      await cluster.hset('{a}', { field: 'value' });
      expect(await cluster.hgetall('{a}')).toEqual({ field: 'value' });
      const subscriber = cluster.duplicate();
      await subscriber.subscribe('news');
      const received = once(subscriber, 'message');
      await cluster.publish('news', 'hello');
      expect(await received).toEqual(['news', 'hello']);
      await expect(cluster.mget('a', 'b')).rejects.toThrow('CROSSSLOT');
      await registry.close();
    });

    it('ends', async () => {
      const [one, two] = [new Cluster(nodes), new Cluster(nodes)];
      await Promise.all([once(one, 'ready'), once(two, 'ready')]);
      const ends = [once(one, 'end'), once(two, 'end')];
      expect(await one.quit()).toBe('OK');
      two.disconnect();
      await Promise.all(ends);
    });
  });

  it('wants a password once one is configured, and welcomes any before', async () => {
    const client = new Redis({ username: 'somebody', password: 'anything' });
    await client.config('SET', 'requirepass', 'secret');
    const stranger = new Redis({ retryStrategy: null, password: 'wrong' });
    const [failure] = (await once(stranger, 'error')) as [Error];
    expect(failure.message).toContain('WRONGPASS');
    expect(await new Redis({ password: 'secret' }).ping()).toBe('PONG');
  });

  it('ends with quit and with disconnect as a client of a server', async () => {
    const [one, two] = [new Redis(), new Redis()];
    await Promise.all([once(one, 'ready'), once(two, 'ready')]);
    const ends = [once(one, 'end'), once(two, 'end')];
    expect(await one.quit()).toBe('OK');
    two.disconnect();
    await Promise.all(ends);
    await expect(one.get('key')).rejects.toThrow('Connection is closed.');
  });

  it('has no listeners but its owner’s, who may remove them all', async () => {
    const client = new Redis();
    await once(client, 'ready');
    expect(client.eventNames()).toEqual([]);
    client.removeAllListeners();
    await client.quit();
    const open = Array.from({ length: 40 }, () => new Redis());
    await Promise.all(open.map((each) => each.removeAllListeners().ping()));
    await closeEngines();
    expect(new Set(open.map(({ status }) => status))).toEqual(new Set(['end']));
    await client.connect();
    expect(await client.ping()).toBe('PONG');
  });

  it('is emptied between tests, and closed after them', async () => {
    const client = new Redis();
    await client.set('key', 'value');
    await client.script('LOAD', 'return 1');
    flushEngines();
    expect(await client.dbsize()).toBe(0);
    expect(client.status).toBe('ready');
    const ended = once(client, 'end');
    await closeEngines();
    await ended;
  });

  it('closes a client between two attempts to connect as well, and settles what it had queued', async () => {
    const client = new Redis({ retryStrategy: () => 600_000 });
    await client.set('key', 'value');
    injectFaults(client).disconnect({ times: 1 });
    const pending = client.get('key').catch((error: unknown) => error);
    await once(client, 'reconnecting');
    await closeEngines();
    expect(client.status).toBe('end');
    expect(await pending).toMatchObject({ message: 'Connection is closed.' });
  });

  it('is what a library finds that imports ioredis itself', async () => {
    const connection = { host: 'queue.internal', port: 6379, maxRetriesPerRequest: null };
    const queue = new Queue('work', { connection });
    const worker = new Worker('work', async ({ data }: { data: number }) => data * 2, { connection });
    const done = once(worker, 'completed');
    await queue.add('double', 21);
    const [, result] = (await done) as [unknown, number];
    expect(result).toBe(42);
    expect(await new Redis('redis.internal').dbsize()).toBe(0);
    expect(await new Redis('queue.internal').dbsize()).toBeGreaterThan(0);
    await worker.close();
    await queue.close();
  });
});
