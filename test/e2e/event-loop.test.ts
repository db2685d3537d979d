import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { CacheBackend, createApp } from '../../src';

const standalone = { config: { mode: 'standalone', log: { level: 'silent' } }, configFile: false, env: {} } as const;
const LIBRARY = JSON.stringify(join(__dirname, '../../dist/index.js'));
const CREATE = `
const { createApp, CacheBackend } = require(${LIBRARY});
const app = await createApp({ config: { mode: 'standalone', log: { level: 'silent' } }, configFile: false, env: {} }).start();
const { client } = app.get(CacheBackend);`;

/** Runs a program in a process of its own; the test command has built `dist`. */
function program(body: string) {
  const child = spawn(process.execPath, ['-e', `(async () => {${CREATE}${body}})()`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, output })) };
}

function startTimer(): { fired: boolean } {
  const timer = { fired: false };
  setTimeout(() => (timer.fired = true), 10);
  return timer;
}

describe('FR-1: the engine never starves the event loop', () => {
  it('lets a timer fire in a loop that only awaits replies', async () => {
    const app = await createApp(standalone).start();
    const client = app.get(CacheBackend).client; // standalone has one
    const timer = startTimer();
    let rounds = 0;
    while (!timer.fired) {
      await client.get('x');
      rounds += 1;
    }
    expect(rounds).toBeGreaterThan(0);
    await app.stop();
  });

  it('lets others have their turn between the replies of a program that computes meanwhile', async () => {
    const app = await createApp(standalone).start();
    const { client } = app.get(CacheBackend);
    for (let i = 0; i < 3; i++) {
      let turned = false;
      setImmediate(() => (turned = true));
      await client.get('x');
      for (const begun = performance.now(); performance.now() - begun < 2;);
      await client.get('x');
      expect(turned).toBe(true);
    }
    await app.stop();
  });

  it('lets a timer fire while many clients await in loops', async () => {
    const app = await createApp(standalone).start();
    const backend = app.get(CacheBackend);
    const timer = startTimer();
    const loop = async (client: Redis) => {
      while (!timer.fired) await client.incr('n');
    };
    await Promise.all(Array.from({ length: 20 }, () => loop(backend.connection('commands')))); // standalone: no Cluster
    await app.stop();
  });
});

describe('FR-14: nothing is left open', () => {
  it('a process that starts, works and stops ends by itself', async () => {
    const { ended } = program(
      `await client.set('a', '1'); console.log(await client.get('a')); await app.stop(); console.log('stopped');`,
    );
    expect(await ended).toEqual({ code: 0, output: '1\nstopped\n' });
  });

  it('a process that waits on an open client stays alive until the client is closed', async () => {
    const { ended } = program(`
      const other = app.get(CacheBackend).connection('blocking');
      setTimeout(() => client.rpush('queue', 'late'), 300).unref();
      console.log((await other.blpop('queue', 0)).join());
      await app.stop();`);
    expect(await ended).toEqual({ code: 0, output: 'queue,late\n' });
  });

  it('an open client keeps the process alive even when nobody waits', async () => {
    const { child, ended } = program(`console.log('up');`);
    const [first] = (await once(child.stdout, 'data')) as [Buffer];
    expect(String(first)).toBe('up\n');
    const early = await Promise.race([
      ended.then(() => 'ended'),
      new Promise((resolve) =>
        setTimeout(() => {
          resolve('alive');
        }, 300),
      ),
    ]);
    child.kill('SIGKILL');
    expect(early).toBe('alive');
    await ended;
  });
});
