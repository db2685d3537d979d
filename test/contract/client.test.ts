import { once } from 'node:events';
import * as ioredis5 from 'ioredis';
import type { Redis, RedisOptions } from 'ioredis';
import { openEngine } from '../../src/engine';
import { defineDropInRedis } from '../../src/ioredis/define-drop-in';
import { EngineRegistry } from '../../src/redis-engine/engine-registry';
import { connectorFor } from '../../src/modules/cache/standalone/connector';
import { defineInProcessRedis, type IoredisModule } from '../../src/modules/cache/standalone/in-process-redis';
import { until } from '../support/until';
import { ORACLE } from '../support/oracle';
import { startRedisServer, type RedisServer } from '../support/redis-server';

/**
 * ioredis itself has to behave in process as it does over a socket: each scenario runs with a client on the real server,
 * with our class, with the plain class on our connector (what `backend.redisOptions()` gives), and with the drop-in's
 * class (`respite/ioredis`), and the transcripts have to be equal.
 */
type Options = RedisOptions & { readonly protocol?: 2 | 3; readonly replyMapping?: 'legacy' | 'resp3' };
type Open = (options?: Options) => Redis;
type Note = (...facts: unknown[]) => void;
type Scenario = (open: Open, note: Note) => Promise<void>;

const ioredis6 = jest.requireActual<IoredisModule>('ioredis6');
const VARIANTS: readonly (readonly [name: string, module: IoredisModule, options: Options])[] = [
  ['ioredis 5', ioredis5, {}],
  ['ioredis 6, RESP3, legacy mapping', ioredis6, {}],
  ['ioredis 6, RESP3, its own mapping', ioredis6, { protocol: 3, replyMapping: 'resp3' }],
  ['ioredis 6, RESP2', ioredis6, { protocol: 2 }],
];

let real: RedisServer;
beforeAll(async () => {
  real = await startRedisServer();
});
afterAll(() => real.stop());

/** Errors without their stacks, buffers as text, so that transcripts compare. */
function plain(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return `buffer ${value.toString('latin1')}`;
  if (value instanceof Error) {
    const { command } = value as { command?: { name?: string; args?: unknown } };
    return {
      error: value.name,
      message: value.message,
      ...(command === undefined ? {} : { command: [command.name, plain(command.args)] }),
    };
  }
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return { map: [...value].map(plain) };
  if (value instanceof Set) return { set: [...value].map(plain) };
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
  return value;
}

async function transcript(scenario: Scenario, make: (options: Options) => Redis, options: Options): Promise<unknown[]> {
  const opened: Redis[] = [];
  const notes: unknown[] = [];
  const open: Open = (own = {}) => {
    const client = make({ ...options, ...own });
    opened.push(client);
    return client;
  };
  const cleaner = open();
  await cleaner.flushall();
  try {
    await scenario(open, (...facts) => notes.push(facts.map(plain)));
  } finally {
    for (const client of opened) client.disconnect();
  }
  return notes;
}

function scenario(name: string, run: Scenario): void {
  describe(name, () => {
    it.each(VARIANTS)('%s', async (_, module, options) => {
      const engine = openEngine({ version: ORACLE });
      const InProcess = defineInProcessRedis(module, () => engine);
      const Connector = connectorFor(() => engine);
      const onRedis = await transcript(
        run,
        (own) => new module.Redis({ ...own, port: real.port, host: '127.0.0.1' }),
        options,
      );
      const ours = await transcript(run, (own) => new InProcess(own), options);
      const byConnector = await transcript(run, (own) => new module.Redis({ ...own, Connector }), options);
      const registry = new EngineRegistry();
      const DropIn = defineDropInRedis(module, registry);
      const asDropIn = await transcript(run, (own) => new DropIn(own), options);
      await registry.close();
      engine.close();
      expect(onRedis.length).toBeGreaterThan(0);
      expect(ours).toEqual(onRedis);
      expect(byConnector).toEqual(onRedis);
      expect(asDropIn).toEqual(onRedis);
    });
  });
}

const caught = (promise: Promise<unknown>) => promise.catch((failure: unknown) => failure);

