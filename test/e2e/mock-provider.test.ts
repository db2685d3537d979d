import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');

/** A project that has respite installed, and everything else but `missing`. */
function projectWithout(missing: string): string {
  const project = mkdtempSync(join(tmpdir(), 'respite-project-'));
  const modules = join(project, 'node_modules');
  mkdirSync(join(modules, 'respite'), { recursive: true });
  for (const part of ['dist', 'package.json']) {
    cpSync(join(root, part), join(modules, 'respite', part), { recursive: true });
  }
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== missing) symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  return project;
}

/** What happens to be installed above the project does not help it. */
const ALONE = `const Module = require('node:module');
  const pathsOf = Module._nodeModulePaths;
  const above = ${JSON.stringify(join(tmpdir(), 'node_modules'))};
  Module._nodeModulePaths = (from) => pathsOf(from).filter((path) => path !== above);`;

async function run(cwd: string, source: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', ALONE + source], { cwd });
  return JSON.parse(stdout);
}

describe('ioredis-mock, an optional peer', () => {
  let project: string;
  beforeAll(() => {
    project = projectWithout('ioredis-mock');
  });
  afterAll(() => {
    rmSync(project, { recursive: true });
  });

  it('is not loaded by respite until it is asked for', async () => {
    const loaded = await run(
      root,
      `const { createApp } = require('respite');
      const loaded = () => Object.keys(require.cache).some((file) => file.includes('ioredis-mock'));
      const config = (provider) => ({ config: { mode: 'standalone', redis: { provider } }, configFile: false, env: {} });
      (async () => {
        const answers = [loaded()];
        for (const provider of ['', 'mock']) {
          const app = await createApp(config(provider)).start();
          answers.push(loaded());
          await app.stop();
        }
        console.log(JSON.stringify(answers));
      })();`,
    );
    expect(loaded).toEqual([false, false, true]);
  });

  it('fails the start with PEER_NOT_INSTALLED, naming the command, when it is missing; the engine needs none', async () => {
    const outcome = await run(
      project,
      `const { createApp } = require('respite');
      const config = (provider) => ({ config: { mode: 'standalone', redis: { provider } }, configFile: false, env: {} });
      (async () => {
        await (await createApp(config('')).start()).stop();
        const { code, message } = await createApp(config('mock')).start().catch((error) => error);
        console.log(JSON.stringify({ code, message }));
      })();`,
    );
    expect(outcome).toMatchObject({
      code: 'PEER_NOT_INSTALLED',
      message: expect.stringContaining('Run "npm install --save-dev ioredis-mock@8"'),
    });
  });
});
