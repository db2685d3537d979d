import { once } from 'node:events';
import type { Redis, RedisOptions } from 'ioredis';
import { VirtualClock } from '../../src/testing/virtual-clock';
import { type GatedEngine, gatedEngine, type Way, WAYS } from '../support/gated-engine';
import { hasRead } from '../support/has-read';
import { RespClient, textOf } from '../support/resp-client';
import { until } from '../support/until';

/** What leaves an engine while something is not synced: nothing, to nobody. The tests are the journal. */

let gated: GatedEngine;
const ends: (() => void)[] = [];
beforeEach(async () => {
  gated = await gatedEngine();
});
afterEach(end);

async function end(): Promise<void> {
  for (const each of ends.splice(0)) each();
  await gated.close();
}

/** A new engine. */
async function again(): Promise<void> {
  await end();
  gated = await gatedEngine();
}

/** The clients of a program, all of one kind, and what they hear. */
interface Cast {
  readonly writer: Redis;
  readonly reader: Redis;
  /** Waits for the list `queue`. */
  readonly waiting: Redis;
  readonly log: string[];
  /** Between two clients' commands: sockets promise no order. */
  readonly next: () => Promise<void>;
}

const text = (value: unknown) => (value instanceof Error ? value.message : JSON.stringify(value));

function hear(log: string[], name: string, promise: Promise<unknown>): void {
  void promise.then(
    (value) => log.push(`${name} ${text(value)}`),
    (failure: unknown) => log.push(`${name} ${text(failure)}`),
  );
}