scenario('reply shapes of every kind of command', async (open, note) => {
  const client = open();
  note(
    await client.set('k', 'v'),
    await client.get('k'),
    await client.getBuffer('k'),
    await client.get('none'),
    await client.strlen('k'),
    await client.set('k', '1', 'GET'),
  );
  note(
    await client.hset('h', { a: '1', b: 'caf\u00e9' }),
    await client.hgetall('h'),
    await client.hgetallBuffer('h'),
    await client.hgetall('none'),
    await client.hkeys('h'),
    await client.hmget('h', 'a', 'z'),
  );
  note(
    await client.rpush('l', 'a', 'b', 'c'),
    await client.lrange('l', 0, -1),
    await client.lrangeBuffer('l', 0, 0),
    await client.lpop('none', 2),
    await client.lpop('none'),
    await client.lpos('l', 'b'),
  );
  note(
    await client.sadd('s', '1', '2'),
    (await client.smembers('s')).sort(),
    await client.sismember('s', '1'),
    await client.smismember('s', '1', '9'),
  );
  note(
    await client.zadd('z', 1, 'a', 2.5, 'b'),
    await client.zrange('z', 0, -1, 'WITHSCORES'),
    await client.zscore('z', 'b'),
    await client.zscore('z', 'none'),
    await client.zpopmin('z'),
    await client.zmscore('z', 'b', 'q'),
    await client.zincrby('z', 1, 'b'),
    await client.zrank('z', 'none'),
  );
  note(
    await client.mget('k', 'none'),
    await client.mset({ x: '1', y: '2' }),
    await client.mset(new Map([['m', '3']])),
    await client.exists('x', 'y', 'm'),
  );
  note(
    await client.incr('n'),
    await client.incrbyfloat('f', 1.5),
    await client.type('h'),
    await client.ttl('h'),
    await client.keys('x*'),
    await client.echo('hi'),
    await client.ping(),
    await client.ping('text'),
  );
  note(
    await caught(client.hget('k', 'f')),
    await caught(client.call('NOPE', 'a')),
    await caught(client.callBuffer('GET', 'k')),
    await client.call('set', 'k', 'v', 'EX', '100'),
  );
  note(
    await client.hrandfield('h', 0),
    await client.hincrby('h', 'a', 3),
    await client.hscan('h', 0),
    await client.object('ENCODING', 'h'),
    await client.config('GET', 'databases'),
  );
  note(
    await client.setrange('bin', 0, Buffer.from([0, 200, 255])),
    await client.getBuffer('bin'),
    await client.get('bin'),
  );
});

scenario('pipelines and transactions', async (open, note) => {
  const client = open();
  note(
    await client.pipeline().set('a', '1').incr('a').hget('a', 'f').get('none').hset('h', 'f', 'v').hgetall('h').exec(),
  );
  note(
    await client
      .pipeline([
        ['set', 'b', '1'],
        ['get', 'b'],
      ])
      .exec(),
    await client.pipeline().exec(),
  );
  note(
    await client.multi().set('a', '1').incr('a').hgetall('h').zadd('z', 1, 'm').zrange('z', 0, -1, 'WITHSCORES').exec(),
  );
  note(await client.multi().set('a', 'x').incr('a').get('a').exec());
  note(
    await caught(
      client
        .multi([
          ['set', 'a'],
          ['get', 'a'],
        ])
        .exec(),
    ),
  );
  note(
    await client
      .multi([
        ['set', 'q', '1'],
        ['get', 'q'],
      ])
      .exec(),
  );
  note(
    await client.multi({ pipeline: false }),
    await client.set('single', '1'),
    await client.get('single'),
    await client.exec(),
  );
  note(await client.multi({ pipeline: false }), await client.discard(), await caught(client.exec()));
  note(await client.pipeline().select(2).set('in2', '1').select(0).get('in2').exec());
  note(await client.multi().getBuffer('a').exec(), await client.pipeline().getBuffer('a').exec());
  const seen: unknown[] = [];
  await client
    .pipeline()
    .get('a', (error, value) => seen.push([error, value]))
    .exec((error, results) => seen.push([error, results]));
  note(seen);
});

scenario('order behind a blocked command', async (open, note) => {
  const [client, other] = [open(), open()];
  const order: string[] = [];
  const blocked = client.blpop('queue', 0).then((value) => order.push(`blpop ${String(value)}`));
  const behind = client.get('k').then((value) => order.push(`get ${String(value)}`));
  await other.set('k', 'later');
  await new Promise((resolve) => setTimeout(resolve, 50));
  note([...order]);
  await other.rpush('queue', 'item');
  await Promise.all([blocked, behind]);
  note(
    order,
    await client.blpop('queue', 0.01),
    await client.brpoplpush('queue', 'to', 0.01),
    await client.bzpopmin('zq', 0.01),
  );
});

