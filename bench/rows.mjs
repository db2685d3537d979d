// The rows of the table: each returns microseconds per operation (less is better).

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** By the clock; or, with BENCH_TIME=processor, what this process computed: others on the machine disturb that less. */
export const seconds =
  process.env.BENCH_TIME === 'processor'
    ? () => {
        const { user, system } = process.cpuUsage();
        return (user + system) / 1e6;
      }
    : () => performance.now() / 1000;

/** Runs `work(count)` once to warm up and once measured. */
async function perOperation(count, work) {
  await work(Math.ceil(count / 2));
  const started = seconds();
  await work(count);
  return ((seconds() - started) * 1e6) / count;
}

const APPEND = `
local length = redis.call('RPUSH', KEYS[1], ARGV[1])
redis.call('HINCRBY', KEYS[2], 'message_count', 1)
redis.call('HINCRBY', KEYS[2], 'token_count', ARGV[2])
redis.call('LTRIM', KEYS[1], -100, -1)
return length`;

const TWENTY = `
for i = 1, 10 do
  redis.call('SET', KEYS[1] .. i, ARGV[1])
  redis.call('GET', KEYS[1] .. i)
end
return 1`;

const COMPUTE = `
local sum = 0
for i = 1, 1000000 do sum = sum + i % 7 end
return sum`;

/** @type {Record<string, { slow?: number, run(opened: import('./targets.mjs').Opened, scale: number): Promise<number> }>} */
export const ROWS = {
  'sequential SET': {
    run: ({ client }, scale) =>
      perOperation(50_000 * scale, async (n) => {
        for (let i = 0; i < n; i++) await client.set(`key:${i % 1000}`, 'value');
      }),
  },
  'sequential GET': {
    run: ({ client }, scale) =>
      perOperation(50_000 * scale, async (n) => {
        for (let i = 0; i < n; i++) await client.get(`key:${i % 1000}`);
      }),
  },
  'pipeline of 100': {
    run: ({ client }, scale) =>
      perOperation(200_000 * scale, async (n) => {
        for (let i = 0; i < n; i += 100) {
          const pipeline = client.pipeline();
          for (let j = 0; j < 100; j++) pipeline.set(`key:${j}`, 'value');
          await pipeline.exec();
        }
      }),
  },
  '50 concurrent GET': {
    run: ({ client }, scale) =>
      perOperation(200_000 * scale, async (n) => {
        for (let i = 0; i < n; i += 50) await Promise.all(Array.from({ length: 50 }, (_, j) => client.get(`key:${j}`)));
      }),
  },
  'MULTI + 2 SET': {
    run: ({ client }, scale) =>
      perOperation(20_000 * scale, async (n) => {
        for (let i = 0; i < n; i++) await client.multi().set('a', '1').set('b', '2').exec();
      }),
  },
  'publish -> message': {
    async run({ client, subscriber }, scale) {
      let arrived = () => undefined;
      subscriber.on('message', () => arrived());
      await subscriber.subscribe('bench');
      return perOperation(20_000 * scale, async (n) => {
        for (let i = 0; i < n; i++) {
          const message = new Promise((resolve) => {
            arrived = resolve;
          });
          await client.publish('bench', 'x');
          await message;
        }
      });
    },
  },
  'EVALSHA, 4 calls': {
    script: true,
    run: ({ client }, scale) => evalsha(client, APPEND, 2, ['{c}m', '{c}i', 'hello', '7'], 20_000 * scale),
  },
  'EVALSHA, 20 calls': {
    script: true,
    run: ({ client }, scale) => evalsha(client, TWENTY, 1, ['{c}k', 'v'], 20_000 * scale),
  },
  'Lua compute, 1e6 iterations': { script: true, run: ({ client }) => evalsha(client, COMPUTE, 0, [], 4) },
  'BullMQ job, by options': {
    run: ({ connection }, scale) => bullmq(connection && (() => ({ ...connection })), scale),
  },
  'BullMQ job, by clients': { run: ({ blocking }, scale) => bullmq(blocking, scale) },
};

/**
 * Jobs added one after the other, ten worked on at once, until the last has ended. V8 optimises BullMQ's scripts only after
 * some thousand jobs, so as many come before the ones that count.
 */
async function bullmq(connect, scale) {
  if (connect === undefined) throw new Error('BullMQ needs ioredis connections of its own');
  const { Queue, Worker } = require('bullmq');
  const queue = new Queue('bench', { connection: connect() });
  let left = 0;
  let ended = () => undefined;
  const worker = new Worker('bench', async ({ data }) => data.n, { connection: connect(), concurrency: 10 });
  worker.on('completed', () => {
    if (--left === 0) ended();
  });
  try {
    return await perOperation(Math.ceil(20_000 * scale), async (n) => {
      left = n;
      const all = new Promise((resolve) => {
        ended = resolve;
      });
      for (let i = 0; i < n; i++) await queue.add('job', { n: i }, { removeOnComplete: true });
      await all;
    });
  } finally {
    await worker.close();
    await queue.close();
  }
}

async function evalsha(client, script, keys, args, count) {
  await client.del('{c}m', '{c}i');
  const sha = await client.script('LOAD', script);
  return perOperation(count, async (n) => {
    for (let i = 0; i < n; i++) await client.evalsha(sha, keys, ...args);
  });
}
