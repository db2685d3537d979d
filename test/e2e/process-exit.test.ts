import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ENTRY = JSON.stringify(join(__dirname, '../../dist'));

/** Runs a program that has `createApp` and `CacheBackend` at hand. */
function run(program: string): { readonly code: Promise<number | null>; readonly line: Promise<string>; kill(): void } {
  const options = "{ config: { mode: 'standalone', log: { level: 'silent' } }, configFile: false, env: {} }";
  const source = `const { createApp, CacheBackend } = require(${ENTRY});
    (async () => { const app = createApp(${options}); ${program} })();`;
  const child = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
  return {
    code: once(child, 'close').then(([code]: (number | null)[]) => code ?? null),
    line: once(child.stdout.setEncoding('utf8'), 'data').then(([text]: string[]) => (text ?? '').trim()),
    kill: () => void child.kill('SIGKILL'),
  };
}

describe('FR-14: nothing is left open', () => {
  it('a process that starts, works and stops the application ends by itself', async () => {
    const { code, line } = run(`
      await app.start();
      const backend = app.get(CacheBackend);
      await backend.client.set('key', 'value', 'PX', 60000);
      const subscriber = backend.connection('subscriber');
      await subscriber.subscribe('news');
      backend.connection('blocking').blpop('queue', 0).catch(() => undefined);
      console.log(await backend.client.get('key'));
      await app.stop();`);
    expect(await line).toBe('value');
    expect(await code).toBe(0);
  });

  it.each(['redis', 'redis5'])('nor by a client of node-redis that nobody closes (%s)', async (nodeRedis) => {
    const { code, line } = run(`
      const { createClient } = require(${JSON.stringify(join(__dirname, '../../node_modules'))} + '/${nodeRedis}');
      await app.start();
      const client = createClient(await app.get(CacheBackend).nodeRedisOptions());
      client.on('error', () => undefined);
      await client.connect();
      await client.duplicate().on('error', () => undefined).connect();
      console.log(await client.ping());
      await app.stop();`);
    expect(await line).toBe('PONG');
    expect(await code).toBe(0);
  });

  it('a process whose application was never started ends by itself', async () => {
    expect(await run('app.config.mode;').code).toBe(0);
  });

  it('a process that waits on a client stays alive, and gets its reply', async () => {
    const { code, line } = run(`
      await app.start();
      const backend = app.get(CacheBackend);
      backend.connection('blocking').blpop('queue', 0.5).then(async (reply) => {
        console.log(reply === null ? 'waited' : 'popped');
        await app.stop();
      });`);
    expect(await line).toBe('waited');
    expect(await code).toBe(0);
  });
});
