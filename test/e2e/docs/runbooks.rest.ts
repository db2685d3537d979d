import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runCommand, type RunningCommand, startCommand } from '../../support/cli';
import { freePort, startRedisServer } from '../../support/redis-server';
import { mayMount, removeSmallDisks, smallDisk } from '../../support/small-disk';
import { pages } from './blocks';
import { follow, type Following } from './follow';

/** Each runbook is followed, command by command, in a directory that is really in the state it is about. */

const run = promisify(execFile);
const followed = new Set<string>(['docs/runbooks/index.md']);
let cwd: string;
const opened: (() => unknown)[] = [];

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'respite-runbook-'));
});
afterEach(async () => {
  for (let close = opened.pop(); close !== undefined; close = opened.pop()) await close();
  rmSync(cwd, { recursive: true });
});
afterAll(removeSmallDisks);

async function followPage(name: string, following: Omit<Following, 'cwd'> = {}): Promise<void> {
  const page = `docs/runbooks/${name}.md`;
  followed.add(page);
  expect(await follow(page, { cwd, ...following })).toBeGreaterThan(2);
}

const end = ({ process: child, ended }: RunningCommand): Promise<unknown> => (child.kill('SIGKILL'), ended);

/** A process that serves `./data` (or what `args` say) on a free port. */
async function serve(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<RunningCommand & { port: number }> {
  const port = await freePort();
  const command = startCommand(['start', '--standalone', '--port', String(port), ...args], { cwd, env });
  opened.push(() => end(command));
  await command.line((line) => line.startsWith('Ctrl-C'));
  return { ...command, port };
}

const redis = (port: number, ...args: string[]) => run('redis-cli', ['-p', String(port), ...args], { cwd });
const ask = (...args: string[]) => runCommand(args, { cwd });

/** Leaves a data directory with keys, which nobody uses. */
async function leave(keys: number): Promise<void> {
  const { port, process: child, ended } = await serve(['--data-dir', 'data']);
  await redis(port, 'DEBUG', 'POPULATE', String(keys), 'key', '200');
  await ask('backup', '--data-dir', 'data', 'monday.backup');
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 0 });
}

const asRoot = mayMount ? it : it.skip; // mounting a small disk takes root
asRoot('the disk is full', async () => {
  const disk = await smallDisk('12m');
  await run('ln', ['-s', disk, 'disk'], { cwd });
  const { port } = await serve([
    '--data-dir',
    './disk/data',
    '--set',
    'redis.standalone.persistence.snapshot_interval=1h',
  ]);
  await redis(port, 'DEBUG', 'POPULATE', '1000', 'old', '200');
  await ask('snapshot', '--data-dir', './disk/data');
  writeFileSync(join(disk, 'old-logs'), Buffer.alloc(10 * 1024 * 1024));
  await redis(port, 'DEBUG', 'POPULATE', '5000', 'new', '500');
  await followPage('disk-full');
});

it('a damaged snapshot', async () => {
  await leave(5000);
  const file = openSync(join(cwd, 'data/data.mdb'), 'r+');
  writeSync(file, 'x'.repeat(64), 5 * 4096);
  await followPage('damaged-snapshot');
});

it('memory at 80 %', async () => {
  const { port } = await serve(['--data-dir', 'data', '--set', 'redis.standalone.max_memory=64mb']);
  await redis(port, 'DEBUG', 'POPULATE', '170000', 'session', '150');
  await redis(port, 'DEBUG', 'POPULATE', '12000', 'page', '150');
  const { stdout } = await redis(port, 'INFO', 'memory');
  const used = Number(/^used_memory:(\d+)/m.exec(stdout)?.[1]);
  expect(used / (64 * 1024 * 1024)).toBeGreaterThan(0.8);
  await followPage('memory', { instead: { '6379': String(port) } });
});

/** From here on each sync of a process takes a second and a half. */
async function slowDown(pid: number): Promise<void> {
  const inject = 'inject=fdatasync,fsync,msync:delay_enter=1500000';
  const tracer = spawn('strace', ['-f', '-o', '/dev/null', '-e', inject, '-p', `${pid}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  opened.push(() => tracer.kill('SIGTERM'));
  await once(tracer.stderr, 'data'); // "Process ... attached"
}

// strace makes each sync of the disk slow; nothing else could, without a disk that is.
const withStrace = spawnSync('strace', ['-V']).status === 0 ? it : it.skip;
withStrace('a slow snapshot', async () => {
  const port = await freePort();
  const metrics = await freePort();
  const settings = [
    'redis.standalone.persistence.snapshot_interval=1h',
    'metrics.enabled=true',
    `metrics.port=${metrics}`,
  ];
  const command = startCommand(
    [
      'start',
      '--standalone',
      '--port',
      `${port}`,
      '--data-dir',
      'data',
      ...settings.flatMap((each) => ['--set', each]),
    ],
    { cwd },
  );
  opened.push(() => end(command));
  await command.line((line) => line.startsWith('Ctrl-C'));
  command.process.stderr?.on('data', (text: string) => {
    writeFileSync(join(cwd, 'respite.log'), text, { flag: 'a' });
  });
  await slowDown(command.process.pid ?? 0);
  await redis(port, 'DEBUG', 'POPULATE', '1000');
  await followPage('slow-snapshot', { instead: { '9464': `${metrics}` } });
});

it('moving to Redis', async () => {
  const server = await startRedisServer();
  opened.push(() => server.stop());
  const { port, process: child, ended } = await serve(['--data-dir', 'data']);
  for (const key of ['a', 'b', 'c']) await redis(port, 'SET', key, 'value');
  await followPage('moving-to-redis', {
    instead: { 'redis.example:6379': `${server.host}:${server.port}` },
    before: {
      2: async () => {
        child.kill('SIGTERM');
        await ended;
      },
    },
  });
});

/** A process that holds a lock is killed. */
async function loseLock(port: number): Promise<void> {
  const program = `
    const { createApp, locksModule, LockManager } = require(${JSON.stringify(join(__dirname, '../../..'))});
    const config = { mode: 'distributed', redis: { addr: '127.0.0.1:${port}' } };
    createApp({ config, modules: [locksModule], configFile: false, env: {} }).start().then(async (app) => {
      await app.get(LockManager).acquire('invoice:7', { ttl: 600_000 });
      process.kill(process.pid, 'SIGKILL');
    });`;
  await once(spawn(process.execPath, ['-e', program], { stdio: 'inherit' }), 'close');
}

it('a lock left behind', async () => {
  const { port, process: child, ended } = await serve(['--data-dir', 'data']);
  await redis(port, 'SET', 'key', 'value');
  await ask('snapshot', '--data-dir', 'data');
  child.kill('SIGKILL');
  await ended;
  expect(readdirSync(join(cwd, 'data'))).toContain('lock.1');
  await followPage('lock-left-behind', { instead: { '6379': `${port}` }, before: { 4: () => loseLock(port) } });
});

it('each runbook has a test', () => {
  expect([...followed].sort()).toEqual(pages.filter((page) => page.startsWith('docs/runbooks/')));
});
