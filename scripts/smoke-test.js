/** Installs the packed package into an empty project and uses it as its users do. `node scripts/smoke-test.js` */
'use strict';
const { execFileSync } = require('node:child_process');
const { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join, resolve } = require('node:path');

const root = resolve(__dirname, '..');
const project = mkdtempSync(join(tmpdir(), 'respite-smoke-'));
const { version: ioredis } = require('ioredis/package.json');
const { version: nodeRedis } = require('redis/package.json');
const { version: jest } = require('jest/package.json');
const { version: nestjs } = require('@nestjs/common/package.json');
const oldestNestjs = require('../test/support/nestjs-10/package.json').dependencies['@nestjs/common'];
const { version: promClient } = JSON.parse(
  readFileSync(join(require.resolve('prom-client'), '../package.json'), 'utf8'),
);

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

/** Of what is committed, as it is packed in a fresh clone and by `npm install git+...`: npm builds it there. */
function packedFromClone() {
  const clone = join(project, 'clone');
  run('git', ['clone', '--quiet', '--depth', '1', `file://${root}`, clone]);
  // In place of an `npm ci` of its own.
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
  const [{ files }] = JSON.parse(run('npm', ['pack', '--json', '--dry-run'], clone));
  rmSync(clone, { recursive: true, force: true });
  return files.map(({ path }) => path).join('\n');
}

try {
  expect('a fresh clone packs a package with its code', packedFromClone(), 'dist/index.js');
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', project], root));
  write('package.json', JSON.stringify({ name: 'smoke', private: true }));
  run('npm', [
    'install',
    '--no-audit',
    '--no-fund',
    join(project, packed.filename),
    `ioredis@${ioredis}`,
    `redis@${nodeRedis}`,
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
  const nodeRedisHost = `
    const { createClient } = require('redis');
    const { closeEngines } = require('respite/redis');
    afterAll(() => closeEngines());
    test('node-redis is replaced', async () => {
      const client = await createClient({ url: 'redis://localhost:6390' }).connect();
      await client.set('greeting', 'hello');
      expect(await client.duplicate().connect().then((copy) => copy.get('greeting'))).toBe('hello');
    });`;
  write('node-redis.test.js', `jest.mock('redis', () => require('respite/redis'));${nodeRedisHost}`);
  run('npx', ['--no-install', 'jest']);
  console.log('ok  inside a CommonJS Jest host');
  write('mapped.test.js', nodeRedisHost);
  write(
    'mapped.config.js',
    `module.exports = { testMatch: ['**/mapped.test.js'], moduleNameMapper: { '^redis$': 'respite/redis' } };`,
  );
  run('npx', ['--no-install', 'jest', '--config', 'mapped.config.js']);
  rmSync(join(project, 'mapped.test.js'));
  console.log('ok  with node-redis mapped by moduleNameMapper');

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

  write(
    'node-redis.mjs',
    `import { closeEngines, createClient, defineScript } from 'respite/redis';
    const client = await createClient().connect();
    await client.set('greeting', 'hello');
    console.log('said', await client.get('greeting'), typeof defineScript);
    await closeEngines();`,
  );
  expect('respite/redis from ESM', run('node', ['node-redis.mjs']), 'said hello function');

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
    const optional = ['lmdb', 'ioredis-mock', 'commander', 'yaml', 'ioredis', 'redis', 'prom-client', '@nestjs'];
    const parts = ['testing', 'ioredis', 'redis', 'nestjs', 'engine'].map((part) => 'respite/dist/' + part + '.js');
    for (const name of [...optional.map((name) => name + '/'), ...parts])
      if (loaded.includes('/node_modules/' + name)) throw new Error('importing respite loads ' + name);
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

  const example = readFileSync(join(project, 'node_modules/respite/respite.example.yaml'), 'utf8');
  const [, schema] = /\$schema=(\S+)/.exec(example);
  expect("the example's schema, from the project it is copied to", String(existsSync(join(project, schema))), 'true');

  expect(
    'the command line',
    run('npx', ['--no-install', 'respite', 'config', 'show', '--set', 'redis.db=3']),
    'redis.db',
  );
  const metered = `
    const config = { mode: 'standalone', metrics: { enabled: true, port: 0 }, log: { level: 'silent' } };
    require('respite').createApp({ config, configFile: false, env: {} }).start().then(
      async (app) => {
        const { url } = app.get(require('respite').MetricsEndpoint);
        const [health, metrics] = await Promise.all([fetch(url + '/healthz'), fetch(url + '/metrics')]);
        console.log(health.status, metrics.status, (await metrics.text()).includes('respite_engine_keys 0'));
        await app.stop();
      },
      ({ code }) => console.log(code),
    );`;
  write('metrics.cjs', metered);
  expect('health without prom-client', run('node', ['metrics.cjs']), '200 501 false');
  const install = (...packages) => run('npm', ['install', '--no-audit', '--no-fund', ...packages]);
  const nest = (version) => [`@nestjs/common@${version}`, `@nestjs/core@${version}`];
  install(`prom-client@${promClient}`, ...nest(nestjs), 'rxjs@7', 'reflect-metadata@0.2');
  expect('metrics with prom-client', run('node', ['metrics.cjs']), '200 200 true');

  const host = `
    class Root {}
    const config = { mode: 'standalone' };
    Module({ imports: [RespiteModule.forRoot({ config, configFile: false, env: {} })] })(Root);
    const nest = await NestFactory.createApplicationContext(Root, { logger: false });
    const { client } = nest.get(CacheBackend.id);
    await client.set('greeting', 'hello');
    const said = await client.get('greeting');
    await nest.close();
  `;
  write(
    'nest.test.js',
    `const { Module } = require('@nestjs/common');
    const { NestFactory } = require('@nestjs/core');
    const { CacheBackend } = require('respite');
    const { RespiteModule } = require('respite/nestjs');
    test('Nest', async () => {${host}\n  expect(said).toBe('hello');\n});`,
  );
  for (const version of [nestjs, oldestNestjs]) {
    install(...nest(version));
    run('npx', ['--no-install', 'jest', 'nest.test.js']);
    console.log(`ok  respite/nestjs in Nest ${version}, inside a CommonJS Jest host`);
  }
  install(...nest('12'));
  write(
    'nest.mjs',
    `import { Module } from '@nestjs/common';
    import { NestFactory } from '@nestjs/core';
    import { CacheBackend } from 'respite';
    import { RespiteModule } from 'respite/nestjs';
    ${host}\nconsole.log('said', said);`,
  );
  expect('respite/nestjs in Nest 12, which is ESM', run('node', ['nest.mjs']), 'said hello');
  console.log(`packed ${(packed.size / 1024).toFixed(0)} kB, ${packed.entryCount} files`);
} finally {
  rmSync(project, { recursive: true, force: true });
}
