import { once } from 'node:events';
import { Redis, type RedisOptions } from 'ioredis';
import * as ioredis from 'ioredis';
import { connectorFor } from '../../src/modules/cache/standalone/connector';
import { defineInProcessRedis } from '../../src/modules/cache/standalone/in-process-redis';
import { until } from '../support/until';
import { useServers } from './harness';

/** The order in which a client hears of things, as docs/reference/in-process-client.md states it. */

const servers = useServers();

type Make = (options?: RedisOptions) => Redis;

const STATUSES = ['connect', 'ready', 'close', 'reconnecting', 'end', 'error'];

/** Clients of a socket, of ioredis' own class in process (what libraries make from `redisOptions()`), and of ours. */
function clients(): { readonly socket: Make; readonly options: Make; readonly ours: Make } {
  const { real, engine } = servers();
  const Ours = defineInProcessRedis(ioredis, () => engine);
  const Connector = connectorFor(() => engine);
  return {
    // So long may what was answered take to arrive, on a busy machine; two seconds by default.
    socket: (options) => new Redis({ port: real.port, disconnectTimeout: 1000, ...options }),
    options: (options) => new Redis({ Connector, ...options }),
    ours: (options) => new Ours({ ...options }),
  };
}

function recorded(client: Redis, log: string[]): Redis {
  for (const status of STATUSES) client.on(status, () => log.push(status));
  return client;
}

async function afterwards(client: Redis): Promise<void> {
  await until('the client has ended', () => Promise.resolve(client.status === 'end'));
  // Whatever was still to be heard: promises of commands that were cut off.
  await new Promise((resolve) => setImmediate(resolve));
}

/** What a program does with a client, and what it hears, written into the log; each ends with a client that ended. */
const PROGRAMS: Readonly<Record<string, (make: Make, log: string[]) => Promise<Redis>>> = {
  'disconnect at once': (make, log) => {
    const client = recorded(make(), log);
    client.disconnect();
    return Promise.resolve(client);
  },
  'disconnect in a microtask': async (make, log) => {
    const client = recorded(make(), log);
    await Promise.resolve();
    client.disconnect();
    return client;
  },
  'disconnect in the next tick': (make, log) => {
    const client = recorded(make(), log);
    process.nextTick(() => {
      client.disconnect();
    });
    return Promise.resolve(client);
  },
  'disconnect once connected': (make, log) => {
    const client = recorded(make(), log);
    client.on('connect', () => {
      client.disconnect();
    });
    return Promise.resolve(client);
  },
  'disconnect once ready': (make, log) => {
    const client = recorded(make(), log);
    client.on('ready', () => {
      client.disconnect();
    });
    return Promise.resolve(client);
  },
  'quit at once': (make, log) => {
    const client = recorded(make(), log);
    void client.quit().then(() => log.push('quit'));
    return Promise.resolve(client);
  },
  'quit once connected': (make, log) => {
    const client = recorded(make(), log);
    client.on('connect', () => void client.quit().then(() => log.push('quit')));
    return Promise.resolve(client);
  },
  'quit, and listen for the end afterwards': async (make, log) => {
    const client = recorded(make(), log);
    await once(client, 'ready');
    await client.quit();
    log.push('quit');
    for (let i = 0; i < 20; i++) await Promise.resolve();
    await once(client, 'end');
    return client;
  },
  'a command behind quit': async (make, log) => {
    const client = recorded(make(), log);
    await once(client, 'ready');
    void client.quit().then(() => log.push('quit'));
    void client.get('x').catch((error: unknown) => log.push((error as Error).message));
    return client;
  },
  'a command, then disconnect': async (make, log) => {
    const client = recorded(make(), log);
    await once(client, 'ready');
    void client.get('x').then(() => log.push('answered'));
    client.disconnect();
    return client;
  },
  'a command that waits, then disconnect': async (make, log) => {
    const client = recorded(make(), log);
    await once(client, 'ready');
    void client.blpop('nothing', 0).catch((error: unknown) => log.push((error as Error).message));
    setImmediate(() => {
      client.disconnect();
    });
    return client;
  },
  'commands before it is ready': async (make, log) => {
    const client = recorded(make(), log);
    const answers = [client.set('k', '1'), client.get('k')];
    for (const [i, answer] of answers.entries()) void answer.then(() => log.push(`answer ${String(i)}`));
    await Promise.all(answers);
    await new Promise((resolve) => setImmediate(resolve));
    client.disconnect();
    return client;
  },
  'being killed by its own command': async (make, log) => {
    const client = recorded(make({ retryStrategy: () => null }), log);
    await once(client, 'ready');
    await client.client('KILL', 'TYPE', 'normal', 'SKIPME', 'no');
    log.push('killed');
    return client;
  },
  'a subscriber that quits': async (make, log) => {
    const client = recorded(make(), log);
    await client.subscribe('channel');
    log.push('subscribed');
    await client.quit();
    log.push('quit');
    return client;
  },
  'to connect again': async (make, log) => {
    const client = recorded(make(), log);
    await once(client, 'ready');
    client.disconnect(true);
    await once(client, 'ready');
    client.disconnect();
    return client;
  },
  'a lazy client': async (make, log) => {
    const client = recorded(make({ lazyConnect: true }), log);
    log.push(client.status);
    const connected = client.connect();
    log.push(client.status);
    await connected;
    log.push('connected');
    client.disconnect();
    return client;
  },
  'a duplicate': async (make, log) => {
    const client = make();
    await once(client, 'ready');
    const duplicate = recorded(client.duplicate(), log);
    await once(duplicate, 'ready');
    log.push('there');
    client.disconnect();
    duplicate.disconnect();
    return duplicate;
  },
};

