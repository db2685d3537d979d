import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const DIST = join(__dirname, '../../dist');

/** Which parts of ours, and of Node, a program has loaded at its end. */
async function loadedBy(program: string): Promise<string[]> {
  const source = `const { createApp } = require(${JSON.stringify(DIST)});
    const options = { configFile: false, env: {}, config: { mode: 'standalone', log: { level: 'silent' } } };
    (async () => {
      ${program}
      const parts = {
        engine: 'dist/engine.js', collections: 'dist/engine-values.js', rdb: 'dist/engine-rdb.js', snapshots: 'dist/snapshot-',
        distributed: 'dist/distributed-', lmdb: '/lmdb/', inversify: 'inversify',
      };
      const files = Object.keys(require.cache).map((file) => file.replaceAll('\\\\', '/'));
      const loaded = Object.entries(parts).filter(([, path]) => files.some((file) => file.includes(path)));
      // A file of ours names the sources it is made of.
      const ours = files.filter((file) => file.includes('/dist/')).map((file) => require('node:fs').readFileSync(file, 'utf8'));
      if (ours.some((text) => text.includes('\\n// src/modules/migration/'))) loaded.push(['migration']);
      if (process.moduleLoadList.includes('NativeModule http')) loaded.push(['http']);
      console.log(JSON.stringify(loaded.map(([name]) => name)));
    })();`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', source]);
  return JSON.parse(stdout) as string[]; // the program's own words
}

describe('what an application does not use is not loaded', () => {
  it('no backend when it is only imported', async () => {
    expect(await loadedBy('')).toEqual([]);
  });

  it('the engine alone, in standalone mode without persistence and metrics', async () => {
    expect(await loadedBy('await (await createApp(options).start()).stop();')).toEqual(['engine']);
  });

  it('nothing that moves data, where it is kept', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'respite-loading-'));
    const program = `options.config.redis = { standalone: { persistence: { enabled: true, data_dir: ${JSON.stringify(folder)} } } };
      await (await createApp(options).start()).stop();`;
    try {
      expect(await loadedBy(program)).toEqual(['engine', 'collections', 'rdb', 'snapshots', 'http']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('inversify as well, where a module is made of what others provide', async () => {
    const program = `const { memoryModule } = require(${JSON.stringify(DIST)});
      await (await createApp({ ...options, modules: [memoryModule] }).start()).stop();`;
    expect(await loadedBy(program)).toEqual(['engine', 'inversify']);
  });
});
