// A program that is written against ioredis' Redis, as most are. It compiles without a cast, or with what it says.
import { Redis, type RedisOptions } from 'ioredis';
import {
  type App,
  type BackendProvider,
  CacheBackend,
  type ConfigInput,
  createApp,
  PROVIDER_API_VERSION,
  type ProvidedBackend,
} from 'respite';
import { createPluginBackend, createTestApp, describeBackend, engineOf, injectFaults } from 'respite/testing';

class Repository {
  constructor(private readonly redis: Redis) {}

  async save(id: string, name: string): Promise<string | null> {
    await this.redis.hset(id, { name });
    const results = await this.redis.pipeline().expire(id, 60).hget(id, 'name').exec();
    const [, name2] = results?.[1] ?? [];
    return typeof name2 === 'string' ? name2 : null;
  }

  async *names(): AsyncGenerator<string> {
    for await (const keys of this.redis.scanStream({ match: '*', count: 100 })) yield* keys as string[];
  }

  open(): Repository {
    return new Repository(this.redis.duplicate({ connectionName: 'another', maxRetriesPerRequest: null }));
  }
}

export declare function work(options: RedisOptions): Promise<void>;

export async function main(config: ConfigInput): Promise<void> {
  const app: App = await createApp({ config }).start();
  const backend = app.get(CacheBackend);
  const { client, cluster } = backend;
  const repository = new Repository(client);
  const another = new Repository(backend.connection('commands'));
  await repository.save('a', await client.set('k', 'v', 'EX', 60));
  await another.open().save('b', String(await client.incr('n')));
  for await (const name of repository.names()) await client.del(name);

  const multi = await client.multi().set('k', 'v').get('k').exec();
  const text: string | null = await client.get('k');
  client.defineCommand('respite', { numberOfKeys: 1, lua: 'return 1' });
  const subscriber: Redis = backend.connection('subscriber');
  subscriber.on('message', (channel: string, message: string) => [channel, message, multi, text]);
  await subscriber.subscribe('news');

  const own = new Redis(backend.redisOptions());
  const options: RedisOptions = { ...backend.redisOptions(), retryStrategy: null, lazyConnect: true };
  for (const node of cluster?.nodes('master') ?? [client, own]) await node.dbsize();
  await work(options);
  if (backend.topology === 'cluster') throw new Error('one server was expected');

  engineOf(backend);
  engineOf(client).flush();
  injectFaults(client).clear();
  await app.stop();
}

// A plug-in for a Cluster, as the first version of the contract allows it.
export const plugin: BackendProvider = {
  name: 'acme',
  apiVersion: PROVIDER_API_VERSION,
  mode: 'distributed',
  async create({ settings }) {
    const cluster = new Redis.Cluster([{ host: String(settings['host']), port: 7000 }]);
    const backend: ProvidedBackend = {
      name: 'acme',
      mode: 'distributed',
      lacks: ['redis-options'],
      client: cluster,
      connection: () => cluster.duplicate(),
      redisOptions: (): RedisOptions => ({ host: 'elsewhere', retryStrategy: null }),
      health: async () => ({ status: 'ok', latencyMs: 0, reasons: [] }),
      close: async () => {
        cluster.disconnect();
      },
    };
    return backend;
  },
};

describeBackend('acme', () => createPluginBackend(plugin), { describe: () => undefined, it: () => undefined });

export const started = createTestApp({
  config: {
    redis: {
      connect_timeout: '5s',
      command_timeout: 0,
      standalone: { max_memory: 1024, persistence: { snapshot_interval: '1m' } },
    },
  },
});
// @ts-expect-error -- a duration has a unit
export const wrong: ConfigInput = { redis: { connect_timeout: 5000 } };
