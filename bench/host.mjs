// npm run bench:host [-- --rounds 5 --runs 200]: examples/agent-host on its own engine and on a redis-server, in turn; medians.
// A workflow of five steps, an agent with a conversation and two tools at once among them, started over HTTP and followed by its
// events until it has ended; the model is the example's. Once with nothing synced on either side, once with every write (`always`).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { freePort } from './free-port.mjs';

const { install } = createRequire(import.meta.url)('../scripts/install-agent-host.js');
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, runs: { type: 'string', default: '200' } },
});
const rounds = Number(values.rounds);
const runs = Number(values.runs);
const WAYS = [
  ['one after the other', 1],
  ['20 at once', 20],
];
const WORKFLOW = `name: bench
input: [n]
steps:
  - { id: question, set: "What is \${input.n}?" }
  - { id: ask, agent: writer, prompt: "\${steps.question.output}", conversation: "\${input.n}" }
  - { id: count, needs: [ask], tool: text.word_count, with: { text: "\${steps.ask.output}" } }
  - { id: shout, needs: [ask], tool: text.shout, with: { text: "\${steps.question.output}" } }
  - { id: end, needs: [count, shout], if: steps.count.output.words > 3, set: ["\${input.n}", "\${steps.count.output.words}"] }
`;

const installed = install();
const folder = mkdtempSync(join(tmpdir(), 'respite-bench-host-'));
const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function launch(command, args, cwd, env, ready) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) if (ready.test(line)) break;
  child.stdout.resume();
  const stop = async () => {
    running.delete(child);
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  return { stop, pid: child.pid };
}

/** What processes have computed, in milliseconds: the time that passes says little on a machine on which others work. */
function computed(pids) {
  const ticks = pids.flatMap((pid) =>
    readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13),
  );
  return ticks.reduce((sum, each) => sum + Number(each) * 10, 0);
}

async function startModel() {
  const port = await freePort();
  await launch(
    process.execPath,
    [join(installed, 'model/scripted-model.mjs')],
    installed,
    { PORT: String(port) },
    /^model on/,
  );
  return { port };
}
const model = await startModel();

let places = 0;
/** A host in a folder of its own. */
async function startHost(env) {
  const cwd = join(folder, `host-${places++}`);
  for (const name of ['host.yaml', 'respite.yaml', 'config', 'tools'])
    cpSync(join(installed, name), join(cwd, name), { recursive: true });
  symlinkSync(join(installed, 'node_modules'), join(cwd, 'node_modules'));
  writeFileSync(join(cwd, 'config/workflows/bench.yaml'), WORKFLOW);
  const port = await freePort();
  const settings = {
    HOST_LISTEN_PORT: String(port),
    HOST_MODEL_URL: `http://127.0.0.1:${model.port}/v1`,
    HOST_LIMITS_PER_MINUTE: '1000000',
    RESPITE_MCPPROXY_PORT: '0',
    RESPITE_LOG_LEVEL: 'error',
  };
  const { stop, pid } = await launch(
    process.execPath,
    [join(installed, 'dist/main.js')],
    cwd,
    { ...settings, ...env },
    /^ready on/,
  );
  return { url: `http://127.0.0.1:${port}`, key: readFileSync(join(cwd, 'admin.key'), 'utf8').trim(), stop, pid };
}

async function startRedis(args) {
  const port = await freePort();
  const cwd = mkdtempSync(join(folder, 'redis-'));
  const { stop, pid } = await launch(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', ...args],
    cwd,
    {},
    /Ready to accept/,
  );
  return { port, stop, pid };
}

async function oneRun({ url, key }, n) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const begun = await fetch(`${url}/workflows/bench/runs`, { method: 'POST', headers, body: JSON.stringify({ n }) });
  const { id } = await begun.json();
  const events = await (await fetch(`${url}/runs/${id}/events`, { headers })).text();
  if (!events.includes(`"output":[${n},`)) throw new Error(`the run answered otherwise: ${events}`);
}

/** @returns milliseconds per workflow: that passed, and that were computed by the host, and by its server where it has one */
async function measure(host, atOnce) {
  let next = 0;
  const begun = performance.now();
  const before = computed(host.pids);
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < runs) await oneRun(host, next++);
    }),
  );
  return { passed: (performance.now() - begun) / runs, computed: (computed(host.pids) - before) / runs };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

const DURABILITIES = [
  ['nothing synced', 'snapshot', ['--appendonly', 'no']],
  ['every write synced', 'always', ['--appendonly', 'yes', '--appendfsync', 'always']],
];

console.log(`${cpus().length} x ${cpus()[0].model}, Node ${process.version}, ${rounds} rounds of ${runs} workflows`);
for (const [title, durability, args] of DURABILITIES) {
  const redis = await startRedis(args);
  const hosts = {
    engine: await startHost({ RESPITE_REDIS_STANDALONE_PERSISTENCE_DURABILITY: durability }),
    redis: await startHost({ RESPITE_MODE: 'distributed', RESPITE_REDIS_ADDR: `127.0.0.1:${redis.port}` }),
  };
  hosts.engine.pids = [hosts.engine.pid];
  hosts.redis.pids = [hosts.redis.pid, redis.pid];
  for (const host of Object.values(hosts)) await measure(host, 20); // warm
  for (const [way, atOnce] of WAYS) {
    const taken = { engine: [], redis: [] };
    for (let round = 0; round < rounds; round++)
      for (const name of round % 2 === 0 ? ['engine', 'redis'] : ['redis', 'engine'])
        taken[name].push(await measure(hosts[name], atOnce));
    for (const what of ['passed', 'computed']) {
      const [engine, real] = [taken.engine, taken.redis].map((results) =>
        median(results.map((result) => result[what])),
      );
      const figures = `${engine.toFixed(2)} ms on the engine, ${real.toFixed(2)} ms on redis-server`;
      console.log(`${title}, ${way}, ${what}: ${figures}, ratio ${(engine / real).toFixed(2)}`);
    }
  }
  for (const { stop } of [hosts.engine, hosts.redis, redis]) await stop();
}
