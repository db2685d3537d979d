import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, startRedisServer } from '../../support/redis-server';
import { packed, removePacked } from '../examples/packed';
import { tell } from '../../support/tell';
import { pages } from './blocks';
import { follow, type Following } from './follow';
import { Served } from './served';

/** The ways of somebody new, from a fresh clone and from the packed package: what they type, and how long it took. */

const ROOT = join(__dirname, '../../..');
const run = promisify(execFile);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'respite-new-user-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});
afterAll(removePacked);

/** Follows a page of docs/start in an empty project. */
async function start(name: string, instead: Readonly<Record<string, string>> = {}): Promise<void> {
  const cwd = join(folder, 'project');
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'package.json'), '{ "private": true }');
  const following: Following = {
    cwd,
    env: { XDG_DATA_HOME: join(folder, 'home') },
    instead: { ' respite ioredis': ` ${await packed()} ioredis@5`, ...instead },
  };
  const began = performance.now();
  expect(await follow(`docs/start/${name}.md`, following)).toBeGreaterThan(0);
  tell(`docs/start/${name}.md, from the packed package: ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

it('from a fresh clone, two commands: npm ci && npm start', async () => {
  const cwd = join(folder, 'clone');
  await run('git', ['clone', '--quiet', '--depth', '1', `file://${ROOT}`, cwd]);
  const env = {
    ...process.env,
    CI: '',
    RESPITE_REDIS_STANDALONE_LISTENER_PORT: '0',
    npm_config_prefer_offline: 'true',
  };
  const began = performance.now();
  await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd, env, maxBuffer: 1e8 });
  const served = new Served('npm start', { cwd, env });
  const [, port = ''] = /redis:\/\/127\.0\.0\.1:(\d+)/.exec(await served.ready) ?? [];
  const { stdout } = await run('redis-cli', ['-p', port, 'PING']);
  tell(`a fresh clone, until PONG: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  await served.stop();
  expect(stdout).toBe('PONG\n');
});

it('the quickstart', async () => {
  const server = await startRedisServer();
  const instead = {
    'redis.example:6379': `${server.host}:${String(server.port)}`,
    'npx respite\n': 'npx respite --port 0\n', // whoever runs these tests may need Redis' own
  };
  await start('quickstart', instead).finally(server.stop);
});

it('in tests', () => start('tests'));
it('with BullMQ', () => start('bullmq'));
it('in NestJS, with a queue', async () => start('nestjs', { '3000': String(await freePort()) }));

it('each page of docs/start has its test', () => {
  const tested = ['bullmq', 'nestjs', 'quickstart', 'tests'].map((name) => `docs/start/${name}.md`);
  expect(pages.filter((page) => page.startsWith('docs/start/'))).toEqual(tested);
});
