import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startCommand } from '../../support/cli';
import { type RedisServer, startRedisServer } from '../../support/redis-server';
import { blocks } from './blocks';

/** The programs of docs/guides/recipes.md, in both modes, by configuration alone. */

const root = join(__dirname, '../../..');
const run = promisify(execFile);
const recipes = (language: string) => blocks(language).filter(([where]) => where.startsWith('docs/guides/recipes.md'));

let project: string;
let server: RedisServer;
beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'respite-recipes-'));
  mkdirSync(join(project, 'node_modules'));
  for (const name of readdirSync(join(root, 'node_modules')))
    if (!name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
  symlinkSync(root, join(project, 'node_modules/respite'));
  server = await startRedisServer();
});
afterAll(async () => {
  await server.stop();
  rmSync(project, { recursive: true });
});

const quiet = { ...process.env, RESPITE_LOG_LEVEL: 'error' };

async function output(code: string, env: NodeJS.ProcessEnv): Promise<string> {
  writeFileSync(join(project, 'program.mjs'), code);
  const { stdout } = await run(process.execPath, ['program.mjs'], { cwd: project, env });
  return stdout;
}

describe.each(['standalone', 'distributed'])('%s', (mode) => {
  it.each(recipes('js'))('the program in %s runs and prints what it says', async (_, { code, output: said }) => {
    const env = { ...quiet, RESPITE_MODE: mode, RESPITE_REDIS_ADDR: `127.0.0.1:${String(server.port)}` };
    expect(await output(code, env)).toBe(said);
  });
});

it('a program that only takes a REDIS_URL runs on an instance, and on a server', async () => {
  const program = `
    import { Redis } from 'ioredis';
    import { createClient } from 'redis';
    const client = await createClient({ url: process.env.REDIS_URL }).connect();
    await client.set('greeting', 'hello');
    const other = new Redis(process.env.REDIS_URL);
    console.log(await other.get('greeting'));
    await Promise.all([client.close(), other.quit()]);`;
  const instance = startCommand(['--name', 'tools', '--port', '0'], {
    cwd: project,
    env: { XDG_DATA_HOME: project, RESPITE_LOG_LEVEL: 'error' },
  });
  const line = await instance.line((text) => text.startsWith('REDIS_URL='));
  for (const url of [line.slice('REDIS_URL='.length), `redis://127.0.0.1:${String(server.port)}`])
    expect(await output(program, { ...quiet, REDIS_URL: url })).toBe('hello\n');
  instance.process.kill('SIGTERM');
  expect(await instance.ended).toMatchObject({ code: 0 });
});

it('the tests for Vitest pass', async () => {
  for (const [, { code }] of recipes('ts')) {
    const [, name = ''] = /^\/\/ (\S+)\n/.exec(code) ?? [];
    writeFileSync(join(project, name), code);
  }
  const config = "export default { test: { setupFiles: ['./redis.setup.ts'], root: '.' } };";
  writeFileSync(join(project, 'vitest.config.mjs'), config);
  const { stdout } = await run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--no-color'], {
    cwd: project,
    env: quiet,
  });
  expect(stdout).toMatch(/Tests +2 passed/);
});
