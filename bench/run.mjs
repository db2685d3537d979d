// npm run bench [-- --repeats 5 --scale 1]: fresh process per target and repeat, interleaved, medians, ratios to Redis.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { ROWS } from './rows.mjs';
import { startRedis } from './start-redis.mjs';
import { defaultTargets } from './targets.mjs';

const { values } = parseArgs({
  options: {
    repeats: { type: 'string', default: '5' },
    scale: { type: 'string', default: '1' },
    targets: { type: 'string', default: defaultTargets().join(',') },
  },
});
const targets = values.targets.split(',');
if (!defaultTargets().includes('js-redis-server'))
  process.stderr.write('without js-redis-server, which wants Node 22: npm ci --prefix bench/competitors\n');

const { port } = await startRedis();

const measured = Object.fromEntries(targets.map((target) => [target, []]));
for (let repeat = 1; repeat <= Number(values.repeats); repeat++) {
  for (const target of targets) {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [new URL('worker.mjs', import.meta.url).pathname, target, values.scale],
      {
        encoding: 'utf8',
        timeout: 120_000,
        env: { ...process.env, BENCH_REDIS_PORT: String(port) },
      },
    );
    if (status !== 0) throw new Error(`${target} failed: ${stderr}`);
    measured[target].push(JSON.parse(stdout.trim().split('\n').at(-1)));
    process.stderr.write(`repeat ${repeat}: ${target}\n`);
  }
}

const median = (numbers) => {
  const sorted = numbers.filter((number) => number !== null).sort((a, b) => a - b);
  return sorted.length === 0 ? null : sorted[Math.floor(sorted.length / 2)];
};
const table = {};
for (const row of Object.keys(ROWS))
  table[row] = Object.fromEntries(
    targets.map((target) => [target, median(measured[target].map((run) => run.figures[row]))]),
  );
const start = Object.fromEntries(targets.map((target) => [target, median(measured[target].map((run) => run.startMs))]));
const rss = Object.fromEntries(targets.map((target) => [target, median(measured[target].map((run) => run.rssMb))]));

const show = (value, ratio) =>
  value === null ? 'not supported' : `${value.toFixed(2)}${ratio === undefined ? '' : ` (${ratio.toFixed(1)}x)`}`;
console.log(
  `| microseconds per operation (x: faster than Redis) | ${targets.join(' | ')} |\n|---|${targets.map(() => '---').join('|')}|`,
);
for (const [row, byTarget] of Object.entries(table)) {
  console.log(
    `| ${row} | ${targets.map((target) => show(byTarget[target], target === 'redis' || byTarget[target] === null ? undefined : byTarget.redis / byTarget[target])).join(' | ')} |`,
  );
}
console.log(`| start to first reply, ms | ${targets.map((target) => show(start[target])).join(' | ')} |`);
console.log(`| resident memory after start, MB | ${targets.map((target) => show(rss[target])).join(' | ')} |`);
const paths = measured.respite?.at(-1)?.paths;
if (paths !== undefined)
  console.log(
    `\nrespite: ${((100 * paths.direct) / (paths.direct + paths.stream)).toFixed(1)} % of ${paths.direct + paths.stream} commands went direct`,
  );

const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).stdout.trim();
const report = {
  date: new Date().toISOString(),
  commit,
  node: process.version,
  cpu: cpus()[0]?.model,
  repeats: Number(values.repeats),
  microseconds: table,
  startMs: start,
  rssMb: rss,
  paths,
};
writeFileSync(
  new URL(`results/${report.date.slice(0, 10)}.json`, import.meta.url),
  `${JSON.stringify(report, null, 2)}\n`,
);
process.exit(0);
