import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import manifest from '../../../package.json';
import { freePort } from '../../support/redis-server';
import { installPacked, removePacked } from '../examples/packed';
import { blocksOf, proseOf } from './blocks';
import { follow } from './follow';
import { RECIPES, runRecipes } from './run-recipes';

/** The recipes from the packed package, in a project that has nothing but it and what the page imports. */

const [, pm2 = ''] = /^PM2 ([\d.]+)\. /.exec(proseOf(RECIPES, 'PM2')) ?? [];
/** What the page runs and does not import, in the versions it names. */
const PROGRAMS: Readonly<Record<string, string>> = { pm2 };

const run = promisify(execFile);

afterAll(removePacked);

const project = runRecipes(async (folder) => {
  await installPacked(folder, libraries());
});

/** What the page imports, in the versions that are installed here. */
function libraries(): string[] {
  const text = blocksOf(RECIPES)
    .map(({ code }) => code)
    .join('\n');
  const imported = [...text.matchAll(/from '((?:@[\w-]+\/)?[\w-]+)(?:\/[^']*)?'/g)].map(([, name]) => name ?? '');
  const versions: Readonly<Record<string, string>> = { ...manifest.devDependencies, ...PROGRAMS };
  return [...new Set([...imported, ...Object.keys(PROGRAMS)])]
    .filter((name) => name in versions)
    .map((name) => `${name}@${versions[name] ?? ''}`);
}

describe('PM2, two processes in cluster mode', () => {
  /** Runs `test` in a folder with a PM2 of its own, which it ends. */
  async function withPm2(mode: string, test: (cwd: string, env: NodeJS.ProcessEnv) => Promise<unknown>): Promise<void> {
    const { folder } = project();
    const cwd = join(folder, mode);
    mkdirSync(cwd);
    symlinkSync(join(folder, 'node_modules'), join(cwd, 'node_modules'));
    const env = { PM2_HOME: join(cwd, 'pm2') };
    try {
      await test(cwd, env);
    } finally {
      await run('npx', ['pm2', 'kill', '--silent'], { cwd, env: { ...process.env, ...env } });
    }
  }

  it('share the engine of a third, outlive its end by force, and are reloaded', () =>
    withPm2('standalone', async (cwd, env) => {
      const instead = { '3000': String(await freePort()) };
      expect(await follow(RECIPES, { cwd, env, instead, section: 'PM2' })).toBe(3);
    }));

  it('share a server, by configuration alone', () =>
    withPm2('distributed', async (cwd, env) => {
      const { server } = project();
      const instead = { '3000': String(await freePort()) };
      const REDIS_URL = `redis://127.0.0.1:${String(server.port)}/1`;
      expect(await follow(RECIPES, { cwd, env: { ...env, REDIS_URL }, instead, section: 'PM2', commands: 1 })).toBe(1);
    }));
});
