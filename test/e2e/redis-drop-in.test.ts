import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Redis } from '../../src/ioredis';
import * as ioredisDropIn from '../../src/ioredis';
import * as dropIn from '../../src/redis';
import { defineFactories, type Factories } from '../../src/redis/define-drop-in';
import type { NodeRedisModule } from '../../src/redis/addresses';
import type { NodeRedisSocket } from '../../src';
import { processRegistry } from '../../src/redis-engine/engine-registry';
import { createTestApp } from '../../src/testing';
import { CacheBackend } from '../../src';

const { closeEngines, createEngine, engineOf, flushEngines } = dropIn;

// What an application's test writes at its top.
jest.mock('redis', () => jest.requireActual<object>('../../src/redis/entry'));

afterEach(() => closeEngines());

const actual5 = jest.requireActual<NodeRedisModule>('redis5');
const FACTORIES: readonly (readonly [string, Factories])[] = [
  ['node-redis 6', dropIn],
  ['node-redis 5', defineFactories(actual5, processRegistry)],
];

describe.each(FACTORIES)('respite/redis, %s', (_, { createClient, createClientPool, createCluster }) => {
  it.each([
    ['nothing', () => createClient()],
    ['an empty object', () => createClient({})],
    ['a socket', () => createClient({ socket: { host: 'LOCALHOST', port: 6379 } })],
    ['a URL', () => createClient({ url: 'redis://127.0.0.1' })],
    ['a URL with credentials', () => createClient({ url: 'redis://user:secret@localhost:6379/0' })],
    ['TLS', () => createClient({ url: 'rediss://localhost:6379' })],
    ['RESP2', () => createClient({ RESP: 2 }) as unknown as ReturnType<typeof createClient>],
  ])('made from %s, is on the server at localhost:6379', async (__, make) => {
    const first = await createClient().connect();
    await first.set('where', 'here');
    const client = await make().connect();
    expect(await client.get('where')).toBe('here');
    expect(engineOf(client)).toBe(engineOf(first));
  });

  it('gives every address a server of its own, and shares it with clients of respite/ioredis', async () => {
    const clients = [
      createClient(),
      createClient({ url: 'redis://localhost:6380' }),
      createClient({ socket: { host: 'redis.internal' } }),
      createClient({ socket: { path: '/run/redis.sock', tls: false } }),
    ];
    for (const [index, client] of clients.entries()) await (await client.connect()).set('i', index);
    expect(await Promise.all(clients.map((client) => client.get('i')))).toEqual(['0', '1', '2', '3']);
    expect(await new Redis('redis://redis.internal').get('i')).toBe('2');
    expect(engineOf(new Redis(6380))).toBe(engineOf(clients[1] ?? createClient()));
  });

  it('honours database, name, scripts and duplicate(), also to another address', async () => {
    const client = await createClient({ url: 'redis://localhost/3', name: 'original' }).connect();
    await client.set('key', 'value');
    expect(await new Redis({ db: 3 }).get('key')).toBe('value');
    const copy = await client.duplicate({ name: 'copy' }).connect();
    expect([await copy.get('key'), await copy.clientGetName()]).toEqual(['value', 'copy']);
    const elsewhere = await copy.duplicate({ url: 'redis://elsewhere' }).connect();
    expect(await elsewhere.get('key')).toBeNull();
    expect(engineOf(elsewhere)).toBe(engineOf(new Redis('redis://elsewhere')));
  });

  it('lives on the engine whose options it is given, and tells which', async () => {
    const engine = createEngine();
    const client = await createClient(engine.nodeRedisOptions()).connect();
    await client.set('key', 'value');
    const snapshot = engineOf(client).snapshot();
    expect([engineOf(client) === engine, snapshot.keys]).toEqual([true, 1]);
    expect(await (await createClient().connect()).get('key')).toBeNull();
    const fork = engine.fork();
    expect(await (await createClient(fork.nodeRedisOptions()).connect()).get('key')).toBe('value');
    for (const each of [engine, fork]) each.close();
    expect(() => engine.nodeRedisOptions()).toThrow(expect.objectContaining({ code: 'ENGINE_NOT_AVAILABLE' }));
  });

  it('leaves clients of an application where its options lead', async () => {
    const app = await createTestApp().start();
    const backend = app.get(CacheBackend);
    const client = await createClient(await backend.nodeRedisOptions?.()).connect();
    await client.set('greeting', 'hello');
    expect(await backend.client.get('greeting')).toBe('hello');
    await client.close();
    await app.stop();
  });

  it('delivers messages, runs transactions, waits for work, and iterates', async () => {
    const client = await createClient().connect();
    const [subscriber, worker] = [await client.duplicate().connect(), await client.duplicate().connect()];
    const message = new Promise(
      (resolve) =>
        void subscriber.subscribe('news', (...heard) => resolve(heard)).then(() => client.publish('news', 'today')),
    );
    expect(await message).toEqual(['today', 'news']);
    expect(await client.multi().incr('n').incrBy('n', 5).get('n').exec()).toEqual([1, 6, '6']);
    await client.watch('n');
    await worker.set('n', 'changed');
    await expect(client.multi().set('n', 'lost').exec()).rejects.toThrow('watched keys');
    const popped = worker.blPop('queue', 0);
    await client.rPush('queue', 'job');
    expect(await popped).toEqual({ key: 'queue', element: 'job' });
    const found: string[] = [];
    for await (const keys of client.scanIterator()) found.push(...keys);
    expect(found).toEqual(['n']);
  });

  it('is a pool', async () => {
    const pool = createClientPool({ url: 'redis://localhost' }, { maximum: 3, cleanupDelay: 10 });
    await pool.connect();
    await Promise.all(Array.from({ length: 10 }, () => pool.incr('n')));
    expect(await new Redis().get('n')).toBe('10');
  });

  it('ends the pools that a client has made of its kind with the engines, without an error', async () => {
    const client = await createClient({ database: 2 }).connect();
    const pool = client.createPool({ minimum: 2, maximum: 3 });
    const errors: unknown[] = [];
    pool.on('error', (error) => errors.push(error));
    await pool.connect();
    await pool.set('key', 'value');
    expect(await client.get('key')).toBe('value');
    await closeEngines();
    await new Promise(setImmediate);
    expect([pool.isOpen, pool.totalClients, errors]).toEqual([false, 0, []]);
  });

  it.each([2, 3] as const)('is a cluster whose nodes have names that nobody resolves, RESP%i', async (RESP) => {
    const hosts: unknown[] = [];
    const cluster = createCluster({
      rootNodes: [{ url: 'redis://cache.invalid:7000' }],
      defaults: { name: 'app' },
      RESP,
    });
    cluster.on('node-ready', (node) => hosts.push(node));
    await cluster.connect();
    await cluster.set('key', 'value');
    const node = await cluster.nodeClient(cluster.masters[0] as never); // there is one
    expect([await node.get('key'), await node.clientGetName()]).toEqual(['value', 'app']);
    expect(hosts).toContainEqual({ host: 'cache.invalid', port: 7000 });
    const copy = await cluster.duplicate({ defaults: { name: 'copy' } }).connect();
    expect(await copy.get('key')).toBe('value');
  });

  it('is a cluster of one node, whichever node is asked, and refuses what a cluster refuses', async () => {
    const rootNodes = [{ url: 'redis://10.0.0.1:7000' }, { socket: { host: '10.0.0.2', port: 7001 } }];
    const cluster = await createCluster({ rootNodes }).connect();
    expect(cluster.masters.map(({ address }) => address)).toEqual(['10.0.0.1:7000']);
    await cluster.set('key', 'value');
    expect(await new Redis(7001, '10.0.0.2').get('key')).toBe('value');
    await expect(cluster.rename('a', 'b')).rejects.toThrow("CROSSSLOT Keys in request don't hash to the same slot");
    const again = await cluster.duplicate().connect();
    expect(await again.get('key')).toBe('value');
  });

  it('wants a password once one is configured, and welcomes any before', async () => {
    const client = await createClient({ username: 'somebody', password: 'anything' }).connect();
    await client.configSet('requirepass', 'secret');
    const stranger = createClient({ password: 'wrong', socket: { reconnectStrategy: false } });
    stranger.on('error', () => undefined);
    await expect(stranger.connect()).rejects.toThrow('WRONGPASS');
    expect(await (await createClient({ url: 'redis://:secret@localhost' }).connect()).ping()).toBe('PONG');
  });

  it('takes nobody for the default user once there are others', async () => {
    const client = await createClient({ password: 'anything' }).connect();
    await client.aclSetUser('reader', ['on', '>secret', '~*', '+@read', '+acl|whoami']);
    const trying = async (credentials: { username?: string; password: string }): Promise<string> => {
      const other = createClient({ ...credentials, socket: { reconnectStrategy: false } }).on('error', () => undefined);
      return other.connect().then(() => other.aclWhoAmI(), String);
    };
    expect(await trying({ username: 'reader', password: 'secret' })).toBe('reader');
    expect(await trying({ username: 'reader', password: 'wrong' })).toContain('WRONGPASS');
    expect(await trying({ username: 'nobody', password: 'anything' })).toContain('WRONGPASS');
    expect(await trying({ username: 'default', password: 'anything' })).toBe('default');
    await client.aclDelUser('reader');
    expect(await trying({ username: 'nobody', password: 'anything' })).toBe('default');
  });

  it('connects again after CLIENT KILL, as often as its own strategy says', async () => {
    const retries: number[] = [];
    const reconnectStrategy = (attempt: number): number => {
      retries.push(attempt);
      return 0;
    };
    const client = await createClient({ socket: { reconnectStrategy } })
      .on('error', () => undefined)
      .connect();
    const back = new Promise((resolve) => client.once('ready', resolve));
    await new Redis().client('KILL', 'ID', await client.clientId());
    await back;
    expect([await client.ping(), retries]).toEqual(['PONG', [0]]);
  });

  it('is emptied between tests, and closed after them without an error, with its socket', async () => {
    const client = await createClient().connect();
    const copy = await client.duplicate().connect();
    await client.set('key', 'value');
    flushEngines();
    expect(await copy.dbSize()).toBe(0);
    const { path } = client.options.socket as NodeRedisSocket; // as it is here
    expect(existsSync(path)).toBe(true);
    await ioredisDropIn.closeEngines();
    expect([client.isOpen, copy.isOpen, existsSync(dirname(path))]).toEqual([false, false, false]);
    expect(() => engineOf(client)).toThrow(expect.objectContaining({ code: 'ENGINE_NOT_AVAILABLE' }));
    expect(await (await createClient().connect()).dbSize()).toBe(0);
  });

  it('says so when one whose engine is closed connects again: clients, pools, clusters, duplicates of them', async () => {
    const client = createClient({ url: 'redis://cache' });
    const cluster = createCluster({ rootNodes: [{ url: 'redis://node:7000' }] });
    const connecting = [
      client,
      client.duplicate(),
      client.duplicate({ database: 2 }),
      createClientPool({ url: 'redis://cache' }, { minimum: 1 }),
      client.createPool({ minimum: 1 }),
      cluster,
      cluster.duplicate(),
      cluster.duplicate({ defaults: { name: 'copy' } }),
    ].map((each) => async (): Promise<boolean> => {
      await each.on('error', () => undefined).connect();
      return each.isOpen;
    });
    expect(await Promise.all(connecting.map((connect) => connect()))).toEqual(connecting.map(() => true));
    await closeEngines();
    for (const connect of connecting) await expect(connect()).rejects.toMatchObject({ code: 'ENGINE_NOT_AVAILABLE' });
    const anew = await client.duplicate({ url: 'redis://cache' }).connect();
    expect([await anew.ping(), engineOf(anew)]).toEqual(['PONG', engineOf(new Redis('redis://cache'))]);
  });
});

