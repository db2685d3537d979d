import {
  type App,
  type AppModule,
  CacheBackend,
  type ConfigInput,
  createApp,
  type Logger,
  type Override,
} from '../../../../src';
import { clusterOf, isEmbedded } from '../../../../src/modules/cache';
import { startRedisCluster } from '../../../support/redis-cluster';
import { startRedisServer } from '../../../support/redis-server';

/** What one instance of an application is made of, besides where its Redis is. */
export interface InstanceOptions {
  readonly config?: ConfigInput;
  readonly overrides?: readonly Override[];
  readonly logger?: Logger;
}

/** Where the modules run: instances of one application that share one Redis. */
export interface Place {
  /** The first instance. */
  readonly app: App;
  readonly client: CacheBackend['client'];
  /** Another instance, as another process would be; standalone has one, so there it is the same data by the listener. */
  another(options?: InstanceOptions): Promise<App>;
}

interface Opened {
  readonly first: ConfigInput;
  /** How further instances find the same data. */
  readonly others: (first: App) => ConfigInput;
  readonly close?: () => Promise<void>;
}

const places: readonly [name: string, open: () => Promise<Opened>][] = [
  ['standalone, directly', directly],
  ['standalone, through the listener', throughListener],
  ['a real Redis', realRedis],
  ['a Redis Cluster', cluster],
];

/** Runs the same tests of `modules` in every place; it is empty before each test. */
export function inEveryPlace(modules: readonly AppModule[], tests: (place: () => Place) => void): void {
  describe.each(places)('on %s', (_, open) => {
    let place: Place | undefined;
    let close: (() => Promise<void>) | undefined;
    beforeAll(async () => {
      const opened = await open();
      const apps: App[] = [];
      const start = async (config: ConfigInput, options: InstanceOptions = {}): Promise<App> => {
        const app = createApp({
          modules,
          config: { log: { level: 'silent' }, ...config, ...options.config },
          configFile: false,
          env: {},
          ...(options.overrides && { overrides: options.overrides }),
          ...(options.logger && { logger: options.logger }),
        });
        apps.unshift(app);
        return app.start();
      };
      close = async () => {
        for (const app of apps) await app.stop();
        await opened.close?.();
      };
      const app = await start(opened.first);
      const { client } = app.get(CacheBackend);
      place = { app, client, another: (options) => start(opened.others(app), options) };
    });
    afterAll(() => close?.());
    beforeEach(async () => {
      const client = place?.client;
      if (client === undefined) return;
      const nodes = clusterOf(client)?.nodes('master') ?? [client];
      for (const node of nodes) await node.flushall();
    });
    tests(() => {
      if (place === undefined) throw new Error('a place is open only while its tests run');
      return place;
    });
  });
}

const WITH_LISTENER: ConfigInput = { mode: 'standalone', redis: { standalone: { listener: { enabled: true } } } };

async function directly(): Promise<Opened> {
  return { first: WITH_LISTENER, others: (app) => ({ mode: 'distributed', redis: { url: listenerUrl(app) } }) };
}

async function throughListener(): Promise<Opened> {
  const server = await createApp({
    config: { ...WITH_LISTENER, log: { level: 'silent' } },
    configFile: false,
    env: {},
  }).start();
  const config: ConfigInput = { mode: 'distributed', redis: { url: listenerUrl(server) } };
  return { first: config, others: () => config, close: async () => void (await server.stop()) };
}

async function realRedis(): Promise<Opened> {
  const { host, port, stop } = await startRedisServer();
  const config: ConfigInput = { mode: 'distributed', redis: { addr: `${host}:${port}` } };
  return { first: config, others: () => config, close: stop };
}

async function cluster(): Promise<Opened> {
  const { addresses, stop } = await startRedisCluster();
  const config: ConfigInput = { mode: 'distributed', redis: { cluster_nodes: [...addresses] } };
  return { first: config, others: () => config, close: stop };
}

function listenerUrl(app: App): string {
  const backend = app.get(CacheBackend);
  const url = isEmbedded(backend) ? backend.listenerUrl : undefined;
  if (url === undefined) throw new Error('the listener is not open');
  return url;
}
