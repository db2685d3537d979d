import type { BackendProvider, CacheBackend } from '../../../src';
import { distributedProvider } from '../../../src/modules/cache/distributed';
import { standaloneProvider } from '../../../src/modules/cache/standalone';
import { createPluginBackend, describeBackend } from '../../../src/testing';
import { BACKEND_CASES } from '../../../src/testing/conformance/cases';
import { type RedisCluster, startRedisCluster } from '../../support/redis-cluster';
import { type RedisServer, startRedisServer } from '../../support/redis-server';

let server: RedisServer;
let cluster: RedisCluster;
beforeAll(async () => {
  [server, cluster] = await Promise.all([startRedisServer(), startRedisCluster()]);
});
afterAll(() => Promise.all([server.stop(), cluster.stop()]));

describeBackend('standalone', () => createPluginBackend(standaloneProvider));
describeBackend('distributed', () =>
  createPluginBackend(distributedProvider, { redis: { addr: `${server.host}:${server.port}` } }),
);
describeBackend(
  'distributed, on a Cluster',
  () => createPluginBackend(distributedProvider, { redis: { cluster_nodes: cluster.addresses } }),
  { lacks: ['node-redis-options', 'redis-options'] },
);

describe('describeBackend', () => {
  const made: CacheBackend[] = [];
  afterEach(async () => {
    for (const backend of made.splice(0)) await backend.close();
  });
  /** The standalone backend with something broken. */
  const broken = (change: (backend: CacheBackend) => Partial<CacheBackend>) => async (): Promise<CacheBackend> => {
    const backend = await createPluginBackend(standaloneProvider);
    made.push(backend);
    const changes = change(backend);
    return new Proxy(backend, {
      get(target, name) {
        const own: unknown = Reflect.get(changes, name) ?? Reflect.get(target, name, target);
        return typeof own === 'function' ? (own as () => unknown).bind(target) : own;
      },
    });
  };

  const FAULTS: Record<string, [string, (backend: CacheBackend) => Partial<CacheBackend>]> = {
    'a mode that does not exist': ['says what it is called', () => ({ mode: 'other' as never })],
    'one connection for everybody': ['opens connections', ({ client }) => ({ connection: () => client })],
    'blocking connections that give up': [
      'lets blocking connections wait',
      (backend) => ({ connection: () => backend.connection('commands') }),
    ],
    'a key prefix for libraries': [
      'gives options',
      (backend) => ({ redisOptions: () => ({ ...backend.redisOptions(), keyPrefix: 'x:' }) }),
    ],
    'health that knows no end': [
      'says how it is',
      () => ({ health: async () => ({ status: 'ok', latencyMs: 1, reasons: [] }) }),
    ],
    'connections that outlive it': ['closes all it opened', () => ({ close: async () => undefined })],
    'a capability that is not declared': ['declares', () => ({ lacks: ['pubsub'] })],
  };

  it.each(Object.entries(FAULTS))('finds %s', async (_, [behaviour, change]) => {
    const tests = new Map<string, () => Promise<void>>();
    describeBackend('broken', broken(change), {
      describe: (_name, define) => {
        define();
      },
      it: (name, run) => tests.set(name, run),
    });
    const [, run] = [...tests].find(([name]) => name.startsWith(behaviour)) ?? [];
    await expect(run?.()).rejects.toThrow();
  });

  it('asks nothing of a backend that it declares to lack, and needs the functions of a runner', () => {
    const names: string[] = [];
    const functions = {
      describe: (_: string, define: () => void) => void define(),
      it: (name: string) => names.push(name),
    };
    const lacks = ['scripts', 'pubsub'] as const;
    describeBackend(
      'poor',
      broken(() => ({})),
      { ...functions, lacks },
    );
    expect(names).toHaveLength(BACKEND_CASES.length - 2 + 1);
    const { describe: kept } = globalThis;
    Object.assign(globalThis, { describe: undefined });
    expect(() => {
      describeBackend(
        'nowhere',
        broken(() => ({})),
      );
    }).toThrow('describe');
    Object.assign(globalThis, { describe: kept });
  });
});

describe('createPluginBackend', () => {
  it('checks the settings of the plugin', async () => {
    const provider: BackendProvider = { ...standaloneProvider, name: 'other' };
    await expect(createPluginBackend(provider, { plugins: { other: { nope: 1 } } })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
    await expect(createPluginBackend({ ...provider, apiVersion: 99 })).rejects.toMatchObject({
      code: 'PROVIDER_INCOMPATIBLE',
    });
  });
});
