// npm run bench:moving [-- --repeats 3 --keys 300000]: moving data against redis-server, the same keys of all types, in turn.
// Exports against BGSAVE, imports of an RDB file against the server's load of it, `migrate` to a Redis against `redis-cli --pipe` sending
// the same RESTOREs. No start of a process counts but redis-cli's, which takes 5 ms; of ours the opening of a place does, and what V8
// optimises on the way, as each process is new. Once by the time that passed, once by what was computed, for a machine on which others
// work: by all threads of a process, and with a server on the other side by both processes.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort } from './free-port.mjs';

const { values } = parseArgs({
  options: { repeats: { type: 'string', default: '3' }, keys: { type: 'string', default: '300000' } },
});
const repeats = Number(values.repeats);
const keys = Number(values.keys);
const WORKER = fileURLToPath(new URL('moving-worker.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'respite-bench-'));
const RESTORES = join(folder, 'restores');
const FILE = join(folder, 'dump.rdb');
const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function work(...args) {
  const options = { encoding: 'utf8', timeout: 600_000 };
  const { stdout, stderr } = spawnSync(process.execPath, [WORKER, ...args.map(String)], options);
  if (stdout === '') throw new Error(`${args.join(' ')} failed: ${stderr}`);
  return JSON.parse(stdout);
}

/** A redis-server; one that is to have data loads the file, and says how long that took. */
async function startRedis(dbfilename) {
  const port = await freePort();
  const options = ['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--dbfilename', dbfilename, '--save', ''];
  const child = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'ignore'] });
  running.add(child);
  let said = '';
  await new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => /Ready to accept/.test((said += chunk)) && resolve());
    child.once('exit', () => reject(new Error(`redis-server ended: ${said}`)));
  });
  const ask = (...words) => spawnSync('redis-cli', ['-p', String(port), ...words], { encoding: 'utf8' }).stdout;
  const figure = (info, name) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)[1]);
  return {
    port,
    ask,
    loaded: () => 1000 * Number(/DB loaded from disk: ([\d.]+) seconds/.exec(said)[1]),
    /** Milliseconds that a BGSAVE took, by the server's log: what it says itself waits for a timer. */
    async save() {
      ask('bgsave');
      while (!/DB saved on disk/.test(said)) await wait(10);
      const [began, ended] = [/^.*saving started by/m, /^.*DB saved on disk/m].map((line) => {
        const [, time] = /(\d+:\d+:\d+\.\d+)/.exec(line.exec(said)[0]);
        return Date.parse(`1970-01-01T${time}Z`);
      });
      return ended - began;
    },
    /** @param of '' for the server, '_children' for those that wrote its files */
    computed(of = '') {
      const info = ask('info', 'cpu');
      return 1000 * (figure(info, `used_cpu_user${of}`) + figure(info, `used_cpu_sys${of}`));
    },
    async stop() {
      running.delete(child);
      const ended = once(child, 'close');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** What the shell says of its children: minutes and seconds of user and system. */
function computedByChildren(output) {
  const [, line] = output.trim().split('\n').slice(-2);
  return 1000 * [...line.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, m, s]) => sum + 60 * Number(m) + Number(s), 0);
}

async function pipe() {
  const server = await startRedis('none.rdb');
  const before = server.computed();
  const began = performance.now();
  const command = `redis-cli -p ${server.port} --pipe < ${RESTORES} && times`;
  const { stdout } = spawnSync('bash', ['-c', command], { encoding: 'utf8' });
  const passed = performance.now() - began;
  if (!stdout.includes('errors: 0')) throw new Error(stdout);
  const computed = server.computed() - before + computedByChildren(stdout);
  await server.stop();
  return { passed, computed };
}