describe('respite/redis', () => {
  it('has the exports of node-redis, and takes its place in a test that mocks it', async () => {
    const actual = jest.requireActual<Record<string, unknown>>('redis/dist/index.js');
    const ours = await import('redis');
    for (const name of Object.keys(actual)) expect(name in ours).toBe(true);
    expect(ours.RedisClient).toBe(actual['RedisClient']);
    expect(ours.createClient).toBe(dropIn.createClient);
    expect(actual['createClient']).not.toBe(dropIn.createClient);
  });

  it('asks for the database a URL names, though there is no such one', async () => {
    const client = dropIn.createClient({ url: 'redis://localhost/-1', socket: { reconnectStrategy: false } });
    client.on('error', () => undefined);
    await expect(client.connect()).rejects.toThrow('ERR DB index is out of range');
  });

  it('has no sentinels, and says so', () => {
    const make = (): unknown => dropIn.createSentinel({ name: 'main', sentinelRootNodes: [] });
    expect(make).toThrow(expect.objectContaining({ code: 'REDIS_OPTIONS_UNAVAILABLE' }));
  });

  it('says what node-redis says of a URL that is none', () => {
    expect(() => dropIn.createClient({ url: 'http://localhost' })).toThrow('http: - is not a valid Redis protocol');
    expect(() => dropIn.createClient({ url: 'redis://localhost/main' })).toThrow('Invalid pathname');
  });
});
