import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { freePort, startRedisServer } from '../../support/redis-server';

const root = join(__dirname, '../../..');
const run = promisify(execFile);

let folder: string;
let readme: string;
const opened: (() => unknown)[] = [];

/** The example as after `npm install`: its own folder, with the packages beside it. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'respite-nestjs-'));
  cpSync(join(root, 'examples/nestjs-host'), folder, { recursive: true });
  readme = readFileSync(join(folder, 'README.md'), 'utf8');
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync(join(root, 'node_modules')))
    if (name !== '.cache' && name !== 'respite')
      symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  symlinkSync(root, join(folder, 'node_modules/respite'));
  await run('npm', ['run', 'build'], { cwd: folder });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});
afterEach(async () => {
  for (let close = opened.pop(); close !== undefined; close = opened.pop()) await close();
});

interface Host {
  readonly port: number;
  /** As Ctrl-C would. @returns the exit code, or the signal that ended it */
  stop(): Promise<unknown>;
}

/** What `npm start` runs. */
async function start(env: NodeJS.ProcessEnv = {}): Promise<Host> {
  const port = await freePort();
  const child = spawn(process.execPath, ['dist/main.js'], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => code ?? signal);
  opened.push(() => child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) if (line.startsWith('ready on')) break;
  child.stdout.resume();
  return {
    port,
    stop: () => {
      child.kill('SIGINT');
      return ended;
    },
  };
}

/** Runs the commands of the README against `host`. @returns what each printed */
async function follow({ port }: Host): Promise<string[]> {
  const commands = /```sh\n([^]*?)```/.exec(readme)?.[1]?.trim().split('\n') ?? [];
  const outputs: string[] = [];
  for (const command of commands) {
    const { stdout } = await run('bash', ['-c', command.replaceAll('localhost:3000', `127.0.0.1:${port}`)]);
    outputs.push(stdout.trim());
  }
  return outputs;
}

async function expectReadme(host: Host): Promise<void> {
  const shown = /```text\n([^]*?)```/.exec(readme)?.[1]?.trim().split('\n');
  const [ordered, events, found, health] = await follow(host);
  expect([ordered, found]).toEqual(shown);
  const told = [...(events ?? '').matchAll(/data: (.*)/g)].map(
    ([, data]) => JSON.parse(data ?? '') as { pages: number },
  );
  expect(told.at(-1)).toMatchObject({ status: 'done', pages: 3 });
  expect(told.map(({ pages }) => pages)).toEqual(told.map(({ pages }) => pages).sort((a, b) => a - b));
  expect(JSON.parse(health ?? '')).toMatchObject({ redis: { status: 'up', degraded: false } });
}

describe('examples/nestjs-host, as its README says', () => {
  it('runs standalone, stops gracefully in the middle of a job, and finds everything again', async () => {
    const host = await start();
    await expectReadme(host);
    const body = JSON.stringify({ title: 'Interrupted', pages: 5 });
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
    await fetch(`http://127.0.0.1:${host.port}/reports`, init);
    expect(await host.stop()).toBe('SIGINT'); // Nest ends itself with the signal once everything has stopped
    const again = await start();
    const report = await fetch(`http://127.0.0.1:${again.port}/reports/1`);
    expect(await report.json()).toEqual({ id: '1', title: 'Quarter', status: 'done', pages: 3 });
    const events = await fetch(`http://127.0.0.1:${again.port}/reports/2/events`);
    expect(await events.text()).toContain('"status":"done","pages":5');
    await again.stop();
  });

  it('runs on a real Redis by configuration alone', async () => {
    const { host, port, stop } = await startRedisServer();
    opened.push(stop);
    const application = await start({ RESPITE_MODE: 'distributed', RESPITE_REDIS_ADDR: `${host}:${port}` });
    await expectReadme(application);
    await application.stop();
  });
});
