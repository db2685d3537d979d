import { Redis, type RedisOptions } from 'ioredis';
import {
  type App,
  CacheBackend,
  type ConfigInput,
  type ConnectionPurpose,
  createApp,
  type NodeRedisOptions,
} from '../../../src';
import { isEmbedded } from '../../../src/modules/cache';
import { Closing } from '../../support/closing';
import { optionsOf } from '../../support/node-redis';
import { startRedisServer } from '../../support/redis-server';

/** Where a library finds its Redis. */
export interface Place {
  readonly backend: CacheBackend;
  /** For libraries that build their own ioredis client. */
  redisOptions(): RedisOptions;
  /** For libraries that take a client; closed after the tests. */
  connection(purpose: ConnectionPurpose): Redis;
  /** For libraries on node-redis. */
  nodeRedisOptions(): Promise<NodeRedisOptions>;
  /** For libraries that bring another client, and for other processes. */
  readonly url: string;
}

/** Runs the same tests in this process, through the listener, and on a real Redis; the database is empty before each. */
export function inEveryPlace(tests: (place: () => Place) => void): void {
  describe.each([
    ['in process', inProcess],
    ['through the listener', throughListener],
    ['on a real Redis', onRealRedis],
  ])('%s', (_, open) => {
    runAt(open, tests);
  });
}

/** The same for libraries that open their own sockets: there is no way into the process but the listener. */
export function overSockets(tests: (place: () => Place) => void): void {
  describe.each([
    ['through the listener', throughListener],
    ['on a real Redis', onRealRedis],
  ])('%s', (_, open) => {
    runAt(open, tests);
  });
}

function runAt(open: (closing: Closing) => Promise<Place>, tests: (place: () => Place) => void): void {
  const closing = new Closing();
  let place: Place | undefined;
  beforeAll(async () => {
    place = await open(closing);
  });
  afterAll(() => closing.all());
  beforeEach(() => place?.backend.client.flushall());
  tests(() => {
    if (place === undefined) throw new Error('a place is open only while its tests run');
    return place;
  });
}

const STANDALONE: ConfigInput = { mode: 'standalone', redis: { standalone: { listener: { enabled: true } } } };

async function inProcess(closing: Closing): Promise<Place> {
  const backend = await startApp(STANDALONE, closing);
  return {
    backend,
    redisOptions: () => backend.redisOptions(),
    connection: (purpose) => backend.connection(purpose), // every backend here is one server
    nodeRedisOptions: () => optionsOf(backend),
    url: listenerUrl(backend),
  };
}

async function throughListener(closing: Closing): Promise<Place> {
  const backend = await startApp(STANDALONE, closing);
  const url = listenerUrl(backend);
  const { hostname, port } = new URL(url);
  return {
    backend,
    redisOptions: () => ({ host: hostname, port: Number(port) }),
    connection: (purpose) =>
      closing.add(new Redis(url, purpose === 'blocking' ? { maxRetriesPerRequest: null } : {}), disconnect),
    nodeRedisOptions: () => Promise.resolve({ socket: { host: hostname, port: Number(port), connectTimeout: 5000 } }),
    url,
  };
}

async function onRealRedis(closing: Closing): Promise<Place> {
  const { host, port } = closing.add(await startRedisServer(), (server) => server.stop());
  const backend = await startApp({ mode: 'distributed', redis: { addr: `${host}:${String(port)}` } }, closing);
  return {
    backend,
    redisOptions: () => backend.redisOptions(),
    connection: (purpose) => backend.connection(purpose), // as above
    nodeRedisOptions: () => optionsOf(backend),
    url: `redis://${host}:${String(port)}`,
  };
}

async function startApp(config: ConfigInput, closing: Closing): Promise<CacheBackend> {
  const app: App = createApp({ config: { ...config, log: { level: 'silent' } }, configFile: false, env: {} });
  closing.add(await app.start(), (started) => started.stop());
  return app.get(CacheBackend);
}

function listenerUrl(backend: CacheBackend): string {
  const url = isEmbedded(backend) ? backend.listenerUrl : undefined;
  if (url === undefined) throw new Error('the listener is not open');
  return url;
}

function disconnect(client: Redis): void {
  // Disconnecting a client that has ended already starts a timer that nothing stops.
  if (client.status !== 'end') client.disconnect();
}
