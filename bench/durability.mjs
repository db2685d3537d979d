// npm run bench:durability [-- --repeats 5 --scale 1]: journals against redis-server with the same appendfsync, on the same
// disk, through the same ioredis, in turn; medians. And how long a start takes that replays what a killed process wrote.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ROOT } from './targets.mjs';
import { freePort } from './free-port.mjs';

const { values } = parseArgs({
  options: { repeats: { type: 'string', default: '5' }, scale: { type: 'string', default: '1' } },
});
const repeats = Number(values.repeats);
const scale = Number(values.scale);
const MS = 3000 * scale;
const REPLAYED = Math.ceil(1000 * scale) * 1000;
const WORKER = fileURLToPath(new URL('durability-worker.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'respite-bench-'));
let made = 0;
const newFolder = () => mkdtempSync(join(folder, `${made++}-`));

const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function work(...args) {
  const options = { encoding: 'utf8', timeout: 120_000 };
  const { stdout, stderr, signal } = spawnSync(process.execPath, [WORKER, ...args.map(String)], options);
  if (stdout === '' && signal !== 'SIGKILL') throw new Error(`${args.join(' ')} failed: ${stderr}`);
  return stdout === '' ? undefined : JSON.parse(stdout);
}

/** Starts a server, and waits for what it says when it is ready. */
async function serve(command, args, ready, env = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, ...env } });
  running.add(child);
  let said = '';
  await new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => ready.test((said += chunk)) && resolve());
    child.once('exit', () => reject(new Error(`${command} ended: ${said}`)));
  });
  return {
    said: () => said,
    async stop(signal) {
      running.delete(child);
      const ended = once(child, 'close');
      child.kill(signal);
      await ended;
    },
  };
}

function redis(port, directory, appendfsync) {
  const options = ['--port', port, '--bind', '127.0.0.1', '--dir', directory, '--save', ''];
  const journal = ['--appendonly', 'yes', '--appendfsync', appendfsync, '--auto-aof-rewrite-percentage', '0'];
  return serve('redis-server', [...options, ...journal], /Ready to accept/);
}

function listener(port, directory, durability) {
  const args = [join(ROOT, 'dist/cli.js'), 'start', '--port', port, '--data-dir', directory, '--json'];
  const env = { RESPITE_MODE: 'standalone', RESPITE_REDIS_STANDALONE_PERSISTENCE_DURABILITY: durability };
  return serve(process.execPath, args, /\n/, env);
}

const TARGETS = {
  async redis(durability, writers) {
    const port = await freePort();
    const server = await redis(port, newFolder(), durability);
    const result = work('writeTo', port, writers, MS);
    await server.stop('SIGKILL');
    return result;
  },
  'in process': async (durability, writers) => work('writeInProcess', newFolder(), durability, writers, MS),
  'in process, no journal': async (_, writers) => work('writeInProcess', newFolder(), 'snapshot', writers, MS),
  async listener(durability, writers) {
    const port = await freePort();
    const server = await listener(port, join(newFolder(), 'data'), durability);
    const result = work('writeTo', port, writers, MS);
    await server.stop('SIGKILL');
    return result;
  },
};

async function replayOfRedis() {
  const directory = newFolder();
  const port = await freePort();
  const first = await redis(port, directory, 'everysec');
  work('fillAt', port, REPLAYED);
  await first.stop('SIGTERM');
  const second = await redis(port, directory, 'everysec');
  await second.stop('SIGKILL');
  rmSync(directory, { recursive: true });
  return 1000 * Number(/DB loaded from append only file: ([\d.]+) seconds/.exec(second.said())[1]);
}

function ownReplay() {
  const directory = join(newFolder(), 'data');
  work('fillAndDie', directory, REPLAYED);
  const { ms, replayed } = work('restore', directory);
  if (replayed < REPLAYED) throw new Error(`${replayed} of ${REPLAYED} commands were replayed`);
  return ms;
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

const ROWS = ['always', 'everysec'].flatMap((durability) => [1, 50].map((writers) => ({ durability, writers })));
const table = [];
for (const { durability, writers } of ROWS) {
  const measured = Object.fromEntries(Object.keys(TARGETS).map((name) => [name, []]));
  for (let repeat = 1; repeat <= repeats; repeat++)
    for (const [name, run] of Object.entries(TARGETS)) measured[name].push(await run(durability, writers));
  process.stderr.write(`${durability}, ${writers}\n`);
  const row = { durability, writers };
  for (const [name, runs] of Object.entries(measured))
    row[name] = { perSecond: median(runs.map((run) => run.perSecond)), p99: median(runs.map((run) => run.p99)) };
  table.push(row);
}
const replays = { redis: [], respite: [] };
for (let repeat = 1; repeat <= repeats; repeat++) {
  replays.redis.push(await replayOfRedis());
  replays.respite.push(ownReplay());
}
const replay = { commands: REPLAYED, redis: median(replays.redis), respite: median(replays.respite) };

console.log(
  '| writes a second (x: of Redis), p99 in ms | redis | in process | no journal | listener |\n|---|---|---|---|---|',
);
for (const { durability, writers, ...targets } of table) {
  const cells = Object.values(targets).map(
    ({ perSecond, p99 }) =>
      `${perSecond.toFixed(0)} (${(perSecond / targets.redis.perSecond).toFixed(2)}x), ${p99.toFixed(2)}`,
  );
  console.log(`| ${durability}, ${writers === 1 ? '1 writer' : `${writers} writers`} | ${cells.join(' | ')} |`);
}
const ratio = (replay.respite / replay.redis).toFixed(2);
console.log(
  `\nreplay of ${REPLAYED} SETs: ${replay.respite.toFixed(0)} ms, redis-server's loading of its AOF: ${replay.redis.toFixed(0)} ms (${ratio}x)`,
);

const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).stdout.trim();
const date = new Date().toISOString();
const report = { date, commit, node: process.version, cpu: cpus()[0]?.model, repeats, scale, writes: table, replay };
writeFileSync(
  new URL(`results/${date.slice(0, 10)}-durability.json`, import.meta.url),
  `${JSON.stringify(report, null, 2)}\n`,
);
process.exit(0);
