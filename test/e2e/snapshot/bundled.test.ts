import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeBundle } from '../../support/bundle';
import { removeTemporaryPaths, temporaryPath } from '../../support/temporary-path';

afterAll(removeTemporaryPaths);

const ROOT = join(__dirname, '../../..');
const STORE = 'dist/modules/snapshot/store';

/** Starts an application, writes a key, takes a snapshot, and says how that went. */
const program = (enabled: boolean): string => `
(async () => {
  const { CacheBackend, createApp, SnapshotManager } = respite;
  const persistence = { enabled: ${String(enabled)}, data_dir: require('node:path').join(__dirname, 'data') };
  const config = { mode: 'standalone', redis: { standalone: { persistence } }, log: { level: 'silent' } };
  const app = await createApp({ configFile: false, env: {}, config }).start();
  await app.get(CacheBackend).client.set('a', '1');
  const result = await app.get(SnapshotManager)?.snapshotNow();
  await app.stop();
  console.log('written', result?.written ?? 'nowhere');
})().catch((error) => console.log(error.code, error.message));
`;

function run(file: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8', timeout: 60_000 });
  return stdout + stderr;
}

const FOREIGN = "require('node:worker_threads').parentPort?.on('message', () => undefined);";

describe('a bundled application', () => {
  it.each<[string, (directory: string) => void]>([
    ['with nothing beside the bundle', () => undefined],
    [
      'with a worker and a reader of its own',
      (directory) => {
        for (const name of ['worker.js', 'reader.js']) writeFileSync(join(directory, name), FOREIGN);
      },
    ],
    [
      'whose worker and reader are bundles with all of us in them',
      (directory) => {
        for (const name of ['worker.js', 'reader.js']) writeBundle(join(directory, name), FOREIGN);
      },
    ],
    [
      'with files of ours of another version',
      (directory) => {
        for (const name of ['worker.js', 'reader.js']) {
          const ours = readFileSync(join(ROOT, STORE, name), 'utf8');
          writeFileSync(join(directory, name), ours.replaceAll(/(respite:snapshot:\w+\.js:)\d+/g, '$10'));
        }
      },
    ],
    [
      'with our two files alone, without what they need',
      (directory) => {
        for (const name of ['worker.js', 'reader.js']) cpSync(join(ROOT, STORE, name), join(directory, name));
      },
    ],
  ])('%s is refused at the start, and told what to do; nothing was made', async (_what, prepare) => {
    const directory = await temporaryPath();
    const bundle = join(directory, 'main.js');
    writeBundle(bundle, program(true));
    prepare(directory);
    const output = run(bundle);
    expect(output).toMatch(/^SNAPSHOT_BUILD_MISSING /);
    expect(output).toContain("external: ['respite']");
    expect(existsSync(join(directory, 'data'))).toBe(false);
  });

  it('starts without persistence', async () => {
    const bundle = join(await temporaryPath(), 'main.js');
    writeBundle(bundle, program(false));
    expect(run(bundle)).toBe('written nowhere\n');
  });
});

describe('an application whose files were copied', () => {
  /** A copy of the package with the packages it needs, as a tracer makes it. */
  async function copied(): Promise<string> {
    const directory = await temporaryPath();
    const modules = join(directory, 'node_modules');
    const respite = join(modules, 'respite');
    mkdirSync(modules, { recursive: true });
    for (const name of readdirSync(join(ROOT, 'node_modules'))) {
      if (!['lmdb', '@lmdb', 'respite'].includes(name))
        symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
    }
    for (const name of ['lmdb', `@lmdb/lmdb-${process.platform}-${process.arch}`])
      cpSync(join(ROOT, 'node_modules', name), join(modules, name), { recursive: true });
    cpSync(join(ROOT, 'dist'), join(respite, 'dist'), { recursive: true });
    for (const name of ['package.json', 'schemas']) cpSync(join(ROOT, name), join(respite, name), { recursive: true });
    writeFileSync(join(directory, 'main.js'), `const respite = require('respite');${program(true)}`);
    return directory;
  }

  it('works when all of them were', async () => {
    expect(run(join(await copied(), 'main.js'))).toBe('written 1\n');
  });

  it.each([
    `node_modules/respite/${STORE}/worker.js`,
    `node_modules/respite/${STORE}/reader.js`,
    `node_modules/respite/${STORE}/writer.js`,
    `node_modules/respite/${STORE}/environment.js`,
    'node_modules/lmdb',
    'node_modules/@lmdb',
  ])('is refused at the start without %s', async (missing) => {
    const directory = await copied();
    rmSync(join(directory, missing), { recursive: true });
    const output = run(join(directory, 'main.js'));
    expect(output).toMatch(/^SNAPSHOT_BUILD_MISSING /);
    expect(output).toContain(
      missing === 'node_modules/@lmdb' ? '@lmdb/lmdb-' : missing.split('/').at(-1)?.split('.')[0],
    );
    expect(existsSync(join(directory, 'data'))).toBe(false);
  });
});
