// npm run bench:memory [-- --keys 100000 --rows 'hash|set']: bytes per key, here and in a real Redis. A fresh process per row
// for ours (heap and buffers after a collection), a fresh database per row for Redis (used_memory).
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startRedis } from './start-redis.mjs';

const require = createRequire(import.meta.url);
const { Redis } = require('ioredis');

/** A string of its own, as a parser or a network gives it: not the concatenation that a template literal leaves. */
const flat = (text) => Buffer.from(text).toString('latin1');
const key = (i) => flat(`key:${String(i).padStart(12, '0')}`);
const times = (count, make) => Array.from({ length: count }, (_, j) => make(j)).flat();
const word = (i, j = 0) => flat(`w${(i * 31 + j) % 1_000_000}`);

/** Calls that make key number `i`. @type {Record<string, (i: number) => string[][]>} */
const ROWS = {
  'string of 7 bytes': (i) => [['set', key(i), word(i)]],
  'string of 100 bytes': (i) => [['set', key(i), flat(word(i).padEnd(100, '.'))]],
  'string of 200 bytes': (i) => [['set', key(i), flat(word(i).padEnd(200, '.'))]],
  'string with a deadline': (i) => [['set', key(i), word(i), 'EX', '100000']],
  'integer string': (i) => [['set', key(i), String(i * 7)]],
  'hash of 3 short fields': (i) => [['hset', key(i), ...times(3, (j) => [`field${j}`, word(i, j)])]],
  'hash of 20 short fields': (i) => [['hset', key(i), ...times(20, (j) => [`field${j}`, word(i, j)])]],
  'hash of 10 fields, one of 200 bytes': (i) => [
    ['hset', key(i), 'data', flat(word(i).padEnd(200, '.')), ...times(9, (j) => [`field${j}`, word(i, j)])],
  ],
  'hash of 200 short fields': (i) => [['hset', key(i), ...times(200, (j) => [`field${j}`, word(i, j)])]],
  'set of 5 short strings': (i) => [['sadd', key(i), ...times(5, (j) => word(i, j))]],
  'set of 50 short strings': (i) => [['sadd', key(i), ...times(50, (j) => word(i, j))]],
  'set of 5 integers': (i) => [['sadd', key(i), ...times(5, (j) => String(i + j * 1000))]],
  'set of 200 integers': (i) => [['sadd', key(i), ...times(200, (j) => String(i + j * 1000))]],
  'list of 5 short elements': (i) => [['rpush', key(i), ...times(5, (j) => word(i, j))]],
  'list of 100 short elements': (i) => [['rpush', key(i), ...times(100, (j) => word(i, j))]],
  'sorted set of 5 short members': (i) => [['zadd', key(i), ...times(5, (j) => [String(j * 10), word(i, j)])]],
  'sorted set of 100 short members': (i) => [['zadd', key(i), ...times(100, (j) => [String(j * 10), word(i, j)])]],
  'stream of 3 entries': (i) => times(3, (j) => [['xadd', key(i), `${j + 1}-0`, 'field', word(i, j)]]),
  'stream of 300 entries': (i) => times(300, (j) => [['xadd', key(i), `${j + 1}-0`, 'field', word(i, j)]]),
};

/** Makes the keys through a client, a hundred at a time. */
async function fill(client, row, count) {
  for (let i = 0; i < count; i += 100) {
    const pipeline = client.pipeline();
    for (let j = i; j < Math.min(count, i + 100); j++)
      for (const [name, ...args] of ROWS[row](j)) pipeline.call(name, args);
    for (const [failure] of await pipeline.exec()) if (failure) throw failure;
  }
}

/** Bytes on the heap and in buffers that are still needed. */
async function settled() {
  for (let i = 0; i < 4; i++) {
    globalThis.gc();
    await new Promise(setImmediate);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** In a process of its own: one row, as a user of `mode: standalone` has it. */
async function measureOurs(row, count) {
  const { createApp, CacheBackend } = require('../dist/index.js');
  const app = await createApp({
    config: {
      mode: 'standalone',
      log: { level: 'silent' },
      redis: { standalone: { persistence: { enabled: false } } },
    },
    env: {},
  }).start();
  const { client } = app.get(CacheBackend);
  await fill(client, row, 200);
  await client.flushall();
  const before = await settled();
  await fill(client, row, count);
  const bytes = ((await settled()) - before) / count;
  const estimate = await client.memory('USAGE', key(count >> 1));
  process.stdout.write(`${JSON.stringify({ bytes, estimate })}\n`);
  process.exit(0);
}

async function measureRedis(port, rows, count) {
  const client = new Redis(port, '127.0.0.1');
  const used = async () => Number(/used_memory:(\d+)/.exec(await client.info('memory'))[1]);
  const bytes = {};
  for (const row of rows) {
    await client.flushall('SYNC');
    const before = await used();
    await fill(client, row, count);
    await new Promise((resolve) => setTimeout(resolve, 1000)); // lets an idle server finish its rehashing
    bytes[row] = ((await used()) - before) / count;
  }
  client.disconnect();
  return bytes;
}

const { values } = parseArgs({
  options: {
    keys: { type: 'string', default: '100000' },
    rows: { type: 'string', default: '' },
    ours: { type: 'string' },
  },
});
const count = Number(values.keys);

if (values.ours !== undefined) await measureOurs(values.ours, count);

const rows = Object.keys(ROWS).filter((row) => new RegExp(values.rows).test(row));
const { port, stop } = await startRedis();
const redis = await measureRedis(port, rows, count);
stop();

console.log('| bytes per key | Respite | Redis | ratio | estimated here (MEMORY USAGE) |\n|---|---|---|---|---|');
for (const row of rows) {
  const file = fileURLToPath(import.meta.url);
  const child = ['--expose-gc', file, '--ours', row, '--keys', String(count)];
  const { status, stdout, stderr } = spawnSync(process.execPath, child, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${row}: ${stderr}`);
  const { bytes, estimate } = JSON.parse(stdout);
  console.log(
    `| ${row} | ${bytes.toFixed(0)} | ${redis[row].toFixed(0)} | ${(bytes / redis[row]).toFixed(2)} | ${estimate} |`,
  );
}
