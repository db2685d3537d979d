import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type RedisServer, startRedisServer } from '../../support/redis-server';
import { blocks, blocksOf } from './blocks';
import { Served } from './served';

/** The page whose programs run in both modes. */
export const RECIPES = 'docs/guides/recipes.md';

const run = promisify(execFile);
const quiet = { ...process.env, RESPITE_LOG_LEVEL: 'error' };
/** Programs of one file; those of several say what each is called, and have commands or a test of their own. */
const programs = blocks('js').filter(([where, { code }]) => where.startsWith(RECIPES) && !code.startsWith('// '));
const vitest = blocksOf(RECIPES, 'Vitest').filter(({ language }) => language === 'ts');

/** A folder of somebody's, and a server. */
export interface RecipeProject {
  readonly folder: string;
  readonly server: RedisServer;
}

/**
 * Declares the tests that run the recipes in both modes, by configuration alone, in a folder in which `prepare` puts respite
 * and the libraries.
 */
export function runRecipes(prepare: (folder: string) => Promise<void>): () => RecipeProject {
  let folder: string;
  let server: RedisServer;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'respite-recipes-'));
    server = await startRedisServer();
    await prepare(folder);
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  async function output(code: string, env: NodeJS.ProcessEnv): Promise<string> {
    writeFileSync(join(folder, 'program.mjs'), code);
    return (await run(process.execPath, ['program.mjs'], { cwd: folder, env })).stdout;
  }

  describe.each(['standalone', 'distributed'])('%s', (mode) => {
    it.each(programs)('the program in %s runs and prints what it says', async (_, { code, output: said }) => {
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
    const instance = new Served(`exec "${process.execPath}" node_modules/respite/dist/cli.js --name tools --port 0`, {
      cwd: folder,
      env: { ...quiet, XDG_DATA_HOME: folder },
    });
    try {
      const [, url = ''] = /^REDIS_URL=(\S+)$/m.exec(await instance.ready) ?? [];
      for (const REDIS_URL of [url, `redis://127.0.0.1:${String(server.port)}`])
        expect(await output(program, { ...quiet, REDIS_URL })).toBe('hello\n');
    } finally {
      await instance.stop();
    }
  });

  it('the tests for Vitest pass', async () => {
    for (const { code } of vitest) writeFileSync(join(folder, /^\/\/ (\S+)\n/.exec(code)?.[1] ?? ''), code);
    const config = "export default { test: { setupFiles: ['./redis.setup.ts'], root: '.' } };";
    writeFileSync(join(folder, 'vitest.config.mjs'), config);
    const args = ['node_modules/vitest/vitest.mjs', 'run', '--no-color'];
    const { stdout } = await run(process.execPath, args, { cwd: folder, env: quiet });
    expect(stdout).toMatch(/Tests +2 passed/);
  });

  return () => ({ folder, server });
}
