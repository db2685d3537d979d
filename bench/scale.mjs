// npm run bench:scale [-- --large 1000000 --rounds 5 --calls 20000 --targets respite,redis]: what an awaited call takes at random
// elements of a value of 1,000 elements and of a million, through ioredis. Sizes take turns; the best of several rounds counts.
// A round trip to Redis hides what the command takes: `inside` is what the server itself counts (INFO commandstats).
import { parseArgs } from 'node:util';
import { startRedis } from './start-redis.mjs';
import { TARGETS } from './targets.mjs';

const { values } = parseArgs({
  options: {
    large: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '5' },
    calls: { type: 'string', default: '20000' },
    targets: { type: 'string', default: 'respite,redis' },
  },
});
const SMALL = 1_000;
const sizes = [SMALL, Number(values.large)];
const rounds = Number(values.rounds);

/** How a value of `n` elements is filled: a command, and the arguments for element `i`. */
const VALUES = {
  hash: ['hset', (i) => [`field:${i}`, `value:${i}`]],
  set: ['sadd', (i) => [`member:${i}`]],
  list: ['rpush', (i) => [`element:${i}`]],
  // A permutation, as long as n is no multiple of 7919.
  zset: ['zadd', (i, n) => [String((i * 7919) % n), `member:${i}`]],
};

const random = (n) => Math.floor(Math.random() * n);

/** What is measured, by the value it needs: `i` is a random element of `n`. Two calls count as one operation. */
const ROWS = {
  HGET: ['hash', (client, key, i) => client.hget(key, `field:${i}`)],
  HSET: ['hash', (client, key, i) => client.hset(key, `field:${i}`, 'changed')],
  SISMEMBER: ['set', (client, key, i) => client.sismember(key, `member:${i}`)],
  'SREM + SADD': [
    'set',
    async (client, key, i) => {
      await client.srem(key, `member:${i}`);
      await client.sadd(key, `member:${i}`);
    },
  ],
  LINDEX: ['list', (client, key, i) => client.lindex(key, i)],
  LSET: ['list', (client, key, i) => client.lset(key, i, 'changed')],
  'LRANGE of 10': ['list', (client, key, i) => client.lrange(key, i, i + 9)],
  'LPUSH + RPOP': [
    'list',
    async (client, key) => {
      await client.lpush(key, 'pushed');
      await client.rpop(key);
    },
  ],
  ZSCORE: ['zset', (client, key, i) => client.zscore(key, `member:${i}`)],
  'ZADD, another score': ['zset', (client, key, i, n) => client.zadd(key, random(n), `member:${i}`)],
  'ZINCRBY 1': ['zset', (client, key, i) => client.zincrby(key, 1, `member:${i}`)],
  ZRANK: ['zset', (client, key, i) => client.zrank(key, `member:${i}`)],
  'ZRANGE of 10': ['zset', (client, key, i) => client.zrange(key, i, i + 9)],
  XADD: ['stream', (client, key) => client.xadd(key, '*', 'field', 'value')],
};

/** Fills one value of each kind. */
async function fill(client, n) {
  const step = 1_000;
  for (let start = 0; start < n; start += step) {
    const pipeline = client.pipeline();
    const indexes = Array.from({ length: Math.min(step, n - start) }, (_, j) => start + j);
    for (const [kind, [command, element]] of Object.entries(VALUES))
      pipeline.call(command, `${kind}:${n}`, ...indexes.flatMap((i) => element(i, n)));
    for (const i of indexes) pipeline.xadd(`stream:${n}`, `${i + 1}-0`, 'field', 'value');
    for (const [failure] of await pipeline.exec()) if (failure) throw failure;
  }
}

/** @returns microseconds per operation */
async function measure(client, [kind, operation], n, calls) {
  const elements = Array.from({ length: calls }, () => random(n));
  const began = performance.now();
  for (const i of elements) await operation(client, `${kind}:${n}`, i, n);
  return ((performance.now() - began) / calls) * 1_000;
}

/** Microseconds of the server's own time since the last call, per command. */
async function insideServer(client, calls) {
  const stats = await client.info('commandstats');
  await client.config('RESETSTAT');
  const lines = stats.split('\n').filter((line) => !/cmdstat_(config|info)/.test(line));
  return lines.reduce((sum, line) => sum + Number(/usec=(\d+)/.exec(line)?.[1] ?? 0), 0) / calls;
}

/** The best times of each row, for each size; and those inside the server. */
async function measureTarget(name) {
  const { client, close } = await TARGETS[name]();
  for (const n of sizes) await fill(client, n);
  // A round trip takes so much longer that fewer of them say the same.
  const calls = Number(values.calls) / (name === 'respite' ? 1 : 10);
  const newTable = () => Object.fromEntries(Object.keys(ROWS).map((row) => [row, sizes.map(() => Infinity)]));
  const [best, inside] = [newTable(), newTable()];
  for (let round = 0; round <= rounds; round++) {
    for (const [row, steps] of Object.entries(ROWS)) {
      for (const [s, n] of sizes.entries()) {
        const time = await measure(client, steps, n, calls);
        // The first round warms up.
        if (round > 0) best[row][s] = Math.min(best[row][s], time);
        if (name !== 'redis') continue;
        const own = await insideServer(client, calls);
        if (round > 0) inside[row][s] = Math.min(inside[row][s], own);
      }
    }
  }
  await close();
  return { [name]: best, ...(name === 'redis' ? { 'inside Redis': inside } : {}) };
}

const targets = values.targets.split(',');
if (targets.includes('redis')) process.env.BENCH_REDIS_PORT = String((await startRedis()).port);
const found = {};
for (const target of targets) Object.assign(found, await measureTarget(target));
const columns = Object.keys(found);

const cell = ([small, large]) => `${small.toFixed(2)} | ${large.toFixed(2)} | ${(large / small).toFixed(1)}x`;
console.log(`| microseconds | ${columns.map((t) => `${t}, ${SMALL} | ${sizes[1]} | ratio`).join(' | ')} |`);
console.log(`|---|${columns.map(() => '---|---|---').join('|')}|`);
for (const row of Object.keys(ROWS)) console.log(`| ${row} | ${columns.map((t) => cell(found[t][row])).join(' | ')} |`);
process.exit(0);
