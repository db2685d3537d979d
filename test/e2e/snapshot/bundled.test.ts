import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { nodeFileTrace } from '@vercel/nft';
import { build, type BuildOptions } from 'esbuild';
import { removeTemporaryPaths, temporaryPath } from '../../support/temporary-path';

afterAll(removeTemporaryPaths);

const ROOT = join(__dirname, '../../..');
const ADDON = `@lmdb/lmdb-${process.platform}-${process.arch}`;

/** Counts its runs under a lock, and says what went wrong. */
const HOST = `
import { join } from 'node:path';
import { CacheBackend, createApp, LockManager, locksModule } from 'respite';
async function main() {
  const persistence = { enabled: process.argv[3] !== 'memory', data_dir: process.argv[2] };
  const config = { mode: 'standalone', redis: { standalone: { persistence } }, log: { level: 'silent' } };
  const app = await createApp({ configFile: false, env: {}, config, modules: [locksModule] }).start();
  const lock = await app.get(LockManager).acquire('runs');
  console.log('run', await app.get(CacheBackend).client.incr('runs'));
  await lock.release();
  await app.stop();
}
main().catch((error) => console.log(error.code, error.message));
`;

/** A worker and a reader of the application's own: nothing that we would start. */
const FOREIGN = "require('node:worker_threads').parentPort?.on('message', () => undefined);";

/** What is installed beside the bundle; symbolic links, where nothing is removed of it. */
interface Folder {
  readonly directory: string;
  /** The program that was built. */
  readonly main: string;
}

function run({ directory, main }: Folder, ...args: string[]): string {
  const { stdout, stderr } = spawnSync(process.execPath, [join(directory, main), join(directory, 'data'), ...args], {
    encoding: 'utf8',
    cwd: directory,
  });
  return stdout + stderr;
}

/** A folder with the host's source and its packages, as `npm install` leaves them. */
async function project(): Promise<string> {
  const directory = await temporaryPath();
  const modules = join(directory, 'node_modules');
  mkdirSync(modules, { recursive: true });
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.') && !['lmdb', '@lmdb', 'respite'].includes(name))
      symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  for (const name of ['lmdb', ADDON])
    cpSync(join(ROOT, 'node_modules', name), join(modules, name), { recursive: true });
  const respite = join(modules, 'respite');
  cpSync(join(ROOT, 'dist'), join(respite, 'dist'), {
    recursive: true,
    filter: (path) => !/dist.(types|internal)/.test(path),
  });
  cpSync(join(ROOT, 'package.json'), join(respite, 'package.json'));
  writeFileSync(join(directory, 'host.mjs'), HOST);
  return directory;
}

type Bundler = 'esbuild, CommonJS' | 'esbuild, ESM';

const BUNDLERS: Readonly<Record<Bundler, BuildOptions>> = {
  'esbuild, CommonJS': { format: 'cjs', outfile: 'out/main.cjs' },
  // Such a bundle needs a `require` for what is CommonJS in it, ours or not: docs/guides/bundling.md.
  'esbuild, ESM': {
    format: 'esm',
    outfile: 'out/main.mjs',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  },
};

async function bundled(bundler: Bundler): Promise<Folder> {
  const directory = await project();
  const { outfile = '', ...options } = BUNDLERS[bundler];
  const { warnings } = await build({
    ...options,
    outfile: join(directory, outfile),
    entryPoints: [join(directory, 'host.mjs')],
    bundle: true,
    platform: 'node',
    logLevel: 'silent',
  });
  expect(warnings).toEqual([]);
  // Nothing of ours, and of what else was bundled, is found any more.
  for (const name of ['respite', 'ioredis']) rmSync(join(directory, 'node_modules', name), { recursive: true });
  return { directory, main: outfile };
}

describe.each(Object.keys(BUNDLERS) as Bundler[])('an application bundled by %s', (bundler) => {
  it('keeps its data, also beside a worker and a reader of its own', async () => {
    const host = await bundled(bundler);
    for (const name of ['worker.js', 'reader.js']) writeFileSync(join(host.directory, 'out', name), FOREIGN);
    expect(run(host)).toBe('run 1\n');
    expect(run(host)).toBe('run 2\n');
  });

  it.each(['lmdb', '@lmdb'])('is refused at the start without %s, and told what to do', async (missing) => {
    const host = await bundled(bundler);
    rmSync(join(host.directory, 'node_modules', missing), { recursive: true });
    const output = run(host);
    expect(output).toMatch(/^SNAPSHOT_BUILD_MISSING /);
    expect(output).toContain("external: ['lmdb']");
    expect(existsSync(join(host.directory, 'data'))).toBe(false);
    expect(run(host, 'memory')).toBe('run 1\n');
  });
});

describe('an application whose files were traced', () => {
  async function traced(): Promise<Folder> {
    const main = join(await project(), 'host.mjs');
    const { fileList } = await nodeFileTrace([main], { base: '/' });
    const elsewhere = await temporaryPath();
    for (const file of fileList) {
      const [from, to] = [join('/', file), join(elsewhere, file)];
      mkdirSync(dirname(to), { recursive: true });
      if (lstatSync(from).isSymbolicLink()) symlinkSync(join(elsewhere, realpathSync(from)), to);
      else cpSync(from, to);
    }
    return { directory: join(elsewhere, dirname(main)), main: basename(main) };
  }

  it('keeps its data', async () => {
    const host = await traced();
    expect(run(host)).toBe('run 1\n');
    expect(run(host)).toBe('run 2\n');
  });

  it.each(['lmdb', '@lmdb'])('is refused at the start without %s', async (missing) => {
    const host = await traced();
    rmSync(join(host.directory, 'node_modules', missing), { recursive: true, force: true });
    expect(run(host)).toMatch(/^SNAPSHOT_BUILD_MISSING /);
    expect(existsSync(join(host.directory, 'data'))).toBe(false);
  });
});
