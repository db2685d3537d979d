// One target, once, in its own process: prints a line of JSON.
const started = performance.now();
const { TARGETS } = await import('./targets.mjs');
const { ROWS } = await import('./rows.mjs');

const [name, scaleText = '1'] = process.argv.slice(2);
const opened = await TARGETS[name]();
await opened.client.set('first', 'reply');
const startMs = performance.now() - started;
const rssMb = process.memoryUsage.rss() / 1_048_576;

const figures = {};
for (const [row, { run }] of Object.entries(ROWS)) {
  try {
    figures[row] = await run(opened, Number(scaleText) * (name === 'js-redis-server' ? 0.02 : 1));
  } catch (failure) {
    figures[row] = null;
    process.stderr.write(`${name}: ${row}: ${failure.message}\n`);
  }
}
const paths = opened.paths?.();
await opened.close();
process.stdout.write(`${JSON.stringify({ name, figures, startMs, rssMb, paths })}\n`);
process.exit(0);
