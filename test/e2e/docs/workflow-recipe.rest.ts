import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import manifest from '../../../package.json';
import { type RedisServer, startRedisServer } from '../../support/redis-server';
import { installPacked, removePacked } from '../examples/packed';
import { follow } from './follow';
import { RECIPES } from './run-recipes';

/** The recipe for the Workflow SDK, from the packed package, in both modes. Apart from the others: it brings 500 MB. */

const page = readFileSync(join(__dirname, '../../..', RECIPES), 'utf8');
const [, workflow = '', world = ''] = /^workflow (\S+) with @workflow-worlds\/redis (\d+\.\d+\.\d+)/m.exec(page) ?? [];
const { ioredis, redis } = manifest.devDependencies;

let folder: string;
let server: RedisServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'respite-workflow-'));
  server = await startRedisServer();
  const libraries = { workflow, '@workflow-worlds/redis': world, ioredis, redis };
  await installPacked(
    folder,
    Object.entries(libraries).map(([name, version]) => `${name}@${version}`),
  );
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
  removePacked();
});

it.each(['standalone', 'distributed'])('a workflow runs in %s mode, by configuration alone', async (mode) => {
  const env = {
    RESPITE_MODE: mode,
    RESPITE_REDIS_ADDR: `127.0.0.1:${String(server.port)}`,
    RESPITE_LOG_LEVEL: 'error',
  };
  expect(await follow(RECIPES, { cwd: folder, env, section: 'Workflow SDK' })).toBe(1);
});
