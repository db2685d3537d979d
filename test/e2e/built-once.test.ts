import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '../..');
const DIST = join(ROOT, 'dist');

interface Manifest {
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string } | string>>;
}
const { exports: targets } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
const subpaths = Object.entries(targets).flatMap(([name, target]) =>
  typeof target === 'string' ? [] : [[`respite${name.slice(1)}`, target] as const],
);

describe('the package is a few files, each module in one of them', () => {
  it('no source is in two files', () => {
    const places = new Map<string, string[]>();
    for (const map of readdirSync(DIST).filter((name) => name.endsWith('.js.map'))) {
      const { sources } = JSON.parse(readFileSync(join(DIST, map), 'utf8')) as { readonly sources: readonly string[] };
      for (const source of sources) places.set(source, [...(places.get(source) ?? []), map]);
    }
    expect(places.size).toBeGreaterThan(400);
    expect([...places].filter(([, files]) => files.length > 1)).toEqual([]);
  });

  it('every file that is named exists', () => {
    expect(subpaths.length).toBeGreaterThan(3);
    for (const [, { types, default: code }] of subpaths)
      for (const file of [types, code]) expect([file, existsSync(join(ROOT, file))]).toEqual([file, true]);
  });

  it('import and require of all subpaths give the same classes and engines', async () => {
    const program = `
      import { createRequire } from 'node:module';
      const require = createRequire(${JSON.stringify(join(ROOT, 'package.json'))});
      const found = {};
      for (const name of ${JSON.stringify(subpaths.map(([name]) => name))}) {
        const [imported, required] = [await import(require.resolve(name)), require(name)];
        const differing = Object.keys(imported).filter((key) => imported[key] !== required[key]);
        found[name] = differing.filter((key) => !['default', 'module.exports', '__esModule'].includes(key));
      }
      const { RespiteError } = require('respite');
      const { createEngine, engineOf } = require('respite/testing');
      const Redis = require('respite/ioredis');
      const engine = createEngine();
      const client = new Redis({ engine });
      await client.set('a', '1');
      let refused;
      try { engineOf(new (require('ioredis'))({ lazyConnect: true })); } catch (error) { refused = error; }
      console.log(JSON.stringify({
        found,
        sameRegistry: Redis.createEngine === createEngine && engineOf(client) === engine,
        sameError: refused instanceof RespiteError,
        names: [RespiteError.name, require('respite').ConfigError.name, require('respite').StartupError.name],
      }));
      client.disconnect();`;
    const args = ['--input-type=module', '-e', program];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
    expect(JSON.parse(stdout)).toEqual({
      found: Object.fromEntries(subpaths.map(([name]) => [name, []])),
      sameRegistry: true,
      sameError: true,
      names: ['RespiteError', 'ConfigError', 'StartupError'],
    });
  });

  it('until the first reply nothing of ours is loaded but what it takes', async () => {
    const program = `
      const { createApp, CacheBackend } = require(${JSON.stringify(DIST)});
      createApp({ config: { mode: 'standalone', log: { level: 'silent' } }, configFile: false, env: {} }).start().then(async (app) => {
        await app.get(CacheBackend).client.set('a', '1');
        console.log(JSON.stringify(Object.keys(require.cache).filter((file) => file.startsWith(${JSON.stringify(DIST)}))));
        await app.stop();
      });`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', program]);
    const files = (JSON.parse(stdout) as readonly string[]).map((file) => basename(file, '.js')).sort();
    // The client says who it is (CLIENT SETINFO).
    const commands = ['connection-index', 'string-index'];
    const others = ['core', 'engine', 'index', 'rolldown-runtime', 'standalone-open-backend'];
    expect(files).toEqual([...commands, ...others].sort());
  });
});
