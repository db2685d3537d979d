import { once } from 'node:events';
import type { Redis } from 'ioredis';
import type { CacheBackend } from '../../src';

/**
 * What an application does with a `CacheBackend`, written once. It knows nothing about the mode; its transcript has to
 * be the same in every one.
 */
export async function consumerProgram(backend: CacheBackend): Promise<unknown[]> {
  const client = backend.client as Redis; // every backend of the tests that use it has one server
  const transcript: unknown[] = [];
  const note = (...facts: unknown[]) => transcript.push(facts);

  await client.flushdb();
  note(await client.set('greeting', 'hello', 'EX', 60), await client.get('greeting'), await client.ttl('greeting'));
  note(
    await client.getBuffer('greeting'),
    await client.set('binary', Buffer.from([0, 255, 13, 10])),
    await client.getBuffer('binary'),
  );
  note(
    await client.hset('user:1', { name: 'Ada', mail: 'ada@example.org' }),
    await client.hgetall('user:1'),
    await client.hmget('user:1', 'name', 'none'),
  );
  note(
    await client.mset({ a: '1', b: '2' }),
    await client.mget('a', 'b', 'c'),
    await client.incrby('a', 41),
    await client.incrbyfloat('f', 0.1),
  );
  note(await client.multi().set('m', '1').incr('m').hset('user:1', 'seen', '1').exec());
  note(await client.multi().set('m', 'text').incr('m').exec());
  note(
    await client
      .pipeline()
      .get('m')
      .incr('greeting')
      .get('none')
      .exec()
      .then((results) => results?.map(([error, value]) => [error?.message ?? null, value])),
  );
  note(await client.incr('greeting').catch(describeError));
  note(await client.call('SETT', 'x').catch(describeError));
  await optimisticLock(client, note);
  await scanAll(client, note);
  await subscribe(backend, note);
  note(await client.dbsize(), (await client.keys('*')).sort());
  return transcript;
}

function describeError(error: unknown): unknown {
  return error instanceof Error ? [error.name, error.message, 'command' in error ? error.command : undefined] : error;
}

async function optimisticLock(client: Redis, note: (...facts: unknown[]) => void): Promise<void> {
  const other = client.duplicate();
  await client.watch('m');
  await other.set('m', 'changed');
  note(await client.multi().set('m', 'mine').exec(), await client.get('m'));
  await client.watch('m');
  await client.unwatch();
  await other.set('m', 'again');
  note(await client.multi().set('m', 'mine').exec(), await client.get('m'));
  note(await other.quit());
}

async function scanAll(client: Redis, note: (...facts: unknown[]) => void): Promise<void> {
  await client.mset(Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`scan:${String(i)}`, String(i)])));
  const found = new Set<string>();
  for await (const keys of client.scanStream({ match: 'scan:*', count: 20 }))
    for (const key of keys as string[]) found.add(key);
  note(found.size, await client.del(...found));
}

async function subscribe(backend: CacheBackend, note: (...facts: unknown[]) => void): Promise<void> {
  const client = backend.client as Redis; // as above
  const subscriber = backend.connection('subscriber') as Redis; // as above
  note(await subscriber.subscribe('news', 'sport'));
  const message = once(subscriber, 'message');
  note(await client.publish('news', 'caf\u00e9'), await message);
  note(await subscriber.psubscribe('n*'));
  const matched = once(subscriber, 'pmessage');
  note(await client.publish('nothing', 'x'), await matched);
  note(await subscriber.unsubscribe('news', 'sport'), await subscriber.punsubscribe('n*'), await subscriber.get('a'));
  subscriber.disconnect();
}
