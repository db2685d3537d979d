import { once } from 'node:events';
import { inspect } from 'node:util';
import { Cluster, Redis, ScanStream } from 'ioredis';
import {
  type App,
  type BackendProvider,
  CacheBackend,
  type ConfigInput,
  createApp,
  PROVIDER_API_VERSION,
  type RespiteError,
  silentLogger,
} from '../../../../src';
import { clusterOf } from '../../../../src/modules/cache';
import { createPluginBackend } from '../../../../src/testing';
import { Closing } from '../../../support/closing';
import { type RedisCluster, startRedisCluster } from '../../../support/redis-cluster';

/** A plug-in of provider API version 1: nothing in it knows that its clients are to stand for those of one server. */
function plugin(addresses: readonly string[], finish: <T extends object>(backend: T) => T): BackendProvider {
  class AcmeBackend {
    readonly name = 'acme';
    readonly mode = 'distributed';
    readonly lacks = ['redis-options'] as const;
    readonly extra = 'of its own';
    readonly #clients = new Set<Cluster>();
    readonly client = this.#open();

    connection(): Cluster {
      return this.#open();
    }

    redisOptions(): never {
      throw new Error('not on a cluster');
    }

    health() {
      return Promise.resolve({ status: 'ok' as const, latencyMs: this.#clients.size, reasons: [] });
    }

    close(): Promise<void> {
      for (const client of this.#clients) client.disconnect();
      return Promise.resolve();
    }

    #open(): Cluster {
      const nodes = addresses.map((address) => ({ host: '127.0.0.1', port: Number(address.split(':')[1]) }));
      const client = new Cluster(nodes);
      this.#clients.add(client);
      return client;
    }
  }
  return {
    name: 'acme',
    apiVersion: PROVIDER_API_VERSION,
    mode: 'distributed',
    create: () => Promise.resolve(finish(new AcmeBackend())),
  };
}

/** Methods ioredis' clients have for ioredis. */
const INTERNALS = [
  '_buildBatchContext',
  '_buildCommandContext',
  '_connect',
  '_getDescription',
  '_getServerAddress',
  '_readyCheck',
  'getBlockingTimeoutInMs',
  'getConfiguredBlockingTimeout',
  'handleReconnection',
  'parseOptions',
  'recoverFromFatalError',
  'resetCommandQueue',
  'setSocketTimeout',
  'silentEmit',
];

const closing = new Closing();
let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
});
afterAll(async () => {
  await closing.all();
  await cluster.stop();
});

/** An application on the cluster, by our own provider or by a plug-in. */
const places: readonly [string, () => App][] = [
  ['our own provider', () => appOf([], { cluster_nodes: [...cluster.addresses] })],
  ['a plug-in', () => appOf([plugin(cluster.addresses, (backend) => backend)])],
  ['a plug-in whose backend is frozen', () => appOf([plugin(cluster.addresses, Object.freeze)])],
];

function appOf(plugins: BackendProvider[], redis: ConfigInput['redis'] = { provider: 'acme' }): App {
  const config: ConfigInput = { mode: 'distributed', redis };
  const app = createApp({ plugins, config, configFile: false, env: {}, logger: silentLogger });
  return closing.add(app, () => app.stop());
}

describe.each(places)('clients of a Redis Cluster, typed as those of one server, by %s', (_, make) => {
  let backend: CacheBackend;
  beforeAll(async () => {
    backend = (await make().start()).get(CacheBackend);
  });

  it('are those of the Cluster, which says so', () => {
    expect(backend.topology).toBe('cluster');
    expect(backend.cluster).toBe(backend.client);
    expect(backend.client).toBeInstanceOf(Cluster);
  });

  it('throw a coded error for what only a client of one server has, and say what to do', async () => {
    const unsupported = (name: string) =>
      expect.objectContaining<Partial<RespiteError>>({
        code: 'CLUSTER_UNSUPPORTED',
        message: expect.stringContaining(`"${name}"`) as string,
      }) as unknown as Error; // toThrow's types know no matchers
    for (const client of [backend.client, backend.connection('commands'), backend.client.duplicate()]) {
      expect(() => client.scanStream()).toThrow(unsupported('scanStream'));
      expect(() => client.scanBufferStream({ match: '*' })).toThrow(unsupported('scanBufferStream'));
      for (const name of ['stream', 'condition', 'mode', 'commandQueue'] as const)
        expect(() => client[name]).toThrow(unsupported(name));
      await expect(client.monitor()).rejects.toEqual(unsupported('monitor'));
      const told = await new Promise((resolve) => void client.monitor(resolve).catch(() => undefined));
      expect(told).toEqual(unsupported('monitor'));
      expect(() => client.duplicate({ host: 'elsewhere', port: 1 })).toThrow(unsupported('host", "port'));
      if (client !== backend.client) client.disconnect();
    }
  });

  it('have every method a client of one server has', () => {
    const single = new Redis({ lazyConnect: true });
    const lacking = methodsOf(single).filter((name) => !(name in backend.client));
    single.disconnect();
    // What only ioredis itself calls, in any version. A new name here needs an answer in cluster-client.ts.
    expect(lacking.filter((name) => !INTERNALS.includes(name))).toEqual([]);
  });

  it('are duplicated with the options of a client of one server', async () => {
    const other = backend.client.duplicate({ keyPrefix: '{p}:', maxRetriesPerRequest: 3, connectionName: 'other' });
    await other.set('key', 'value');
    expect(await backend.client.get('{p}:key')).toBe('value');
    const [node] = clusterOf(other)?.nodes() ?? [];
    expect(node?.options).toMatchObject({ maxRetriesPerRequest: 3, connectionName: 'other' });
    const ended = once(other, 'end');
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- programs still call it
    other.end();
    await ended;
  });

  it('are duplicated as a Cluster is, by who knows that it is one', async () => {
    const other = backend.cluster?.duplicate([], { keyPrefix: '{q}:', retryDelayOnMoved: 7 });
    await other?.set('key', 'value');
    expect(await backend.client.get('{q}:key')).toBe('value');
    expect(other?.options.retryDelayOnMoved).toBe(7);
    other?.disconnect();
  });

  it('can be looked at without an error: by inspect, spread and test doubles', () => {
    expect(inspect(backend.client)).toContain('Cluster');
    expect(Object.keys(Object.assign({}, backend.client))).not.toContain('scanStream');
    const connection = backend.connection('commands');
    jest.spyOn(connection, 'scanStream').mockReturnValue(new ScanStream({ command: 'scan', redis: {} }));
    expect(connection.scanStream()).toBeInstanceOf(ScanStream);
    connection.disconnect();
  });
});

it('a plug-in on a cluster keeps what it has beyond the contract', async () => {
  const backend = await createPluginBackend(plugin(cluster.addresses, Object.freeze));
  expect(['extra' in backend, Reflect.get(backend, 'extra')]).toEqual([true, 'of its own']);
  expect([backend.name, backend.lacks]).toEqual(['acme', ['redis-options']]);
  backend.connection('blocking');
  expect(await backend.health()).toMatchObject({ latencyMs: 2 });
  await backend.close();
});

function methodsOf(client: Redis): string[] {
  const names = new Set<string>();
  for (let at: unknown = client; typeof at === 'object' && at !== null; at = Object.getPrototypeOf(at))
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  return [...names].filter((name) => typeof Reflect.get(client, name) === 'function');
}
