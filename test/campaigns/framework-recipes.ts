import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import manifest from '../../package.json';
import { proseOf } from '../e2e/docs/blocks';
import { follow } from '../e2e/docs/follow';
import { RECIPES } from '../e2e/docs/run-recipes';
import { installPacked, removePacked } from '../e2e/examples/packed';
import { startRedisServer } from '../support/redis-server';
import type { Campaign } from './campaign';

const SECTIONS = ['Workflow SDK', 'Mastra'];

/** Recipes for frameworks that are large to install (the Workflow SDK has 500 MB), from the packed package, in both modes. */
export const campaign: Campaign = {
  name: 'framework-recipes',
  defaultSize: 1,
  unit: 'times each recipe in both modes',
  async run({ size }) {
    const server = await startRedisServer();
    const failures: string[] = [];
    try {
      for (const section of SECTIONS) failures.push(...(await followInBothModes(section, server.port, size)));
    } finally {
      await server.stop();
      removePacked();
    }
    return { recipes: SECTIONS, failures };
  },
};

async function followInBothModes(section: string, port: number, times: number): Promise<string[]> {
  const cwd = mkdtempSync(join(tmpdir(), 'respite-framework-'));
  try {
    const { ioredis, redis } = manifest.devDependencies;
    await installPacked(cwd, [...named(section), `ioredis@${ioredis}`, `redis@${redis}`]);
    const failures: string[] = [];
    for (let n = 0; n < times; n++)
      for (const RESPITE_MODE of ['standalone', 'distributed']) {
        const env = { RESPITE_MODE, RESPITE_REDIS_ADDR: `127.0.0.1:${String(port)}`, RESPITE_LOG_LEVEL: 'error' };
        const followed = await follow(RECIPES, { cwd, env, section });
        if (followed !== 1) failures.push(`${section}, ${RESPITE_MODE}: ${String(followed)} programs were run`);
      }
    return failures;
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

/** The packages that the first lines of a section name with their versions. */
function named(section: string): string[] {
  const packages = proseOf(RECIPES, section).matchAll(/(@?[a-z][\w/-]*) (\d+\.\d+\.\d+(?:-[\w.]*\w)?)/g);
  return [...packages].map(([, name = '', version = '']) => `${name}@${version}`);
}
