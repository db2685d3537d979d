// npm run bench:compare -- REV [--pairs 5] [--scale 0.2] [--processor] [--rows BullMQ]: this checkout against another revision, on one machine.
// With --processor the time that the process computed, for a machine on which others work. Fresh processes, base and change in turn; the ratio of each pair, their median and their spread. Above 1 the change is slower.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pairs: { type: 'string', default: '5' },
    scale: { type: 'string', default: '0.2' },
    processor: { type: 'boolean' },
    rows: { type: 'string', default: '' },
  },
});
const [revision] = positionals;
if (revision === undefined) {
  console.error('usage: npm run bench:compare -- REV [--pairs 5] [--scale 0.2] [--processor] [--rows PART-OF-A-NAME]');
  process.exit(2);
}
/** Beyond what two runs of the same build differ by, a change of less than this is still no reason to worry. */
const TOLERATED = 1.05;

const here = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'respite-compare-'));
const base = join(folder, 'base');
process.on('exit', () => {
  spawnSync('git', ['worktree', 'remove', '--force', base], { cwd: here });
  rmSync(folder, { recursive: true, force: true });
});
execFileSync('git', ['worktree', 'add', '--quiet', '--detach', base, revision], { cwd: here, stdio: 'inherit' });
// The same libraries for both, or the comparison would be one of theirs.
symlinkSync(join(here, 'node_modules'), join(base, 'node_modules'));
execFileSync(process.execPath, ['scripts/build.js'], { cwd: base, stdio: 'inherit' });

function measure(root) {
  const worker = fileURLToPath(new URL('compare-worker.mjs', import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, [worker, values.scale, values.rows], {
    encoding: 'utf8',
    env: { ...process.env, BENCH_ROOT: root, ...(values.processor && { BENCH_TIME: 'processor' }) },
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

const pairs = [];
for (let pair = 1; pair <= Number(values.pairs); pair++) {
  // Whoever comes second finds the machine warmer: they take turns.
  const order = pair % 2 === 0 ? [here, base] : [base, here];
  const figures = new Map(order.map((root) => [root, measure(root)]));
  pairs.push({ before: figures.get(base), after: figures.get(here) });
  process.stderr.write(`pair ${String(pair)} of ${values.pairs}\n`);
}

const sorted = (numbers) => [...numbers].sort((a, b) => a - b);
const median = (numbers) => sorted(numbers)[Math.floor(numbers.length / 2)];
console.log(`| microseconds | ${revision} | now | now / ${revision} | spread | |\n|---|---|---|---|---|---|`);
for (const row of Object.keys(pairs[0].after)) {
  const present = pairs.filter(({ before, after }) => before[row] != null && after[row] != null);
  if (present.length === 0) continue;
  const ratios = sorted(present.map(({ before, after }) => after[row] / before[row]));
  const middle = median(ratios);
  const slower = middle > TOLERATED && ratios[0] > 1;
  const show = (side) => median(present.map((pair) => pair[side][row])).toFixed(2);
  console.log(
    `| ${row} | ${show('before')} | ${show('after')} | ${middle.toFixed(2)} | ${ratios[0].toFixed(2)} to ${ratios.at(-1).toFixed(2)} | ${slower ? 'slower' : ''} |`,
  );
}
