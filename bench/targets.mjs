// What is measured: each target opens a client the way its users do. Loaded in a fresh process per target and repeat.
import { createRequire } from 'node:module';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

/** What asks for another Node than we do has a package.json of its own, and is measured once it is installed. */
const competitors = new URL('competitors/node_modules/', import.meta.url);
const isInstalled = (name) => existsSync(new URL(name, competitors));

/** @typedef {{ client: import('ioredis').Redis, subscriber: import('ioredis').Redis, connection?: import('ioredis').RedisOptions, blocking?(): import('ioredis').Redis, close(): Promise<void>, paths?(): { direct: number, stream: number } }} Opened */

/** The checkout whose build is measured: this one, unless `npm run bench:compare` says another. */
export const ROOT = process.env.BENCH_ROOT ?? fileURLToPath(new URL('..', import.meta.url));

/** What is measured and not public. @param {string} before where a build of one file per source has it, for `bench:compare` */
export function partsOf(before) {
  const parts = join(ROOT, 'dist/internal/parts.js');
  return existsSync(parts) ? parts : join(ROOT, before);
}

/** Standalone with persistence on: what a user of `mode: standalone` runs. */
async function respite() {
  const { createApp, CacheBackend } = require(join(ROOT, 'dist/index.js'));
  const { pathCounters } = require(partsOf('dist/modules/cache/standalone/in-process-redis.js'));
  const folder = mkdtempSync(join(tmpdir(), 'respite-bench-'));
  const app = await createApp({
    config: {
      mode: 'standalone',
      log: { level: 'silent' },
      redis: { standalone: { persistence: { enabled: true, data_dir: join(folder, 'data') } } },
    },
    env: {},
  }).start();
  const backend = app.get(CacheBackend);
  return {
    client: backend.client,
    subscriber: backend.connection('subscriber'),
    connection: { ...backend.redisOptions(), maxRetriesPerRequest: null },
    blocking: () => backend.connection('blocking'),
    paths: () => ({ ...pathCounters }),
    async close() {
      await app.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function redis() {
  const { Redis } = require('ioredis');
  const port = Number(process.env.BENCH_REDIS_PORT);
  const client = new Redis(port, '127.0.0.1');
  const subscriber = new Redis(port, '127.0.0.1');
  const clients = [client, subscriber];
  await client.flushall();
  return {
    client,
    subscriber,
    connection: { host: '127.0.0.1', port, maxRetriesPerRequest: null },
    blocking() {
      const made = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null });
      clients.push(made);
      return made;
    },
    close: async () => {
      for (const each of clients) each.disconnect();
    },
  };
}

async function ioredisMock() {
  const Mock = require('ioredis-mock');
  const client = new Mock();
  return {
    client,
    subscriber: client.duplicate(),
    close: async () => {
      client.disconnect();
    },
  };
}

async function jsRedisServer() {
  const { createRedisMock } = require(new URL('js-redis-server', competitors).pathname);
  const { Redis } = require('ioredis');
  const mock = await createRedisMock();
  const client = new Redis(mock.addresses()[0]);
  const subscriber = new Redis(mock.addresses()[0]);
  return {
    client,
    subscriber,
    async close() {
      client.disconnect();
      subscriber.disconnect();
      await mock.close();
    },
  };
}

/** Measured unless others are named. */
export const defaultTargets = () =>
  Object.keys(TARGETS).filter((name) => name !== 'js-redis-server' || isInstalled(name));

export const TARGETS = { respite, redis, 'ioredis-mock': ioredisMock, 'js-redis-server': jsRedisServer };