scenario('publish and subscribe', async (open, note) => {
  const [client, subscriber] = [open(), open()];
  note(await subscriber.subscribe('a', 'b'), await subscriber.psubscribe('p*'));
  const messages: unknown[] = [];
  subscriber.on('message', (...args) => messages.push(['message', ...args]));
  subscriber.on('messageBuffer', (...args) => messages.push(['messageBuffer', ...args]));
  subscriber.on('pmessage', (...args) => messages.push(['pmessage', ...args]));
  const last = once(subscriber, 'pmessage');
  note(
    await client.publish('a', 'one'),
    await client.publish('b', Buffer.from([0, 255])),
    await client.publish('none', 'x'),
    await client.publish('p1', 'last'),
  );
  await last;
  note(messages, await client.pubsub('NUMSUB', 'a', 'zz'), await subscriber.ping().then(() => 'pinged'));
  note(await subscriber.unsubscribe('a', 'b'), await subscriber.punsubscribe('p*'), await subscriber.get('k'));
  note(
    await subscriber.ssubscribe('shard'),
    await client.spublish('shard', 'x'),
    await subscriber.sunsubscribe('shard'),
  );
});

scenario('events, quit and disconnect', async (open, note) => {
  const client = open({ lazyConnect: true });
  const events: string[] = [];
  for (const name of ['connecting', 'connect', 'ready', 'close', 'end', 'reconnecting', 'error'])
    client.on(name, () => events.push(name));
  note(client.status);
  await client.connect();
  note(client.status, await client.get('k'), await caught(client.connect()));
  const ended = once(client, 'end');
  note(await client.quit());
  await ended;
  note(client.status, await caught(client.get('k')), events);
  const second = open();
  await second.ping();
  const closed = once(second, 'end');
  second.disconnect();
  await closed;
  note(second.status, await caught(second.set('a', '1')));
  await second.connect();
  note(second.status, await second.set('a', '1'));
});

scenario('options: db, keyPrefix, offline queue, stringNumbers, names', async (open, note) => {
  const prefixed = open({ keyPrefix: 'app:' });
  note(
    await prefixed.set('k', 'v'),
    await prefixed.get('k'),
    await prefixed.mget('k', 'none'),
    await prefixed.keys('*'),
    await prefixed.pipeline().get('k').exec(),
    await prefixed.multi().get('k').exec(),
  );
  const third = open({ db: 3 });
  note(
    await third.set('in3', '1'),
    await open().get('in3'),
    await third.select(0),
    await third.get('in3'),
    await third.select(3),
    await third.get('in3'),
  );
  const strings = open({ stringNumbers: true });
  note(
    await strings.incr('n'),
    await strings.set('big', '9223372036854775806'),
    await strings.incr('big'),
    await strings.pipeline().incr('n').exec(),
  );
  const numbers = open();
  note(await numbers.set('big', '9223372036854775800'), await numbers.incr('big'), await numbers.decrby('big', 1000));
  const named = open({ connectionName: 'worker' });
  note(await named.client('GETNAME'), await named.client('SETNAME', 'other'), await named.client('GETNAME'));
  const strict = open({ enableOfflineQueue: false, lazyConnect: true });
  note(await caught(strict.get('k')));
  note(await open({ commandTimeout: 600_000 }).set('k', 'v'));
  note(await caught(open({ commandTimeout: 50 }).blpop('never', 600)));
  const duplicate = prefixed.duplicate({ keyPrefix: 'other:' });
  note(await duplicate.set('k', '2'), (await numbers.keys('*:k')).sort());
  duplicate.disconnect();
});

scenario('scan streams and scripts', async (open, note) => {
  const client = open();
  await client.mset(Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`key:${String(i)}`, '1'])));
  const found = new Set<string>();
  for await (const keys of client.scanStream({ match: 'key:*', count: 30 }))
    for (const key of keys as string[]) found.add(key);
  note(found.size);
  client.defineCommand('bump', {
    numberOfKeys: 1,
    lua: "return {redis.call('incrby', KEYS[1], ARGV[1]), 'text', false, {1, 'a'}}",
  });
  const bump = (client as unknown as { bump(key: string, by: number): Promise<unknown> }).bump.bind(client);
  note(
    await bump('counter', 5),
    await bump('counter', 5),
    await client.eval("return redis.call('get', KEYS[1])", 1, 'counter'),
  );
  note(
    await caught(client.eval("return redis.call('hget', KEYS[1], 'f')", 1, 'counter')),
    await caught(client.evalsha('f'.repeat(40), 0)),
  );
});

