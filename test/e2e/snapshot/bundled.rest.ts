import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { nodeFileTrace } from '@vercel/nft';
import { build, type BuildOptions } from 'esbuild';
import { type Configuration, webpack } from 'webpack';
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

/** What Node looks for in its own file. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

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

/** A way to make one file of `host.mjs` in a folder. */
interface Bundler {
  /** The file, in that folder. */
  readonly outfile: string;
  /** @returns what it warned of */
  build(directory: string): Promise<readonly unknown[]>;
}

function byEsbuild(outfile: string, options: BuildOptions): Bundler {
  return {
    outfile,
    async build(directory) {
      const { warnings } = await build({
        ...options,
        outfile: join(directory, outfile),
        entryPoints: [join(directory, 'host.mjs')],
        bundle: true,
        platform: 'node',
        logLevel: 'silent',
      });
      return warnings;
    },
  };
}

/** Its `require` of Lua finds modules by names that only a script knows; we run none that has it. */
const FENGARI = /fengari.src.loadlib/;

const webpackBundler: Bundler = {
  outfile: 'out/main.cjs',
  build(directory) {
    const config: Configuration = {
      context: directory,
      entry: join(directory, 'host.mjs'),
      target: 'node',
      mode: 'production',
      // What it is called does not matter to us; making names short takes half a minute.
      optimization: { minimize: false },
      output: { path: join(directory, 'out'), filename: 'main.cjs' },
    };
    return new Promise((resolve, reject) => {
      webpack(config, (error, stats) => {
        const { errors = [], warnings = [] } = stats?.toJson({ all: false, errors: true, warnings: true }) ?? {};
        if (error) reject(error);
        else resolve([...errors, ...warnings.filter(({ moduleName }) => !FENGARI.test(moduleName ?? ''))]);
      });
    });
  },
};

const BUNDLERS: Readonly<Record<string, Bundler>> = {
  'esbuild, CommonJS': byEsbuild('out/main.cjs', { format: 'cjs' }),
  // Such a bundle needs a `require` for what is CommonJS in it, ours or not: docs/guides/bundling.md.
  'esbuild, ESM': byEsbuild('out/main.mjs', {
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  }),
  webpack: webpackBundler,
  ncc: {
    outfile: 'out/index.mjs',
    build(directory) {
      const ncc = require.resolve('@vercel/ncc/dist/ncc/cli.js');
      const { status, stderr } = spawnSync(process.execPath, [ncc, 'build', 'host.mjs', '-o', 'out', '-q'], {
        cwd: directory,
        encoding: 'utf8',
      });
      return Promise.resolve(status === 0 ? [] : [stderr]);
    },
  },
};

async function bundled(name: string): Promise<Folder> {
  const directory = await project();
  const bundler = BUNDLERS[name];
  expect(await bundler?.build(directory)).toEqual([]);
  // Nothing of ours, and of what else was bundled, is found any more.
  for (const gone of ['respite', 'ioredis']) rmSync(join(directory, 'node_modules', gone), { recursive: true });
  return { directory, main: bundler?.outfile ?? '' };
}

describe.each(Object.keys(BUNDLERS))('an application bundled by %s', (name) => {
  let host: Folder;
  beforeAll(async () => {
    host = await bundled(name);
  });

  it('keeps its data, also beside a worker and a reader of its own', () => {
    for (const file of ['worker.js', 'reader.js']) writeFileSync(join(host.directory, 'out', file), FOREIGN);
    expect(run(host)).toBe('run 1\n');
    expect(run(host)).toBe('run 2\n');
  });

  it.each(['lmdb', '@lmdb'])('is refused at the start without %s, and told what to do', (missing) => {
    const modules = join(host.directory, 'node_modules');
    rmSync(join(host.directory, 'data'), { recursive: true, force: true });
    renameSync(join(modules, missing), join(host.directory, 'away'));
    const output = run(host);
    expect(output).toMatch(/^SNAPSHOT_BUILD_MISSING /);
    expect(output).toContain("external: ['lmdb']");
    expect(existsSync(join(host.directory, 'data'))).toBe(false);
    expect(run(host, 'memory')).toBe('run 1\n');
    renameSync(join(host.directory, 'away'), join(modules, missing));
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

describe('an application that is a single executable', () => {
  /** As Node's documentation has it: a copy of Node, with the bundle in it. */
  async function executable(): Promise<Folder> {
    const directory = await project();
    expect(await byEsbuild('main.cjs', { format: 'cjs' }).build(directory)).toEqual([]);
    const files = { main: 'main.cjs', output: 'host.blob', disableExperimentalSEAWarning: true };
    writeFileSync(join(directory, 'sea.json'), JSON.stringify(files));
    const node = (...args: string[]): void => {
      const { status, stderr } = spawnSync(process.execPath, args, { cwd: directory, encoding: 'utf8' });
      expect({ status, stderr }).toMatchObject({ status: 0 });
    };
    node('--experimental-sea-config', 'sea.json');
    copyFileSync(process.execPath, join(directory, 'host'));
    const postject = require.resolve('postject/dist/cli.js');
    node(postject, 'host', 'NODE_SEA_BLOB', 'host.blob', '--sentinel-fuse', FUSE);
    return { directory, main: 'host' };
  }

  it('runs in memory, and is refused at the start with data on disk', async () => {
    const { directory, main } = await executable();
    const started = (...args: string[]): string =>
      spawnSync(join(directory, main), ['data', ...args], { cwd: directory, encoding: 'utf8' }).stdout;
    expect(started('memory')).toBe('run 1\n');
    expect(started()).toMatch(/^SNAPSHOT_BUILD_MISSING .*single executable application/);
    expect(existsSync(join(directory, 'data'))).toBe(false);
  });
});
