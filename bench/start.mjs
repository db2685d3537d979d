// npm run bench:start [-- --repeats 15]: what it takes until the first reply, beside ioredis and a Redis on this machine, and
// what a Jest file with createTestApp takes beside one with ioredis-mock. Fresh processes in turn; medians. Ratios count.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startRedis } from './start-redis.mjs';

const { values } = parseArgs({ options: { repeats: { type: 'string', default: '15' } } });
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'respite-bench-start-'));
const required = (name) => `require(${JSON.stringify(join(root, name))})`;

/** Prints milliseconds, processor time, files of ours and resident megabytes at the first reply. */
const untilReply = (open) => `
  const started = performance.now();
  const before = process.cpuUsage();
  (async () => {
    ${open}
    await client.set('a', 'b');
    const ms = performance.now() - started;
    const { user, system } = process.cpuUsage(before);
    const files = Object.keys(require.cache).filter((file) => file.startsWith(${JSON.stringify(join(root, 'dist'))}));
    console.log(JSON.stringify({ ms, cpu: (user + system) / 1000, files: files.length, mb: process.memoryUsage.rss() / 1e6 }));
    process.exit();
  })();`;

const respite = `
    const { createApp, CacheBackend } = ${required('dist/index.js')};
    const config = { mode: 'standalone', log: { level: 'silent' } };
    const app = await createApp({ config, configFile: false, env: {} }).start();
    const { client } = app.get(CacheBackend);`;
const ioredis = (port) => `
    const { Redis } = ${required('node_modules/ioredis')};
    const client = new Redis(${port}, '127.0.0.1');`;

const testFile = (open, close) => `
test('keeps', async () => {
  ${open}
  await client.set('a', 'b');
  expect(await client.get('a')).toBe('b');
  ${close}
});`;
const JEST_FILES = {
  createTestApp: testFile(
    `const { createTestApp } = require('respite/testing');
  const { CacheBackend } = require('respite');
  const app = await createTestApp().start();
  const { client } = app.get(CacheBackend);`,
    'await app.stop();',
  ),
  'ioredis-mock': testFile(
    "const Redis = require('ioredis-mock');\n  const client = new Redis();",
    'client.disconnect();',
  ),
};

function firstReply(program) {
  return JSON.parse(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' }));
}

/** Processor time of a whole Jest run of one file, in milliseconds. */
function jestRun(name) {
  const used = join(folder, 'used');
  const args = ['-r', join(folder, 'hook.cjs'), join(root, 'node_modules/jest/bin/jest.js'), '-i', `${name}.test.js`];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return { cpu: Number(readFileSync(used, 'utf8')) };
}

/** The same number of each, in turn, so that what changes on the machine changes for all. */
function medians(measures) {
  const found = Object.fromEntries(Object.keys(measures).map((name) => [name, []]));
  for (const measure of Object.values(measures)) measure(); // warm: files in memory, transformations cached
  for (let i = 0; i < Number(values.repeats); i++) {
    for (const [name, measure] of Object.entries(measures)) found[name].push(measure());
  }
  const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];
  return Object.fromEntries(
    Object.entries(found).map(([name, list]) => [
      name,
      Object.fromEntries(Object.keys(list[0]).map((key) => [key, median(list.map((each) => each[key]))])),
    ]),
  );
}

const redis = await startRedis();
try {
  symlinkSync(join(root, 'node_modules'), join(folder, 'packages'));
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({
      jest: {
        transform: {},
        moduleDirectories: ['packages', 'node_modules'],
        moduleNameMapper: {
          '^respite$': join(root, 'dist/index.js'),
          '^respite/testing$': join(root, 'dist/testing.js'),
        },
      },
    }),
  );
  writeFileSync(
    join(folder, 'hook.cjs'),
    `process.on('exit', () => {
      const { user, system } = process.cpuUsage();
      require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'used'))}, String((user + system) / 1000));
    });`,
  );
  for (const [name, code] of Object.entries(JEST_FILES)) writeFileSync(join(folder, `${name}.test.js`), code);

  const reply = medians({
    respite: () => firstReply(untilReply(respite)),
    ioredis: () => firstReply(untilReply(ioredis(redis.port))),
  });
  const jest = medians(Object.fromEntries(Object.keys(JEST_FILES).map((name) => [name, () => jestRun(name)])));
  const row = (what, ours, theirs) =>
    console.log(`| ${what} | ${ours.toFixed(1)} | ${theirs.toFixed(1)} | ${(ours / theirs).toFixed(2)} |`);
  console.log('| until the first reply | Respite | ioredis and a Redis | ratio |\n|---|---|---|---|');
  row('import, start, first reply: ms', reply.respite.ms, reply.ioredis.ms);
  row('the same: processor ms', reply.respite.cpu, reply.ioredis.cpu);
  row('resident MB', reply.respite.mb, reply.ioredis.mb);
  console.log(`| files of ours | ${reply.respite.files} | | |`);
  console.log('\n| a Jest file | createTestApp | ioredis-mock | ratio |\n|---|---|---|---|');
  row('processor ms', jest.createTestApp.cpu, jest['ioredis-mock'].cpu);
} finally {
  redis.stop();
  rmSync(folder, { recursive: true, force: true });
}
