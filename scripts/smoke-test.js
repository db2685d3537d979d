/** Installs the packed package into an empty project and uses it as its users do. `node scripts/smoke-test.js` */
'use strict';
const { execFileSync } = require('node:child_process');
const { cpSync, mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join, resolve } = require('node:path');

const root = resolve(__dirname, '..');
const project = mkdtempSync(join(tmpdir(), 'respite-smoke-'));
const { version: ioredis } = require('ioredis/package.json');
const { version: jest } = require('jest/package.json');

const run = (command, args, cwd = project) =>
  execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, CI: 'true' },
  });
const write = (name, text) => writeFileSync(join(project, name), text);
const expect = (what, output, text) => {
  if (!output.includes(text)) throw new Error(`${what}: expected "${text}" in:\n${output}`);
  console.log(`ok  ${what}`);
};

const program = `
  const app = await createApp({ config: { mode: 'standalone' }, configFile: false, env: {} }).start();
  const { client } = app.get(CacheBackend);
  await client.set('greeting', 'hello', 'EX', 60);
  console.log('said', await client.get('greeting'));
  await app.stop();
`;

try {
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', project], root));
  write('package.json', JSON.stringify({ name: 'smoke', private: true }));
  run('npm', [
    'install',
    '--no-audit',
    '--no-fund',
    join(project, packed.filename),
    `ioredis@${ioredis}`,
    `jest@${jest}`,
  ]);

  write('esm.mjs', `import { createApp, CacheBackend } from 'respite';\n${program}`);
  expect('import from ESM', run('node', ['esm.mjs']), 'said hello');

  write('cjs.cjs', `const { createApp, CacheBackend } = require('respite');\n(async () => {${program}})();`);
  expect('require from CommonJS', run('node', ['cjs.cjs']), 'said hello');

  write(
    'host.test.js',
    `const { createApp, CacheBackend } = require('respite');\ntest('runs', async () => {${program}\n  expect(app.config.mode).toBe('standalone');\n});`,
  );
  write(
    'drop-in.test.js',
    `jest.mock('ioredis', () => require('respite/ioredis'));
    const Redis = require('ioredis');
    const { closeEngines } = require('respite/ioredis');
    afterAll(() => closeEngines());
    test('ioredis is mocked', async () => {
      await new Redis(6379).set('greeting', 'hello');
      expect(await new Redis('redis://localhost').get('greeting')).toBe('hello');
      expect(await new Redis.Cluster([7000]).get('greeting')).toBeNull();
    });`,
  );
  run('npx', ['--no-install', 'jest']);
  console.log('ok  inside a CommonJS Jest host');

  const dropIn = `
    const client = new Redis('redis.internal', { lazyConnect: true });
    await client.set('greeting', 'hello');
    console.log('said', await client.duplicate().get('greeting'), Cluster.name, typeof ReplyError);
    await closeEngines();
  `;
  const names = '{ Cluster, closeEngines, ReplyError }';
  write('drop-in.mjs', `import Redis, ${names} from 'respite/ioredis';\n${dropIn}`);
  expect('respite/ioredis from ESM', run('node', ['drop-in.mjs']), 'said hello Cluster function');
  write(
    'drop-in.cjs',
    `const Redis = require('respite/ioredis');\nconst ${names} = Redis;\n(async () => {${dropIn}})();`,
  );
  expect('respite/ioredis from CommonJS', run('node', ['drop-in.cjs']), 'said hello Cluster function');

  cpSync(join(root, 'examples/plugin-backend'), join(project, 'plugin-backend'), { recursive: true });
  expect(
    'a plug-in passes the conformance suite',
    run('node', ['--test', '--test-reporter=tap', 'plugin-backend/']),
    '# fail 0',
  );

  write(
    'lazy.cjs',
    `require('respite');
    const loaded = Object.keys(require.cache).join('\\n');
    for (const name of ['lmdb', 'ioredis-mock', 'commander', 'yaml', 'ioredis', 'respite/dist/testing', 'respite/dist/ioredis'])
      if (loaded.includes('/node_modules/' + name + '/')) throw new Error('importing respite loads ' + name);
    console.log('lean');`,
  );
  expect('importing loads nothing that may not be needed', run('node', ['lazy.cjs']), 'lean');

  write(
    'modules.cjs',
    `const { createApp, memoryModule, MemoryStore, resourcesModule, ResourceStore } = require('respite');
    (async () => {
      const modules = [memoryModule, resourcesModule];
      const app = await createApp({ config: { mode: 'standalone' }, modules, configFile: false, env: {} }).start();
      const key = { project: 'p', type: 't', id: 'i' };
      await app.get(ResourceStore).put(key, await app.get(MemoryStore).append('c', ['hello'], { tokens: 1 }));
      console.log('kept', JSON.stringify((await app.get(ResourceStore).get(key)).value));
      await app.stop();
    })();`,
  );
  expect('the modules and their scripts', run('node', ['modules.cjs']), 'kept {"messages":1,"tokens":1}');

  expect(
    'the command line',
    run('npx', ['--no-install', 'respite', 'config', 'show', '--set', 'redis.db=3']),
    'redis.db',
  );
  console.log(`packed ${(packed.size / 1024).toFixed(0)} kB, ${packed.entryCount} files`);
} finally {
  rmSync(project, { recursive: true, force: true });
}