scenario('monitor', async (open, note) => {
  const client = open();
  await client.ping();
  const monitor = await client.monitor();
  const seen = once(monitor, 'monitor');
  await client.set('watched', 'a "quoted" value');
  const [time, args, , database] = (await seen) as [string, string[], string, string];
  note(/^\d+\.\d{6}$/.test(time), args, database);
  monitor.disconnect();
});

/** Everything a client says about its connection, in order. */
function eventsOf(client: Redis): string[] {
  const events: string[] = [];
  for (const name of ['connecting', 'connect', 'ready', 'close', 'end', 'reconnecting', 'error', 'select'])
    client.on(name, (value: unknown) =>
      events.push(
        value instanceof Error ? `${name} ${value.message}` : name === 'select' ? `${name} ${String(value)}` : name,
      ),
    );
  return events;
}

scenario('a connection that the server closes', async (open, note) => {
  const admin = open();
  const client = open({ retryStrategy: () => 10, connectionName: 'victim', db: 2 });
  const events = eventsOf(client);
  await client.set('a', '1');
  await client.subscribe('news');
  await client.unsubscribe('news');
  const again = once(client, 'ready');
  note(await admin.client('KILL', 'ID', await client.client('ID')));
  await again;
  note(await client.get('a'), await client.client('GETNAME'), client.status, events);
  const waiting = caught(client.blpop('list', 0));
  await until('the client waits', async () => (await admin.info('clients')).includes('blocked_clients:1'));
  const id = /id=(\d+) .*name=victim/.exec(String(await admin.client('LIST')))?.[1] ?? '';
  await admin.client('KILL', 'ID', id);
  await until('it waits again', async () => (await admin.info('clients')).includes('blocked_clients:1'));
  await admin.select(2);
  await admin.rpush('list', 'x');
  note(await waiting);
});

scenario('a connection that is not opened again', async (open, note) => {
  const admin = open();
  const client = open({ retryStrategy: null, connectionName: 'victim' });
  const events = eventsOf(client);
  const waiting = caught(client.blpop('list', 0));
  await until('the client waits', async () => (await admin.info('clients')).includes('blocked_clients:1'));
  const ended = once(client, 'end');
  const id = /id=(\d+) .*name=victim/.exec(String(await admin.client('LIST')))?.[1] ?? '';
  await admin.client('KILL', 'ID', id);
  await ended;
  note(await waiting, await caught(client.get('a')), client.status, events);
});

scenario('subscriptions come back after a lost connection', async (open, note) => {
  const admin = open();
  const client = open({ retryStrategy: () => 10 });
  await client.subscribe('a', 'b');
  await client.psubscribe('p*');
  const again = once(client, 'ready');
  note(await admin.client('KILL', 'TYPE', 'pubsub'));
  await again;
  await until('it subscribed again', async () => Number(await admin.pubsub('NUMPAT')) === 1);
  const received: unknown[] = [];
  client.on('message', (...args) => received.push(args));
  const last = once(client, 'pmessage');
  note(await admin.publish('a', '1'), await admin.publish('b', '2'), await admin.publish('pq', '3'));
  note(await last, received);
});

scenario('reconnecting on an error of the server', async (open, note) => {
  const asked: string[] = [];
  const client = open({
    retryStrategy: () => 10,
    reconnectOnError(failure) {
      asked.push(failure.message);
      return failure.message.includes('WRONGTYPE') && asked.length < 2 ? 2 : false;
    },
  });
  const events = eventsOf(client);
  await client.set('text', 'x');
  note(await caught(client.lpush('text', 'y')), await caught(client.incr('text')), asked, events);
});

scenario('a pipeline as an object', async (open, note) => {
  const client = open();
  client.defineCommand('own', { numberOfKeys: 1, lua: 'return redis.call("INCR", KEYS[1])' });
  const pipeline = client.pipeline() as ReturnType<Redis['pipeline']> & { own(key: string): unknown };
  note(pipeline.length, Object.getOwnPropertyDescriptor(pipeline, 'length')?.enumerable);
  pipeline.incr('n').incr('n');
  pipeline.own('n');
  note(pipeline.length, await pipeline.exec(), pipeline.length);
  // ioredis sends everything again.
  note(await pipeline.incr('n').exec(), pipeline.length, await client.get('n'));
  const seen = await new Promise((resolve) => {
    void client
      .pipeline()
      .get('n')
      .exec((error, results) => {
        resolve([error, results]);
      });
  });
  note(seen);
});

