// What one process of `npm run bench:durability` does; prints a line of JSON, or is killed.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ROOT } from './targets.mjs';

const require = createRequire(import.meta.url);
const VALUE = 'x'.repeat(100);

/** Standalone, with a journal. */
function start(directory, durability) {
  const { createApp } = require(join(ROOT, 'dist/index.js'));
  const persistence = { enabled: true, data_dir: directory, snapshot_interval: '1h', durability };
  const config = { mode: 'standalone', log: { level: 'silent' }, redis: { standalone: { persistence } } };
  return createApp({ config, env: {} }).start();
}

/**
 * Each writer sends its next SET when the one before is answered. Before that, many at a time: V8 optimises what has run
 * some thousand times, which takes a writer that waits for the disk each time as many syncs.
 */
async function write(clients, ms) {
  await fill(clients[0], 50_000);
  const times = [];
  let on = true;
  let counts = false;
  const writer = async (client, name) => {
    for (let i = 0; on; i++) {
      const began = performance.now();
      await client.set(`key:${name}:${i % 1000}`, VALUE);
      if (counts) times.push(performance.now() - began);
    }
  };
  const writers = Promise.all(clients.map(writer));
  await wait(ms / 3);
  counts = true;
  await wait(ms);
  counts = false;
  on = false;
  await writers;
  times.sort((a, b) => a - b);
  return { perSecond: times.length / (ms / 1000), p99: times[Math.floor(times.length * 0.99)] ?? null };
}

/** SETs of short values under different keys, as fast as they are taken. */
async function fill(client, count) {
  for (let i = 0; i < count; i += 1000) {
    const pipeline = client.pipeline();
    for (let j = i; j < i + 1000; j++) pipeline.set(`key:${String(j).padStart(7, '0')}`, 'value');
    await pipeline.exec();
  }
}

const TASKS = {
  async writeInProcess(directory, durability, writers, ms) {
    const { CacheBackend } = require(join(ROOT, 'dist/index.js'));
    const app = await start(directory, durability);
    const { client } = app.get(CacheBackend);
    const result = await write(
      Array.from({ length: Number(writers) }, () => client),
      Number(ms),
    );
    await app.stop();
    return result;
  },
  async writeTo(port, writers, ms) {
    const { Redis } = require('ioredis');
    const clients = Array.from({ length: Number(writers) }, () => new Redis(Number(port), '127.0.0.1'));
    const result = await write(clients, Number(ms));
    for (const client of clients) client.disconnect();
    return result;
  },
  async fillAndDie(directory, count) {
    const { CacheBackend } = require(join(ROOT, 'dist/index.js'));
    const app = await start(directory, 'always');
    await fill(app.get(CacheBackend).client, Number(count));
    process.kill(process.pid, 'SIGKILL');
  },
  async fillAt(port, count) {
    const { Redis } = require('ioredis');
    const client = new Redis(Number(port), '127.0.0.1');
    await fill(client, Number(count));
    client.disconnect();
    return {};
  },
  async restore(directory) {
    const { SnapshotManager } = require(join(ROOT, 'dist/index.js'));
    const app = await start(directory, 'snapshot');
    const { duration, replayed } = app.get(SnapshotManager).status().restore;
    return { ms: duration, replayed };
  },
};

const [task, ...args] = process.argv.slice(2);
const result = await TASKS[task](...args);
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
