import { once } from 'node:events';
import type { Redis } from 'ioredis';
import type { CacheBackend } from '../../src';

type Note = (...facts: unknown[]) => void;

/**
 * What an application does with a `CacheBackend`, written once. It knows nothing about the mode; its transcript has to
 * be the same in every one. Keys that are used together share a hash tag, as they have to for a Redis Cluster.
 */
export async function consumerProgram(backend: CacheBackend): Promise<unknown[]> {
  const { client } = backend;
  const transcript: unknown[] = [];
  const note: Note = (...facts) => transcript.push(facts);
  for (const server of serversOf(backend)) await server.flushdb();
  await strings(client, note);
  await collections(client, note);
  await transactions(client, note);
  await optimisticLock(client, note);
  await scripts(client, note);
  await waitForWork(backend, note);
  await streams(backend, note);
  await scanAll(backend, note);
  await subscribe(backend, note);
  const keys = await Promise.all(serversOf(backend).map((server) => server.keys('*')));
  const sizes = await Promise.all(serversOf(backend).map((server) => server.dbsize()));
  note(
    keys.flat().sort(),
    sizes.reduce((total, size) => total + size),
  );
  return transcript;
}

/** What concerns a whole server is asked of each: the one there is, or every master. */
function serversOf({ client, cluster }: CacheBackend): readonly Redis[] {
  return cluster?.nodes('master') ?? [client];
}

async function strings(client: Redis, note: Note): Promise<void> {
  note(await client.set('greeting', 'hello', 'EX', 60), await client.get('greeting'), await client.ttl('greeting'));
  note(
    await client.getBuffer('greeting'),
    await client.set('binary', Buffer.from([0, 255, 13, 10])),
    await client.getBuffer('binary'),
  );
  note(await client.mset({ '{n}a': '1', '{n}b': '2' }), await client.mget('{n}a', '{n}b', '{n}c'));
  note(await client.incrby('{n}a', 41), await client.incrbyfloat('f', 0.1), await client.getdel('f'));
  note(await client.setbit('bits', 7, 1), await client.bitcount('bits'), await client.pfadd('seen', 'x', 'y'));
  note(await client.incr('greeting').catch(describeError));
  note(await client.call('SETT', 'x').catch(describeError));
}

async function collections(client: Redis, note: Note): Promise<void> {
  note(await client.hset('user:1', { name: 'Ada', mail: 'ada@example.org' }), await client.hgetall('user:1'));
  note(await client.hmget('user:1', 'name', 'none'), await client.hincrby('user:1', 'visits', 2));
  note(await client.rpush('list', 'a', 'b', 'c'), await client.lrange('list', 0, -1), await client.lpop('list', 2));
  note(
    await client.sadd('{s}1', 'x', 'y', 'z'),
    await client.sadd('{s}2', 'y'),
    await client.sdiff('{s}1', '{s}2').then((all) => all.sort()),
  );
  note(
    await client.zadd('board', 3, 'ada', 1, 'bob', 2, 'cy'),
    await client.zrange('board', '(1', 3, 'BYSCORE', 'WITHSCORES'),
  );
  note(await client.zincrby('board', 1.5, 'bob'), await client.zpopmax('board'), await client.zrank('board', 'bob'));
  note(
    await client.geoadd('places', 13.361389, 38.115556, 'Palermo'),
    await client.geopos('places', 'Palermo', 'none'),
  );
  note(await client.lpush('user:1', 'x').catch(describeError));
}

async function transactions(client: Redis, note: Note): Promise<void> {
  note(await client.multi().set('{t}m', '1').incr('{t}m').hset('{t}h', 'seen', '1').exec());
  note(await client.multi().set('{t}m', 'text').incr('{t}m').exec());
  const results = await client.pipeline().get('{t}m').incr('{t}m').get('{t}none').exec();
  note(results?.map(([error, value]) => [error?.message ?? null, value]));
}