scenario('automatic pipelines', async (open, note) => {
  const client = open({ enableAutoPipelining: true });
  await client.ping();
  const replies = await Promise.all([
    client.set('a', '1'),
    client.incr('a'),
    caught(client.lpush('a', 'x')),
    client.get('a'),
    client.hset('h', { f: '1', g: '2' }),
    client.hgetall('h'),
    client.getBuffer('a'),
  ]);
  note(replies);
  note(await client.multi().set('a', '5').get('a').exec(), await client.pipeline().get('a').incr('a').exec());
});

scenario('transactions step by step', async (open, note) => {
  const client = open();
  const other = open();
  note(await client.multi({ pipeline: false }), await client.set('a', '1'), await client.get('a'), await client.exec());
  await client.watch('a');
  await other.set('a', '2');
  note(await client.multi().set('a', '3').exec());
  note(
    await caught(client.multi().call('set', 'a').exec()),
    await caught(client.multi().incr('a').lpush('a', 'x').exec()),
  );
  note(await client.multi({ pipeline: false }), await client.discard(), await caught(client.exec()));
  note(
    await caught(client.multi().exec()),
    await client
      .multi([
        ['set', 'b', '1'],
        ['get', 'b'],
      ])
      .exec(),
  );
});

scenario('commands beyond the methods', async (open, note) => {
  const client = open({ keyPrefix: 'p:' });
  note(
    await client.call('SET', 'called', '1'),
    await client.call('GET', ['called']),
    await client.callBuffer('GET', 'called'),
  );
  note(await caught(client.call('NOSUCH', 'a', 'b')), await caught(client.call('GET')));
  note(
    await client.sort('none'),
    await client.zunionstore('out', 2, 'za', 'zb'),
    await client.eval('return {KEYS[1], ARGV[1]}', 1, 'k', 'a'),
    await client.object('ENCODING', 'called'),
    await client.xadd('s', '1-1', 'f', 'v'),
    await client.xread('COUNT', 1, 'STREAMS', 's', '0'),
    (await client.keys('*')).sort(),
  );
  note(
    await client.mset(
      new Map([
        ['m1', '1'],
        ['m2', '2'],
      ]),
    ),
    await client.mget(['m1', 'm2']),
  );
  note(await client.hset('h', new Map([['a', '1']])), await client.hgetall('h'), await client.hgetall('none'));
  note(await client.set('bin', Buffer.from([0, 255, 128])), await client.getBuffer('bin'), await client.get('bin'));
  note(await client.set('n', 5), await client.set('u', 'ä€😀'), await client.get('u'), await client.strlen('u'));
  note(await caught(client.set('a', undefined as unknown as string)), await client.get('a'));
});

scenario('hash, set and sorted set streams', async (open, note) => {
  const client = open();
  await client.hset('h', Object.fromEntries(Array.from({ length: 700 }, (_, i) => [`f${String(i)}`, String(i)])));
  await client.sadd('s', ...Array.from({ length: 700 }, (_, i) => `m${String(i)}`));
  await client.zadd('z', ...Array.from({ length: 700 }, (_, i) => [i, `m${String(i)}`]).flat());
  for (const stream of [
    client.hscanStream('h', { count: 50 }),
    client.sscanStream('s'),
    client.zscanStream('z', { match: 'm1*' }),
  ]) {
    const found: string[] = [];
    for await (const items of stream) found.push(...(items as string[]));
    note(new Set(found).size, [...found].sort().slice(0, 4));
  }
  const buffers: unknown[] = [];
  for await (const keys of client.scanBufferStream({ count: 100 })) buffers.push(...(keys as unknown[]));
  note(buffers.map(String).sort());
});

scenario('a subscriber and its commands', async (open, note) => {
  const client = open();
  const events: unknown[] = [];
  for (const name of ['subscribe', 'unsubscribe', 'message', 'messageBuffer'])
    client.on(name, (...args: unknown[]) => events.push([name, ...args]));
  note(await client.subscribe('a', 'b'), await client.subscribe('b'), await client.ping());
  const other = open();
  note(await other.publish('a', Buffer.from([255, 0])));
  note(await caught(client.get('k')), await client.unsubscribe('a'), await client.unsubscribe(), await client.get('k'));
  note(await client.quit(), events);
});