/** What is sent while nobody syncs. */
const PROGRAMS: Readonly<Record<string, (cast: Cast) => Promise<void> | void>> = {
  'a write': ({ writer, log }) => {
    hear(log, 'writer', writer.set('k', '1'));
  },
  'reads by the writer and by others': async ({ writer, reader, log, next }) => {
    hear(log, 'reader before', reader.get('k'));
    await next();
    hear(log, 'writer', writer.set('k', '1'));
    hear(log, 'writer', writer.get('k'));
    await next();
    hear(log, 'reader', reader.get('k'));
    hear(log, 'reader', reader.get('other'));
    hear(log, 'reader', reader.call('nonsense'));
  },
  'a value as a buffer, an integer beyond 2^53, an error': ({ writer, log }) => {
    hear(log, 'writer', writer.set('k', Buffer.from([0xff, 0, 0xc3])));
    hear(log, 'writer', writer.getBuffer('k'));
    hear(log, 'writer', writer.call('INCRBY', 'n', '9007199254740993'));
    hear(log, 'writer', writer.lpush('k', '1'));
  },
  'a pipeline': ({ writer, log }) => {
    hear(log, 'writer', writer.pipeline().get('k').set('k', '1').incr('k').lpush('k', 'x').get('k').exec());
  },
  'a pipeline of reads behind a write': async ({ writer, reader, log, next }) => {
    hear(log, 'writer', writer.set('k', '1'));
    await next();
    hear(log, 'reader', reader.pipeline().get('k').exists('k').exec());
  },
  'a transaction': async ({ writer, reader, log, next }) => {
    hear(log, 'writer', writer.multi().set('k', '1').get('k').exec());
    await next();
    hear(log, 'reader', reader.get('k'));
  },
  'a transaction without a pipeline': ({ writer, log }) => {
    hear(log, 'writer', writer.multi({ pipeline: false }));
    hear(log, 'writer', writer.set('k', '1'));
    hear(log, 'writer', writer.exec());
  },
  'a script': async ({ writer, reader, log, next }) => {
    hear(log, 'writer', writer.eval("redis.call('set', KEYS[1], 'x') return redis.call('get', KEYS[1])", 1, 'k'));
    await next();
    hear(log, 'reader', reader.get('k'));
  },
  'a message behind a write': async ({ writer, reader, log, next }) => {
    hear(log, 'writer', writer.set('k', '1'));
    await next();
    hear(log, 'reader', reader.publish('channel', 'hello'));
  },
  'a message from a script, before and after it writes': ({ writer, log }) => {
    const script =
      "redis.call('publish', 'channel', '1') redis.call('set', 'k', 'x') redis.call('publish', 'channel', '2')";
    hear(log, 'writer', writer.eval(script, 0));
  },
  'one that waited': ({ writer, log }) => {
    hear(log, 'writer', writer.rpush('queue', 'x', 'y'));
  },
  'one that waited, served by a script in a transaction': ({ writer, log }) => {
    hear(log, 'writer', writer.multi().eval("return redis.call('rpush', 'queue', 'x')", 0).llen('queue').exec());
  },
  'a client that quits': async ({ writer, reader, log, next }) => {
    reader.on('end', () => log.push('reader ends'));
    hear(log, 'writer', writer.set('k', '1'));
    await next();
    hear(log, 'reader', reader.get('k'));
    hear(log, 'reader', reader.quit());
  },
  'a client that is ended by another': ({ writer, waiting, log }) => {
    waiting.on('end', () => log.push('waiting ends'));
    hear(log, 'writer', writer.set('k', '1'));
    hear(log, 'writer', writer.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes'));
  },
  'a client that subscribes': async ({ writer, reader, log, next }) => {
    hear(log, 'writer', writer.set('k', '1'));
    await next();
    hear(log, 'reader', reader.subscribe('a', 'b'));
  },
};

/** What closes the gate: nothing, the program's first write, or one before the program. */
type Closing = 'never' | 'by the program' | 'before it';

/** Programs whose first command changes nothing: what it says may leave. */
const READS_FIRST: ReadonlySet<string> = new Set([
  'reads by the writer and by others',
  'a pipeline',
  'a transaction',
  'a transaction without a pipeline',
  'one that waited, served by a script in a transaction',
]);

/** What a program's clients hear. */
async function play(way: Way, name: string, closing: Closing): Promise<readonly string[]> {
  const log: string[] = [];
  const come = () => gated.make(way);
  const [writer, reader, waiting, subscriber, monitor] = [come(), come(), come(), come(), come()];
  await Promise.all([writer, reader, waiting, subscriber, monitor].map((client) => once(client, 'ready')));
  await writer.config('SET', 'notify-keyspace-events', 'KA');
  await subscriber.subscribe('channel');
  await subscriber.psubscribe('__key*');
  subscriber.on('message', (channel, message) => log.push(`message ${channel} ${message}`));
  subscriber.on('pmessage', (_, channel, message) => log.push(`event ${channel} ${message}`));
  const watching = await monitor.monitor();
  ends.push(() => {
    watching.disconnect();
  });
  hear(log, 'waiting', waiting.blpop('queue', 0));
  await until('it waits', async () => (await writer.info('clients')).includes('blocked_clients:1'));
  await gated.settled();
  watching.on('monitor', (_, args: readonly string[]) => log.push(`monitor ${args.join(' ')}`));
  if (closing !== 'never') gated.follow();
  if (closing === 'before it') gated.engine.gate.close();
  await gated.settled();
  await PROGRAMS[name]?.({ writer, reader, waiting, log, next: way === 'socket' ? gated.settled : soon });
  await gated.settled();
  if (closing === 'never') return [...log];
  expect(gated.engine.gate.closed).toBe(true);
  if (closing === 'before it' || !READS_FIRST.has(name)) expect(log).toEqual([]);
  gated.engine.gate.open(1);
  await gated.settled();
  return [...log];
}

const soon = () => Promise.resolve();
/**
 * Sockets promise no order between connections. On the direct way a pipeline is answered with its last command; behind
 * something held it is, as on the others, answered in one piece.
 */
function comparable(way: Way, name: string, log: readonly string[]): unknown {
  const isPipeline = / (?:pipeline|transaction)$/.test(name);
  if (way === 'bytes' || (way === 'direct' && !isPipeline)) return log;
  const first = (line: string) => line.split(' ', 1)[0] ?? '';
  return [...new Set(log.map(first))].sort().map((hearer) => log.filter((line) => first(line) === hearer));
}

describe.each(WAYS)('%s: nothing leaves before it is synced, and then in the order it has without a gate', (way) => {
  it.each(Object.keys(PROGRAMS))('%s', async (name) => {
    const heard: Partial<Record<Closing, unknown>> = {};
    for (const closing of ['never', 'by the program', 'before it'] as const) {
      heard[closing] = comparable(way, name, await play(way, name, closing));
      await again();
    }
    expect(heard.never).not.toEqual([]);
    expect(heard).toEqual({ never: heard.never, 'by the program': heard.never, 'before it': heard.never });
  });
});

async function ready(way: Way, options?: RedisOptions): Promise<Redis> {
  const client = gated.make(way, options);
  await once(client, 'ready');
  return client;
}

describe.each(WAYS)('%s', (way) => {
  it('what tells of later frames stays', async () => {
    const [writer, reader] = [await ready(way), await ready(way)];
    const { gate } = gated.engine;
    const log: string[] = [];
    gated.follow();
    hear(log, 'writer', writer.set('k', '1'));
    await gated.settled();
    gate.advance();
    hear(log, 'reader', reader.get('k'));
    await gated.settled();
    hear(log, 'writer', writer.set('k', '2'));
    await gated.settled();
    hear(log, 'reader', reader.get('k'));
    await gated.settled();
    expect(log).toEqual([]);
    gate.open(1);
    await gated.settled();
    expect([...log].sort()).toEqual(['reader "1"', 'writer "OK"']);
    gate.open(2);
    await gated.settled();
    expect([...log].sort()).toEqual(['reader "1"', 'reader "2"', 'writer "OK"', 'writer "OK"']);
  });

  it('a client that comes meanwhile is served like the others', async () => {
    const writer = await ready(way);
    gated.follow();
    const set = writer.set('k', '1');
    await gated.settled();
    const log: string[] = [];
    const reader = gated.make(way);
    reader.on('ready', () => log.push('ready'));
    hear(log, 'reader', reader.get('k'));
    await gated.settled();
    expect(log).toEqual([]);
    gated.engine.gate.open(1);
    await set;
    await until('it is answered', () => Promise.resolve(log.length === 2));
    expect(log).toEqual(['ready', 'reader "1"']);
  });

  it('what could not be kept is an error to everybody, and messages of it are none', async () => {
    const [writer, reader, subscriber] = [await ready(way), await ready(way), await ready(way)];
    const log: string[] = [];
    await subscriber.subscribe('channel');
    subscriber.on('message', (_, message) => log.push(`message ${message}`));
    gated.follow();
    hear(log, 'set', writer.set('k', '1'));
    hear(log, 'pipeline', writer.pipeline().incr('k').get('k').exec());
    hear(log, 'exec', writer.multi().incr('k').publish('channel', 'x').exec());
    await gated.settled();
    hear(log, 'get', reader.get('k'));
    hear(log, 'ping', reader.ping());
    await gated.settled();
    expect(log).toEqual([]);
    gated.engine.gate.fail('MISCONF it could not be written');
    await gated.settled();
    expect([...log].sort()).toEqual([
      'exec MISCONF it could not be written',
      'get MISCONF it could not be written',
      'ping "PONG"',
      expect.stringMatching(/^pipeline \[\[\{.*\}\],\[\{.*\}\]\]$/),
      'set MISCONF it could not be written',
    ]);
    expect(await reader.get('k')).toBe('3');
  });

  it('a transaction that was begun, and a subscription, outlive it', async () => {
    const [writer, subscriber] = [await ready(way), await ready(way)];
    gated.follow();
    const log: string[] = [];
    hear(log, 'set', writer.set('k', '1'));
    hear(log, 'multi', writer.multi({ pipeline: false }));
    hear(log, 'queued', writer.incr('k'));
    await gated.settled();
    hear(log, 'subscribed', subscriber.subscribe('a', 'b'));
    await gated.settled();
    gated.engine.gate.fail('MISCONF no');
    await gated.settled();
    expect([...log].sort()).toEqual(['multi "OK"', 'queued "QUEUED"', 'set MISCONF no', 'subscribed 2']);
    hear(log, 'exec', writer.exec());
    await gated.settled();
    gated.engine.gate.open(2);
    await gated.settled();
    expect(log.at(-1)).toBe('exec [[null,2]]');
  });

  it('a command may time out meanwhile, and the client goes on', async () => {
    const writer = await ready(way, { commandTimeout: 50 });
    gated.follow();
    await expect(writer.set('k', '1')).rejects.toThrow('Command timed out');
    // What comes now has all the time a busy machine needs.
    writer.options.commandTimeout = 500_000;
    gated.engine.gate.open(1);
    await gated.settled();
    expect(await writer.get('k')).toBe('1');
  });

  it('a client that goes loses what was held for it, and nobody else does', async () => {
    const [writer, reader] = [await ready(way), await ready(way)];
    gated.follow();
    const log: string[] = [];
    hear(log, 'writer', writer.set('k', '1'));
    await gated.settled();
    hear(log, 'reader', reader.get('k'));
    await gated.settled();
    (reader as unknown as { stream: { destroy(): void } }).stream.destroy(); // as when its socket is reset
    await until('it knows', () => Promise.resolve(reader.status === 'end'));
    expect(log).toEqual(['reader Connection is closed.']);
    gated.engine.gate.open(1);
    await gated.settled();
    expect(log).toEqual(['reader Connection is closed.', 'writer "OK"']);
  });

  it('what is held counts as what a client has not read', async () => {
    const writer = await ready(way);
    await writer.client('SETNAME', 'writer');
    await writer.set('long', 'x'.repeat(100_000));
    gated.follow();
    const replies = [writer.set('k', '1'), writer.get('long'), writer.get('long')];
    await gated.settled();
    const { inner } = gated;
    const client = [...inner.clients.byId.values()].find(({ name }) => name === 'writer');
    const held = '+OK\r\n'.length + 2 * `$100000\r\n${'x'.repeat(100_000)}\r\n`.length;
    expect(client?.output.unread?.()).toBe(held);
    expect(client?.bytes).toBeGreaterThan(held);
    expect(client?.countedBytes).toBe(client?.bytes);
    gated.engine.gate.open(1);
    await Promise.all(replies);
    expect(client?.output.unread?.()).toBe(0);
    expect(client?.countedBytes).toBe(client?.bytes);
  });

  it('client-output-buffer-limit sees what is held', async () => {
    const [writer, reader] = [await ready(way), await ready(way)];
    await writer.set('long', 'x'.repeat(100_000));
    await writer.config('SET', 'client-output-buffer-limit', 'normal 250000 0 0');
    gated.follow();
    const log: string[] = [];
    hear(log, 'writer', writer.set('k', '1'));
    await gated.settled();
    for (let i = 1; i <= 2; i++) hear(log, `get ${String(i)}`, reader.get('long'));
    await gated.settled();
    expect(log).toEqual([]);
    hear(log, 'get 3', reader.get('long'));
    await gated.settled();
    gated.engine.gate.open(1);
    await until('it knows', () => Promise.resolve(reader.status === 'end'));
    await gated.settled();
    const closed = [1, 2, 3].map((i) => `get ${String(i)} Connection is closed.`);
    expect([...log].sort()).toEqual([...closed, 'writer "OK"']);
  });
});

describe('on sockets', () => {
  it('a client for whom much is held gets no more answered until it has left, then everything', async () => {
    const writer = await ready('socket');
    await writer.set('long', 'x'.repeat(100_000));
    gated.follow();
    const set = writer.set('k', '1');
    await gated.settled();
    const client = await RespClient.open(gated.port);
    ends.push(() => {
      client.close();
    });
    const { calls } = gated.inner.commands.resolve('get', ['long']).stats;
    for (let i = 0; i < 50; i++) client.send('GET', 'long');
    await hasRead(client.socket);
    await gated.settled();
    expect(gated.inner.commands.resolve('get', ['long']).stats.calls - calls).toBeLessThan(15);
    gated.engine.gate.open(1);
    await set;
    for (let i = 0; i < 50; i++) expect(textOf(await client.next())).toHaveLength(100_000);
    client.send('PING');
    expect(textOf(await client.next())).toBe('PONG');
  });

  it('maxmemory-clients closes whom most is held for', async () => {
    const writer = await ready('socket');
    await writer.set('long', 'x'.repeat(1_000_000));
    await writer.config('SET', 'maxmemory-clients', '1500000');
    gated.follow();
    const set = writer.set('k', '1');
    await gated.settled();
    const client = await RespClient.open(gated.port);
    client.send('GET', 'long');
    client.send('GET', 'long');
    expect(await client.next()).toBeUndefined();
    gated.engine.gate.open(1);
    expect(await set).toBe('OK');
  });

  it('a peer that sends no more gets its answers before the end', async () => {
    gated.follow();
    const client = await RespClient.open(gated.port);
    client.send('SET', 'k', '1');
    client.send('GET', 'k');
    client.socket.end();
    await gated.settled();
    expect(client.drain()).toEqual([]);
    gated.engine.gate.open(1);
    expect([textOf(await client.next()), textOf(await client.next()), await client.next()]).toEqual([
      'OK',
      '1',
      undefined,
    ]);
  });
});

describe('keys that go by themselves', () => {
  it('nobody hears of one that expired before that is synced', async () => {
    const clock = new VirtualClock();
    await gated.close();
    gated = await gatedEngine({ clock });
    const [writer, subscriber] = [await ready('direct'), await ready('direct')];
    const reader = await RespClient.open(gated.port, 3);
    ends.push(() => {
      reader.close();
    });
    await writer.config('SET', 'notify-keyspace-events', 'Ex');
    await subscriber.psubscribe('__key*');
    const log: string[] = [];
    subscriber.on('pmessage', (_, __, message: string) => log.push(message));
    await writer.set('k', '1', 'PX', 100);
    await reader.command('CLIENT', 'TRACKING', 'ON');
    await reader.command('GET', 'k');
    gated.follow();
    await clock.advance(1000);
    await gated.settled();
    expect({ log, told: reader.drain(), closed: gated.engine.gate.closed }).toEqual({
      log: [],
      told: [],
      closed: true,
    });
    gated.engine.gate.open(1);
    await gated.settled();
    expect(log).toEqual(['k']);
    expect(reader.drain()).toHaveLength(1);
  });
});