async function optimisticLock(client: Redis, note: Note): Promise<void> {
  const other = client.duplicate();
  await client.watch('{t}m');
  await other.set('{t}m', 'changed');
  note(await client.multi().set('{t}m', 'mine').exec(), await client.get('{t}m'));
  await client.watch('{t}m');
  // Beside a key of its server: by itself, UNWATCH would go to any server of a Cluster.
  await client.pipeline().get('{t}m').unwatch().exec();
  await other.set('{t}m', 'again');
  note(await client.multi().set('{t}m', 'mine').exec(), await other.get('{t}m'));
  note(await other.quit());
}

async function scripts(client: Redis, note: Note): Promise<void> {
  const script = "return {redis.call('INCRBY', KEYS[1], ARGV[1]), redis.call('GET', KEYS[1]), cjson.encode({1, 2})}";
  note(await client.eval(script, 1, '{l}counter', '5'), await client.eval(script, 1, '{l}counter', '5'));
  client.defineCommand('takeAtMost', {
    numberOfKeys: 1,
    lua: "local n = math.min(tonumber(redis.call('GET', KEYS[1])), tonumber(ARGV[1])) redis.call('DECRBY', KEYS[1], n) return n",
  });
  const take = (client as unknown as { takeAtMost(key: string, most: number): Promise<number> }).takeAtMost; // defined above
  note(
    await take.call(client, '{l}counter', 7),
    await take.call(client, '{l}counter', 7),
    await client.get('{l}counter'),
  );
  note(await client.eval("return redis.call('LPUSH', KEYS[1], 'x')", 1, '{l}counter').catch(describeError));
}

async function waitForWork(backend: CacheBackend, note: Note): Promise<void> {
  const worker = backend.connection('blocking');
  const first = worker.blpop('{q}urgent', '{q}normal', 5);
  await backend.client.rpush('{q}normal', 'work');
  note(await first, await worker.blpop('{q}normal', 0.05));
  const moved = worker.blmove('{q}normal', '{q}done', 'LEFT', 'RIGHT', 5);
  await backend.client.multi().rpush('{q}normal', 'one').rpush('{q}normal', 'two').exec();
  note(await moved, await backend.client.lrange('{q}done', 0, -1), await backend.client.llen('{q}normal'));
  worker.disconnect();
}

async function streams(backend: CacheBackend, note: Note): Promise<void> {
  const { client } = backend;
  note(
    await client.xgroup('CREATE', 'events', 'workers', '$', 'MKSTREAM'),
    await client.xadd('events', '1-1', 'type', 'created'),
  );
  note(
    await client.xreadgroup('GROUP', 'workers', 'w1', 'COUNT', 10, 'STREAMS', 'events', '>'),
    await client.xpending('events', 'workers'),
  );
  note(await client.xack('events', 'workers', '1-1'), await client.xlen('events'));
}

async function scanAll(backend: CacheBackend, note: Note): Promise<void> {
  const { client } = backend;
  await Promise.all(Array.from({ length: 250 }, (_, i) => client.set(`scan:${String(i)}`, String(i))));
  const found = new Set<string>();
  for (const server of serversOf(backend)) {
    for await (const keys of server.scanStream({ match: 'scan:*', count: 20 }))
      for (const key of keys as string[]) found.add(key);
  }
  const deleted = await Promise.all([...found].map((key) => client.del(key)));
  note(found.size, deleted.length);
}

async function subscribe(backend: CacheBackend, note: Note): Promise<void> {
  const { client } = backend;
  const subscriber = backend.connection('subscriber');
  note(await subscriber.subscribe('news', 'sport'));
  const message = once(subscriber, 'message');
  // How many received it is not noted: a Cluster counts those at one of its nodes.
  await client.publish('news', 'caf\u00e9');
  note(await message);
  note(await subscriber.psubscribe('n*'));
  const matched = once(subscriber, 'pmessage');
  await client.publish('nothing', 'x');
  note(await matched);
  note(
    await subscriber.unsubscribe('news', 'sport'),
    await subscriber.punsubscribe('n*'),
    await subscriber.get('{n}a'),
  );
  subscriber.disconnect();
}

function describeError(error: unknown): unknown {
  return error instanceof Error ? [error.name, error.message, 'command' in error ? error.command : undefined] : error;
}
