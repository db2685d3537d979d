import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import manifest from '../../../package.json';
import { type RedisServer, startRedisServer } from '../../support/redis-server';
import { installPacked, removePacked } from '../examples/packed';
import { proseOf } from './blocks';
import { follow } from './follow';
import { RECIPES } from './run-recipes';

/** Recipes for frameworks that are too large to be installed here (the Workflow SDK has 500 MB), from the packed package, in both modes. */

let server: RedisServer;
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(async () => {
  await server.stop();
  removePacked();
});

describe.each(['Workflow SDK', 'Mastra'])('%s', (section) => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'respite-framework-'));
    const { ioredis, redis } = manifest.devDependencies;
    await installPacked(folder, [...named(section), `ioredis@${ioredis}`, `redis@${redis}`]);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.each(['standalone', 'distributed'])('runs in %s mode, by configuration alone', async (mode) => {
    const env = {
      RESPITE_MODE: mode,
      RESPITE_REDIS_ADDR: `127.0.0.1:${String(server.port)}`,
      RESPITE_LOG_LEVEL: 'error',
    };
    expect(await follow(RECIPES, { cwd: folder, env, section })).toBe(1);
  });
});

/** The packages that the first lines of a section name with their versions. */
function named(section: string): string[] {
  const packages = proseOf(RECIPES, section).matchAll(/(@?[a-z][\w/-]*) (\d+\.\d+\.\d+(?:-[\w.]*\w)?)/g);
  return [...packages].map(([, name = '', version = '']) => `${name}@${version}`);
}
