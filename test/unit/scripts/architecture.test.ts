import { spawnSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { removeTemporaryPaths, temporaryPath } from '../../support/temporary-path';

afterAll(removeTemporaryPaths);

const SCRIPT = join(__dirname, '../../../scripts/architecture.js');

/** Files and what they import, by path. */
type Imports = Readonly<Record<string, readonly string[]>>;

const EMPTY_PAGE = ['house', 'engine'].map((name) => `<!-- picture: ${name} -->\n<!-- /picture -->\n`).join('\n');

/** Runs the script. @returns what it complained of, line by line, after its exit code */
function architecture(...args: string[]): unknown[] {
  const { status, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8' });
  return [status, ...stderr.split('\n').filter((line) => line !== '')];
}

/** A page and a graph of their own, in the form of dependency-cruiser. */
async function drawnFrom(imports: Imports, page = EMPTY_PAGE): Promise<{ page: string; args: string[] }> {
  const directory = await temporaryPath();
  await mkdir(directory);
  const modules = Object.entries(imports).map(([source, targets]) => ({
    source,
    dependencies: targets.map((target) => ({
      resolved: target.replace(' as type', ''),
      dependencyTypes: target.endsWith(' as type') ? ['local', 'type-only'] : ['local'],
    })),
  }));
  const paths = { graph: join(directory, 'graph.json'), page: join(directory, 'page.md') };
  await writeFile(paths.graph, JSON.stringify({ modules }));
  await writeFile(paths.page, page);
  return { page: paths.page, args: ['--graph', paths.graph, '--page', paths.page] };
}

const SOUND: Imports = {
  'src/errors/index.ts': [],
  'src/config/index.ts': ['src/errors/index.ts', 'src/config/schema.ts', 'node_modules/convict/index.js'],
  'src/config/schema.ts': [],
  'src/container/index.ts': ['src/config/index.ts as type', 'src/errors/index.ts as type', 'src/errors/index.ts'],
};

it('draws rooms on their floors, an arrow for all imports from one to another, dotted when all are of types', async () => {
  const { page, args } = await drawnFrom(SOUND);
  expect(architecture(...args)).toEqual([0]);
  const drawn = await readFile(page, 'utf8');
  const lines = drawn.split('\n').map((line) => line.trim());
  expect(lines.filter((line) => line.includes('>') && !line.startsWith('<'))).toEqual([
    'r_config --> r_errors',
    'r_container -.-> r_config',
    'r_container --> r_errors',
  ]);
  expect(lines.filter((line) => line.startsWith('r_') && line.includes('['))).toEqual([
    'r_container["container"]',
    'r_config["config"]',
    'r_errors["errors"]',
  ]);
  expect(architecture('--check', ...args)).toEqual([0]);
});

it('finds a picture that is stale, and writes nothing when it checks', async () => {
  const { page, args } = await drawnFrom(SOUND);
  architecture(...args);
  const stale = (await readFile(page, 'utf8')).replace('  r_config --> r_errors\n', '');
  await writeFile(page, stale);
  expect(architecture('--check', ...args)).toEqual([1, expect.stringContaining('stale')]);
  expect(await readFile(page, 'utf8')).toBe(stale);
});

it.each([
  ['up', { 'src/config/index.ts': ['src/container/index.ts as type'] }, 'config may not import container'],
  ['within a floor', { 'src/engine/index.ts': ['src/errors/index.ts'] }, 'engine may not import errors'],
  [
    'up in the engine',
    { 'src/engine/values/x.ts': ['src/engine/keyspace/x.ts as type'] },
    'values may not import keyspace',
  ],
  [
    'from a room of the engine nobody listed',
    { 'src/engine/helpers/x.ts': [] },
    'src/engine/helpers/x.ts is in no room',
  ],
  ['from a room nobody listed', { 'src/helpers/x.ts': [] }, 'src/helpers/x.ts is in no room'],
  ['from a module nobody listed', { 'src/modules/unlisted/x.ts': [] }, 'src/modules/unlisted/x.ts is in no room'],
])('refuses an arrow %s', async (_which, imports: Imports, complaint) => {
  const { args } = await drawnFrom({ 'src/container/index.ts': [], 'src/errors/index.ts': [], ...imports });
  expect(architecture(...args)).toEqual([1, expect.stringContaining(complaint)]);
});

it('finds names of files that are not there', async () => {
  const { args } = await drawnFrom(SOUND, `${EMPTY_PAGE}\n\`src/index.ts\` and \`src/store/index.ts\``);
  expect(architecture(...args)).toEqual([1, expect.stringContaining('src/store/index.ts, which is not there')]);
});
