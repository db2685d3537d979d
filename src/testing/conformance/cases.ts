import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Redis } from 'ioredis';
import { RespiteError } from '../../errors';
import type { BackendCapability, CacheBackend, ConnectionPurpose } from '../../modules/cache';
import { actualIoredis } from '../../redis-engine';

/** One thing every backend does. */
export interface BackendCase {
  readonly behaviour: string;
  /** What a backend may lack so that this is not asked of it. */
  readonly needs?: BackendCapability;
  run(backend: CacheBackend, create: () => Promise<CacheBackend>): Promise<void>;
}

/** How long something that has to happen may take, in milliseconds. */
const PATIENCE_MS = 5000;

const PURPOSES: readonly ConnectionPurpose[] = ['commands', 'blocking', 'subscriber'];

/** Keys of our own, in one slot: the data may be shared with other runs, on a Cluster. */
const keyOf = (name: string) => `{respite-conformance-${randomUUID()}}:${name}`;

/** What every `CacheBackend` must do, a case each; `describeBackend` runs them. */
export const BACKEND_CASES: readonly BackendCase[] = [
  {
    behaviour: 'says what it is called and which mode it serves',
    async run({ name, mode }) {
      assert.ok(name.length > 0);
      assert.ok(['standalone', 'distributed'].includes(mode), `mode is "${mode}"`);
    },
  },
  {
    behaviour: 'serves as soon as it is made: values, expiry, types, errors',
    async run({ client }) {
      const [text, list] = [keyOf('text'), keyOf('list')];
      assert.equal(await client.set(text, 'value', 'EX', 3600), 'OK');
      assert.equal(await client.get(text), 'value');
      const ttl = await client.ttl(text);
      assert.ok(ttl > 3000 && ttl <= 3600, `TTL is ${String(ttl)}, not about 3600`);
      assert.equal(await client.rpush(list, 'a', 'b'), 2);
      assert.deepEqual(await client.lrange(list, 0, -1), ['a', 'b']);
      await assert.rejects(client.incr(list), /WRONGTYPE/);
    },
  },
  {
    behaviour: 'keeps every byte',
    async run({ client }) {
      const key = keyOf('bytes');
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      await client.set(key, bytes);
      assert.deepEqual(await client.getBuffer(key), bytes);
    },
  },
  {
    behaviour: 'runs pipelines in order',
    async run({ client }) {
      const key = keyOf('n');
      const results = await client.pipeline().incr(key).incrby(key, 5).get(key).exec();
      assert.deepEqual(results, [
        [null, 1],
        [null, 6],
        [null, '6'],
      ]);
    },
  },
  {
    behaviour: 'runs transactions, and gives up those whose watched key changed',
    needs: 'transactions',
    async run(backend) {
      const key = keyOf('n');
      const own = backend.connection('commands');
      assert.deepEqual(await own.multi().incr(key).incr(key).exec(), [
        [null, 1],
        [null, 2],
      ]);
      await own.watch(key);
      await backend.client.set(key, 'changed');
      assert.equal(await own.multi().set(key, 'lost').exec(), null);
      assert.equal(await own.get(key), 'changed');
    },
  },
  {
    behaviour: 'runs Lua scripts, by text and by name',
    needs: 'scripts',
    async run({ client }) {
      const key = keyOf('n');
      const script = "return redis.call('INCRBY', KEYS[1], ARGV[1])";
      assert.equal(await client.eval(script, 1, key, 2), 2);
      client.defineCommand('respiteConformance', { numberOfKeys: 1, lua: script });
      const { respiteConformance } = client as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
      assert.equal(await respiteConformance?.call(client, key, 3), 5);
    },
  },
  {
    behaviour: "opens connections of the caller's own for every purpose, on the same data",
    async run(backend) {
      const key = keyOf('shared');
      await backend.client.set(key, 'value');
      const opened = PURPOSES.map((purpose) => backend.connection(purpose));
      assert.equal(new Set([backend.client, ...opened]).size, PURPOSES.length + 1, 'connections are shared');
      for (const connection of opened) assert.equal(await connection.get(key), 'value');
    },
  },
  {
    behaviour: 'lets connections be closed early',
    async run(backend) {
      const connection = backend.connection('commands');
      await connection.ping();
      const ended = once(connection, 'end');
      connection.disconnect();
      await within(ended, 'a closed connection did not end');
      assert.equal(await backend.client.ping(), 'PONG');
    },
  },
  {
    behaviour: 'answers blocking commands on their own connection while the shared one goes on',
    needs: 'blocking',
    async run(backend) {
      const key = keyOf('queue');
      const popped = backend.connection('blocking').blpop(key, 0);
      await backend.client.ping();
      await backend.client.rpush(key, 'job');
      assert.deepEqual(await within(popped, 'BLPOP got nothing'), [key, 'job']);
    },
  },
  {
    behaviour: 'lets blocking connections wait for as long as it takes',
    needs: 'blocking',
    async run(backend) {
      const { options } = backend.connection('blocking');
      // A Cluster has these options per node.
      const own = 'redisOptions' in options ? (options.redisOptions as Redis['options']) : options;
      assert.equal(own.maxRetriesPerRequest, null, 'a blocking connection gives up after some retries');
      assert.ok(!own.commandTimeout, 'a blocking connection has a command timeout');
    },
  },
  {
    behaviour: 'delivers messages, by channel and by pattern',
    needs: 'pubsub',
    async run(backend) {
      const channel = keyOf('news');
      const subscriber = backend.connection('subscriber');
      await subscriber.subscribe(channel);
      await subscriber.psubscribe(`${channel}:*`);
      const received = Promise.all([once(subscriber, 'message'), once(subscriber, 'pmessage')]);
      await backend.client.publish(channel, 'one');
      await backend.client.publish(`${channel}:sub`, 'two');
      // Copied: under Jest the arrays of node:events come from another realm, which strict equality minds.
      const messages = (await within(received, 'messages did not arrive')).map((message) => [...(message as string[])]);
      assert.deepEqual(messages, [
        [channel, 'one'],
        [`${channel}:*`, `${channel}:sub`, 'two'],
      ]);
    },
  },
  {
    behaviour: 'gives options from which libraries make their own clients, without a key prefix',
    needs: 'redis-options',
    async run(backend) {
      const key = keyOf('shared');
      await backend.client.set(key, 'value');
      const options = backend.redisOptions();
      assert.ok(!options.keyPrefix, 'redisOptions() carries a keyPrefix, which BullMQ and others refuse');
      const { Redis: Client } = actualIoredis();
      const client = new Client(options);
      try {
        assert.equal(await client.get(key), 'value');
      } finally {
        client.disconnect();
      }
    },
  },
  {
    behaviour: 'says how it is, also when it is closed',
    async run(backend) {
      const { status, latencyMs, reasons } = await backend.health();
      assert.equal(status, 'ok', reasons.join('; '));
      assert.ok(latencyMs !== undefined && latencyMs >= 0);
      await backend.close();
      const closed = await backend.health();
      assert.equal(closed.status, 'down');
      assert.ok(closed.reasons.length > 0, 'a backend that is down says why');
    },
  },
  {
    behaviour: 'closes all it opened, once, and opens nothing more',
    async run(backend) {
      const connections = [backend.client, ...PURPOSES.map((purpose) => backend.connection(purpose))];
      await Promise.all(connections.map((connection) => connection.ping()));
      // Listened for beforehand: the status of an ended Cluster does not say so reliably.
      const ends = connections.map(untilEnd);
      await within(backend.close(), 'close() did not finish');
      await within(backend.close(), 'a second close() did not finish');
      await within(Promise.all(ends), 'close() left a connection open');
      assert.throws(() => backend.connection('commands'), isCoded('BACKEND_CLOSED'));
    },
  },
  {
    behaviour: 'is independent of another one made the same way',
    async run(backend, create) {
      const other = await create();
      await other.close();
      assert.equal(await backend.client.ping(), 'PONG');
    },
  },
];

/** A backend that cannot give options says so in a way that tells what to do instead. */
export const WITHOUT_REDIS_OPTIONS: BackendCase = {
  behaviour: 'refuses to give options for clients of others with REDIS_OPTIONS_UNAVAILABLE',
  async run(backend) {
    assert.throws(() => backend.redisOptions(), isCoded('REDIS_OPTIONS_UNAVAILABLE'));
  },
};

const isCoded = (code: string) => (error: unknown) => RespiteError.is(error) && error.code === code;

/** Not `once` of node:events, which rejects when an error comes first. */
function untilEnd(connection: CacheBackend['client']): Promise<unknown> {
  return new Promise((resolve) => connection.once('end', resolve));
}

async function within<T>(promise: Promise<T>, failure: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new assert.AssertionError({ message: `${failure} within ${String(PATIENCE_MS)} ms` }));
    }, PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