/** Programs that end a connection which may not be there yet. */
const RACES: ReadonlySet<string> = new Set(['disconnect in the next tick']);

/** Programs whose server may hang up before it has read all: then it resets the connection. In process there is nothing unread. */
const HUNG_UP_ON: ReadonlySet<string> = new Set(['quit once connected', 'a command behind quit']);

/**
 * What a client hears that quits once connected, where the answers to INFO, by which ioredis gets ready, and to QUIT come in one read,
 * as they do in process. A server may send each on its own.
 */
function inOneRead(heard: readonly string[]): readonly string[] {
  const [ready, quit] = [heard.indexOf('ready'), heard.indexOf('quit')];
  return ready >= 0 && ready + 1 === quit ? heard.with(ready, 'quit').with(quit, 'ready') : heard;
}

describe('a client in process hears of its connection as one of a socket does', () => {
  it.each(Object.keys(PROGRAMS))('%s', async (name) => {
    const heard: Record<string, readonly string[]> = {};
    for (const [kind, make] of Object.entries(clients())) {
      const log: string[] = [];
      const client = await PROGRAMS[name]?.(make, log);
      if (client !== undefined) await afterwards(client);
      heard[kind] = log;
    }
    const { options, ours } = heard;
    const events = (heard['socket'] ?? []).filter((event) => event !== 'error' || !HUNG_UP_ON.has(name));
    const socket = name === 'quit once connected' ? inOneRead(events) : events;
    // A busy machine may not have connected a socket in the time a program gives it.
    const expected = RACES.has(name) && !socket.includes('connect') ? ['connect', ...socket] : socket;
    expect({ options, ours }).toEqual({ options: expected, ours: expected });
  });
});

/** What one client does that another hears of. A socket promises no order here; in process there is one. */
const CAUSES: Readonly<Record<string, (client: Redis) => Promise<unknown>>> = {
  'LPUSH to one that waits': (client) => client.lpush('queue', 'x'),
  'EXEC to one that waits': (client) => client.multi().lpush('queue', 'x').exec(),
  'EVAL to one that waits': (client) => client.eval('return redis.call("lpush", KEYS[1], "x")', 1, 'queue'),
  'a pipeline to one that waits': (client) => client.pipeline().get('x').lpush('queue', 'x').exec(),
  'PUBLISH to a subscriber': (client) => client.publish('channel', 'x'),
  'LPUSH behind more replies than one turn delivers': (client) => {
    for (let i = 0; i < 500; i++) void client.get('x');
    return client.lpush('queue', 'x');
  },
};

describe('a command in process', () => {
  it.each(Object.keys(CAUSES))('is answered, and its caller goes on, before others hear of it: %s', async (name) => {
    const { options, ours } = clients();
    for (const make of [options, ours]) {
      const [client, waiting, subscriber] = [make(), make(), make()];
      const log: string[] = [];
      await client.del('queue');
      await subscriber.subscribe('channel');
      const heard = new Promise<void>((resolve) => {
        const hear = () => {
          log.push('heard');
          resolve();
        };
        subscriber.on('message', hear);
        void waiting.blpop('queue', 0).then(hear, () => undefined);
      });
      await until('it waits', async () => (await client.info('clients')).includes('blocked_clients:1'));
      await CAUSES[name]?.(client);
      for (let i = 0; i < 50; i++) await Promise.resolve();
      log.push('answered');
      await heard;
      expect(log).toEqual(['answered', 'heard']);
      for (const each of [client, waiting, subscriber]) each.disconnect();
      await until('nobody waits', () => Promise.resolve(servers().engine.statistics().clients === 0));
    }
  });
});

describe('something that stands in for sendCommand', () => {
  it('may settle commands itself, in pipelines and transactions too', async () => {
    const client = clients().ours();
    await once(client, 'ready');
    jest.spyOn(client, 'sendCommand').mockImplementation((command) => {
      command.resolve('stand-in');
      return command.promise;
    });
    expect(await client.get('k')).toBe('stand-in');
    expect(await client.pipeline().get('k').set('k', '1').exec()).toEqual([
      [null, 'stand-in'],
      [null, 'stand-in'],
    ]);
    jest.restoreAllMocks();
    expect(await client.pipeline().set('k', '1').get('k').exec()).toEqual([
      [null, 'OK'],
      [null, '1'],
    ]);
    client.disconnect();
  });

  it('may look at commands and hand them on', async () => {
    const client = clients().ours();
    await once(client, 'ready');
    const sent = jest.spyOn(client, 'sendCommand');
    expect(await client.multi().set('k', '2').get('k').exec()).toEqual([
      [null, 'OK'],
      [null, '2'],
    ]);
    expect(sent.mock.calls.map(([command]) => command.name)).toEqual(['multi', 'set', 'get', 'exec']);
    client.disconnect();
  });
});

it('names of commands beyond ASCII stand in errors as they were written', async () => {
  const { socket, ours } = clients();
  const texts = [];
  for (const make of [socket, ours]) {
    const client = make();
    await once(client, 'ready');
    texts.push(await client.call('é', 'ü').catch((error: unknown) => (error as Error).message));
    client.disconnect();
  }
  expect(texts[1]).toBe(texts[0]);
});
