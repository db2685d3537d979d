import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { type EmbeddedEngine, openEngine } from '../../src/engine';
import { startListener, type Listener } from '../../src/modules/cache/standalone/listener';
import { freePort } from '../support/redis-server';
import { slice } from '../support/slice';
import { removeTemporaryPaths, temporaryPath } from '../support/temporary-path';

const { size: ROUNDS } = slice({ short: 3, long: 10 });

afterAll(removeTemporaryPaths);

type Outcome = { readonly url: string } | { readonly code: string; readonly message: string };

/** What each of two workers of node:cluster reports that starts an application with these settings. */
async function startInWorkers(config: object): Promise<Outcome[]> {
  const primary = fork(join(__dirname, '../support/cluster-primary.js'), [JSON.stringify(config)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(primary, 'exit');
  const [outcomes] = (await once(primary, 'message')) as [Outcome[]];
  primary.send('stop');
  await exited;
  return outcomes;
}

function expectOneRefusal(outcomes: readonly Outcome[], code: string): void {
  expect(outcomes.filter((outcome) => 'url' in outcome)).toHaveLength(1);
  const refused = outcomes.find((outcome) => 'code' in outcome);
  expect(refused).toMatchObject({ code });
  expect((refused as { message: string }).message).toContain('node:cluster');
}

describe('two workers of node:cluster', () => {
  const standalone = (listener: object) => ({ mode: 'standalone', redis: { standalone: { listener } } });

  it('never answer behind one port from two engines: the second is refused', async () => {
    const port = await freePort();
    expectOneRefusal(await startInWorkers(standalone({ enabled: true, port })), 'LISTENER_FAILED');
  });

  it('never answer behind one socket from two engines', async () => {
    const path = `${await temporaryPath()}.sock`;
    expectOneRefusal(await startInWorkers(standalone({ enabled: true, path })), 'LISTENER_FAILED');
  });

  it('take a free port each when none is named', async () => {
    const outcomes = await startInWorkers(standalone({ enabled: true, port: 0 }));
    expect(new Set(outcomes.map((outcome) => ('url' in outcome ? outcome.url : outcome.message))).size).toBe(2);
  });

  it('never serve metrics of two processes behind one port', async () => {
    const port = await freePort();
    const config = { mode: 'standalone', metrics: { enabled: true, port } };
    expectOneRefusal(await startInWorkers(config), 'METRICS_ENDPOINT_FAILED');
  });
});

describe('a socket that a killed process left', () => {
  it('is taken over by one of those that want it at the same time; the others are refused', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const path = `${await temporaryPath()}.sock`;
      await leaveSocket(path);
      const engines = Array.from({ length: 8 }, () => openEngine());
      const outcomes = await Promise.allSettled(
        engines.map((engine) => startListener(engine, { host: '127.0.0.1', port: 0, path, password: '' })),
      );
      const served = outcomes.filter((outcome) => outcome.status === 'fulfilled').map(({ value }) => value);
      expect(served).toHaveLength(1);
      expect(await answers(path)).toBe('PONG');
      await closeAll(served, engines);
    }
  });
});

async function leaveSocket(path: string): Promise<void> {
  const listening = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('there'))`;
  const gone: ChildProcess = spawn(process.execPath, ['-e', listening], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (gone.stdout !== null) await once(gone.stdout, 'data');
  gone.kill('SIGKILL');
  await once(gone, 'exit');
  expect(existsSync(path)).toBe(true);
}

async function answers(path: string): Promise<string> {
  const client = new Redis({ path });
  const answer = await client.ping();
  client.disconnect();
  return answer;
}

async function closeAll(listeners: readonly Listener[], engines: readonly EmbeddedEngine[]): Promise<void> {
  for (const listener of listeners) await listener.close();
  for (const engine of engines) engine.close();
}