async function loadAndSave() {
  const empty = await startRedis('none.rdb');
  const atStart = empty.computed();
  await empty.stop();
  const server = await startRedis('dump.rdb');
  const load = { passed: server.loaded(), computed: server.computed() - atStart };
  server.ask('config', 'set', 'dbfilename', 'saved.rdb');
  const passed = await server.save();
  await wait(200); // it has not heard of its child's end yet
  const save = { passed, computed: server.computed('_children') };
  await server.stop();
  return { load, save };
}

async function ours() {
  const directory = join(folder, 'data');
  rmSync(directory, { recursive: true, force: true });
  const kept = { import: work('importToDirectory', FILE, directory) };
  kept.export = work('exportDirectory', directory, join(folder, 'exported.rdb'));
  const server = await startRedis('none.rdb');
  const before = server.computed();
  const memory = work('inMemory', FILE, join(folder, 'exported.rdb'), `redis://127.0.0.1:${server.port}`);
  memory.migrate.computed += server.computed() - before;
  const moved = Number(server.ask('dbsize'));
  if (moved !== keys + 1) throw new Error(`${moved} of ${keys + 1} keys arrived`);
  await server.stop();
  return { kept, memory };
}

const first = await startRedis('dump.rdb');
work('prepare', first.port, keys, RESTORES);
await first.stop();
const megabytes = statSync(FILE).size / 1e6;

const ROWS = [
  ['export to RDB, from memory', 'BGSAVE', 0.5],
  ['import of RDB, into memory', "the server's load", 0.5],
  ['migrate to a Redis, from memory', 'redis-cli --pipe', 0.7],
  ['export of a data directory (it is restored first)', 'BGSAVE'],
  ['import into a data directory (a snapshot is written)', "the server's load"],
];
const rounds = ROWS.map(() => []);
for (let repeat = 1; repeat <= repeats; repeat++) {
  const { load, save } = await loadAndSave();
  const piped = await pipe();
  const { kept, memory } = await ours();
  const pairs = [
    [memory.export, save],
    [memory.import, load],
    [memory.migrate, piped],
    [kept.export, save],
    [kept.import, load],
  ];
  for (const [i, [respite, redis]] of pairs.entries()) rounds[i].push({ respite, redis });
  process.stderr.write(`${repeat} of ${repeats}\n`);
}

const sorted = (numbers) => numbers.toSorted((a, b) => a - b);
const median = (numbers) => sorted(numbers)[Math.floor(numbers.length / 2)];
/** The middle one of the rounds' ratios, and the range of them. */
function ratio(round, what) {
  const ratios = sorted(round.map(({ respite, redis }) => redis[what] / respite[what]));
  return `${median(ratios).toFixed(2)}x (${ratios[0].toFixed(2)}-${ratios.at(-1).toFixed(2)})`;
}

console.log(
  `${keys} keys and a hash of 50000 fields, an RDB file of ${megabytes.toFixed(0)} MB; x: of Redis' rate (bar)\n`,
);
console.log('| | against | ms passed | ratio | ms computed | ratio |\n|---|---|---|---|---|---|');
for (const [i, [name, against, bar]] of ROWS.entries()) {
  const cells = ['passed', 'computed'].flatMap((what) => {
    const [respite, redis] = ['respite', 'redis'].map((side) => median(rounds[i].map((round) => round[side][what])));
    return [`${respite.toFixed(0)} : ${redis.toFixed(0)}`, ratio(rounds[i], what)];
  });
  console.log(`| ${name} | ${against}${bar === undefined ? '' : ` (${bar}x)`} | ${cells.join(' | ')} |`);
}

const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).stdout.trim();
const date = new Date().toISOString();
const rows = Object.fromEntries(ROWS.map(([name], i) => [name, rounds[i]]));
const report = { date, commit, node: process.version, cpu: cpus()[0]?.model, repeats, keys, megabytes, rows };
writeFileSync(
  new URL(`results/${date.slice(0, 10)}-moving.json`, import.meta.url),
  `${JSON.stringify(report, null, 2)}\n`,
);
process.exit(0);
