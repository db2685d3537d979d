// What one process of `npm run bench:moving` does; prints a line of JSON: what passed and what this process computed, in ms.
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from './targets.mjs';

const require = createRequire(import.meta.url);
const BATCH = 1000;
/** Beside the many: a value that is no compact one. */
const BIG_FIELDS = 50_000;

const words = ['alpha', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot', 'golf', 'hotel'];
const text = (n, count) =>
  Array.from({ length: count }, (_, i) => words[(n * 7 + i * 3) % words.length] + n * (i + 1)).join(' ');
const times = (count, make) => Array.from({ length: count }, (_, i) => make(i));

/** Of twenty keys: what an application has. Every fourth one has a deadline. */
const KINDS = [
  ...times(8, (kind) => (p, key, n) => p.set(key, text(n, 1 + kind * 2))),
  (p, key, n) => p.set(key, String(n)),
  ...times(
    4,
    (kind) => (p, key, n) => p.hset(key, ...times(4 + kind, (i) => [`field${i}`, i % 2 ? text(n, 3) : n + i]).flat()),
  ),
  ...times(2, (kind) => (p, key, n) => p.rpush(key, ...times(5 + kind * 10, (i) => text(n + i, 2)))),
  (p, key, n) => p.sadd(key, ...times(8, (i) => `member${n + i}`)),
  (p, key, n) => p.sadd(key, ...times(10, (i) => String(n * 3 + i))),
  ...times(
    2,
    (kind) => (p, key, n) => p.zadd(key, ...times(6 + kind * 6, (i) => [i * 1.5 + n, `member${n + i}`]).flat()),
  ),
  (p, key, n) => {
    for (let i = 1; i <= 3; i++) p.xadd(key, `${n + 1}-${i}`, 'event', `e${i}`, 'data', text(n, 2));
    p.xgroup('CREATE', key, 'group', '0').xreadgroup('GROUP', 'group', 'consumer', 'COUNT', 1, 'STREAMS', key, '>');
  },
];

async function fill(client, keys) {
  for (let n = 0; n < keys; n += BATCH) {
    const pipeline = client.pipeline();
    for (let i = n; i < Math.min(keys, n + BATCH); i++) {
      const key = `bench:${i % 16}:${i}`;
      KINDS[i % KINDS.length](pipeline, key, i);
      if (i % 4 === 0) pipeline.pexpireat(key, 4_000_000_000_000 + i);
    }
    for (const [error] of await pipeline.exec()) if (error !== null) throw error;
  }
  for (let n = 0; n < BIG_FIELDS; n += BATCH)
    await client.hset('bench:big', ...times(BATCH, (i) => [`field${n + i}`, text(n + i, 3)]).flat());
}

/** The RESTOREs of all keys, as `redis-cli --pipe` sends them. */
async function writeRestores(client, path) {
  const file = createWriteStream(path);
  for await (const names of client.scanBufferStream({ count: BATCH })) {
    const pipeline = client.pipeline();
    for (const name of names) pipeline.dumpBuffer(name).pexpiretime(name);
    const replies = (await pipeline.exec()).map(([, reply]) => reply);
    for (const [i, name] of names.entries()) {
      const deadline = String(Math.max(0, replies[i * 2 + 1]));
      const args = ['RESTORE', name, deadline, replies[i * 2], 'ABSTTL'].map((arg) => Buffer.from(arg));
      const parts = args.flatMap((arg) => [Buffer.from(`$${arg.length}\r\n`), arg, Buffer.from('\r\n')]);
      if (!file.write(Buffer.concat([Buffer.from('*5\r\n'), ...parts]))) await once(file, 'drain');
    }
  }
  file.end();
  await once(file, 'finish');
}

async function timed(work) {
  const before = process.cpuUsage();
  const began = performance.now();
  await work();
  const passed = performance.now() - began;
  const { user, system } = process.cpuUsage(before);
  return { passed, computed: (user + system) / 1000 };
}

async function withRedis(port, work) {
  const { Redis } = require('ioredis');
  const client = new Redis(Number(port), '127.0.0.1');
  await work(client);
  client.disconnect();
  return {};
}

/** An application that keeps nothing on disk, with what the file has. */
async function withMemory(work) {
  const { createApp, CacheBackend } = require(join(ROOT, 'dist/index.js'));
  const app = await createApp({ config: { mode: 'standalone', log: { level: 'silent' } }, env: {} }).start();
  await work(app.get(CacheBackend));
  await app.stop();
}

const { exportData, importData, migrate } = require(join(ROOT, 'dist/migration.js'));
const plain = { configFile: false, env: {} };

const TASKS = {
  prepare: (port, keys, restores) =>
    withRedis(port, async (client) => {
      await fill(client, Number(keys));
      await client.save();
      await writeRestores(client, restores);
    }),
  importToDirectory: (from, dataDirectory) => timed(() => importData({ from, to: { dataDirectory, ...plain } })),
  exportDirectory: (dataDirectory, to) =>
    timed(() => exportData({ from: { dataDirectory, ...plain }, to, format: 'rdb', force: true })),
  async inMemory(from, to, url) {
    const results = {};
    await withMemory(async (backend) => {
      results.import = await timed(() => importData({ from, to: { backend } }));
      results.export = await timed(() => exportData({ from: { backend }, to, format: 'rdb', force: true }));
      results.migrate = await timed(() => migrate({ from: { backend }, to: { url, ...plain } }));
    });
    return results;
  },
};

const [task, ...args] = process.argv.slice(2);
const result = await TASKS[task](...args);
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
