// npm run bench:encryption [-- --keys 300000 --pairs 5]: what a snapshot of everything, the next start and a backup take in clear and
// encrypted, in turn, each in a process of its own; medians of time, and of the processor's.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ROOT } from './targets.mjs';

const { values } = parseArgs({
  options: {
    keys: { type: 'string', default: '300000' },
    pairs: { type: 'string', default: '5' },
    worker: { type: 'string' },
    directory: { type: 'string' },
  },
});
const keys = Number(values.keys);
const require = createRequire(import.meta.url);
const KEY = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';

/** Strings, hashes and sorted sets, of some hundred bytes each. */
async function fill(client) {
  for (let i = 0; i < keys; i += 300) {
    const pipeline = client.pipeline();
    for (let j = i; j < Math.min(keys, i + 300); j += 3) {
      pipeline.set(`text:${j}`, `${j}`.padEnd(200, '.'));
      pipeline.hset(`hash:${j}`, ...Array.from({ length: 10 }, (_, n) => [`field:${n}`, `value ${j + n}`]).flat());
      pipeline.zadd(`ranks:${j}`, ...Array.from({ length: 10 }, (_, n) => [n, `member:${j + n}`]).flat());
    }
    await pipeline.exec();
  }
}

/** Time and processor time of some work, milliseconds. */
async function timed(work) {
  const [began, used] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(used);
  return { ms: performance.now() - began, cpu: (user + system) / 1000 };
}

async function measure(directory, isEncrypted) {
  const { CacheBackend, createApp, SnapshotManager } = require(join(ROOT, 'dist/index.js'));
  const persistence = { enabled: true, data_dir: join(directory, 'data'), snapshot_interval: '1h' };
  if (isEncrypted) persistence.encryption_key = KEY;
  const config = { mode: 'standalone', log: { level: 'silent' }, redis: { standalone: { persistence } } };
  const open = () => createApp({ config, env: {}, configFile: false });
  const first = await open().start();
  await fill(first.get(CacheBackend).client);
  const manager = first.get(SnapshotManager);
  await manager.snapshotNow();
  const snapshot = await timed(() => manager.snapshotNow({ full: true }));
  const backup = await timed(() => manager.backup(join(directory, 'backup')));
  await first.stop();
  let second;
  const start = await timed(async () => (second = await open().start()));
  await second.stop();
  return { snapshot, start, backup };
}

if (values.worker !== undefined) {
  process.stdout.write(JSON.stringify(await measure(values.directory, values.worker === 'encrypted')), () =>
    process.exit(0),
  );
} else {
  const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
  const runs = { clear: [], encrypted: [] };
  for (let pair = 0; pair < Number(values.pairs); pair++)
    for (const kind of Object.keys(runs)) {
      const directory = mkdtempSync(join(tmpdir(), 'respite-bench-'));
      const args = [fileURLToPath(import.meta.url), '--worker', kind, '--directory', directory, '--keys', values.keys];
      const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      rmSync(directory, { recursive: true });
      if (stdout === '') throw new Error(stderr);
      runs[kind].push(JSON.parse(stdout));
    }
  console.log(`| ${keys} keys | in clear, ms | encrypted, ms | ratio | processor, ms | encrypted | ratio |`);
  console.log('|---|---|---|---|---|---|---|');
  for (const what of ['snapshot', 'start', 'backup']) {
    const cells = ['ms', 'cpu'].flatMap((unit) => {
      const [clear, sealed] = ['clear', 'encrypted'].map((kind) => median(runs[kind].map((run) => run[what][unit])));
      const ratios = runs.clear.map((run, i) => runs.encrypted[i][what][unit] / run[what][unit]);
      const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
      return [clear.toFixed(0), sealed.toFixed(0), `${(sealed / clear).toFixed(2)} (${spread})`];
    });
    console.log(`| ${what} | ${cells.join(' | ')} |`);
  }
}
