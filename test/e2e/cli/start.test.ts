import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { version } from '../../../package.json';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { expectGolden, runCommand, type RunningCommand, startCommand } from '../../support/cli';
import { freePort, startRedisServer } from '../../support/redis-server';
import { everyOf } from '../../support/slice';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'respite-start-'));
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

interface Ready {
  readonly event: string;
  readonly url: string;
  readonly [name: string]: unknown;
}

async function readyOf(command: RunningCommand): Promise<Ready> {
  return JSON.parse(await command.line((line) => line.startsWith('{'))) as Ready; // the command's own words
}

/** What differs from run to run, made equal. */
const normalised = (output: string): string =>
  output
    .replace(`Respite ${version}`, 'Respite <version>')
    .replaceAll(cwd, '<cwd>')
    .replaceAll(/127\.0\.0\.1:\d+|-p \d+/g, (found) => found.replace(/\d+$/, '<port>'));

describe('FR-12, US-1: respite start --standalone', () => {
  it('says where everything is and what to try, serves, and stops gracefully on a signal', async () => {
    const command = startCommand(['start', '--standalone', '--port', '0', '--guide', '--set', 'log.level=silent'], {
      cwd,
    });
    await command.line((line) => line.startsWith('Ctrl-C'));
    command.process.kill('SIGTERM');
    const { code, stdout, stderr } = await command.ended;
    expectGolden(join(__dirname, 'golden/start-guide.txt'), normalised(stdout));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it.each([...everyOf(['SIGHUP', 'SIGQUIT', 'SIGINT'] as const, { short: 3 })])(
    'writes a last snapshot also on %s',
    async (signal) => {
      const args = [
        'start',
        '--standalone',
        '--port',
        '0',
        '--json',
        '--set',
        'redis.standalone.persistence.data_dir=./on-a-signal',
      ];
      const first = startCommand(args, { cwd });
      const client = new Redis((await readyOf(first)).url, { retryStrategy: null });
      await client.set('signal', signal);
      // A shell and the kernel both send SIGHUP when a terminal is closed.
      first.process.kill(signal);
      if (signal === 'SIGHUP') first.process.kill(signal);
      client.disconnect();
      expect(await first.ended).toMatchObject({ code: 0 });
      const second = startCommand(args, { cwd });
      const again = new Redis((await readyOf(second)).url, { retryStrategy: null });
      expect(await again.get('signal')).toBe(signal);
      again.disconnect();
      second.process.kill('SIGTERM');
      expect(await second.ended).toMatchObject({ code: 0 });
    },
  );

  it('ends when a client sends SHUTDOWN, with or without a last snapshot', async () => {
    const args = ['start', '--standalone', '--port', '0', '--json', '--set', 'log.level=warn'];
    const kept = async (...how: string[]): Promise<string | null> => {
      const command = startCommand(args, { cwd });
      const client = new Redis((await readyOf(command)).url, { retryStrategy: null });
      const before = await client.get('a');
      await client.set('a', how.join(' '));
      await expect(client.call('SHUTDOWN', ...how)).rejects.toThrow('Connection is closed');
      expect((await command.ended).code).toBe(0);
      return before;
    };
    expect(await kept('SAVE')).toBeNull();
    expect(await kept('NOSAVE')).toBe('SAVE');
    expect(await kept('SAVE', 'NOW')).toBe('SAVE');
    expect(await kept()).toBe('SAVE NOW');
  });

  it('writes the last snapshot also when nobody reads what it prints any more, as in `respite start | tee log`', async () => {
    const args = ['start', '--standalone', '--port', '0', '--json'];
    const first = startCommand(args, { cwd });
    const writer = new Redis((await readyOf(first)).url);
    await writer.set('greeting', 'hello');
    writer.disconnect();
    first.process.stdout?.destroy();
    first.process.stderr?.destroy();
    first.process.kill('SIGINT');
    expect((await first.ended).code).toBe(0);
    const second = startCommand(args, { cwd });
    const reader = new Redis((await readyOf(second)).url);
    expect(await reader.get('greeting')).toBe('hello');
    reader.disconnect();
    second.process.kill('SIGINT');
    await second.ended;
  });

  it('US-1: keeps data over a graceful restart, with what is left of its time to live', async () => {
    const args = ['start', '--standalone', '--port', '0', '--json', '--set', 'log.level=warn'];
    const first = startCommand(args, { cwd });
    const { url, ...facts } = await readyOf(first);
    expect(facts).toEqual({
      event: 'ready',
      version: expect.any(String),
      pid: first.process.pid,
      mode: 'standalone',
      decidedBy: 'mode',
      source: '--standalone',
      backend: 'standalone',
      dataDir: join(cwd, 'respite-data'),
      snapshotInterval: '5m',
      metrics: null,
      health: null,
      file: null,
      mcpproxy: null,
      mcpproxyToken: null,
      temporal: null,
    });
    const writer = new Redis(url);
    await writer.set('greeting', 'hello', 'EX', 10_000);
    writer.disconnect();
    first.process.kill('SIGINT');
    expect(await first.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('"stopped"'), faults: '' });
    expect(statSync(join(cwd, 'respite-data')).mode & 0o777).toBe(0o700);

    const second = startCommand(args, { cwd });
    const reader = new Redis((await readyOf(second)).url);
    expect(await reader.get('greeting')).toBe('hello');
    expect(await reader.ttl('greeting')).toBeGreaterThan(9000);
    reader.disconnect();
    second.process.kill('SIGTERM');
    expect(await second.ended).toMatchObject({ code: 0 });
  });

  it('leaves listener and persistence as they are when somebody set them', async () => {
    const settings = ['listener.enabled=false', 'persistence.enabled=false'].map(
      (set) => `--set=redis.standalone.${set}`,
    );
    const command = startCommand(['start', '--standalone', '--port', '0', '--json', ...settings], { cwd });
    expect(await readyOf(command)).toMatchObject({ url: null, dataDir: null });
    command.process.kill('SIGTERM');
    expect(await command.ended).toMatchObject({ code: 0 });
  });

  it('refuses a second process on the same data, and leaves the first alone', async () => {
    const first = startCommand(['start', '--standalone', '--port', '0', '--json'], { cwd });
    const { url } = await readyOf(first);
    const second = await runCommand(['start', '--standalone', '--port', '0', '--json', '--set', 'log.level=silent'], {
      cwd,
    });
    expect(second.code).toBe(1);
    expect(JSON.parse(second.stdout)).toMatchObject({ error: { code: 'SNAPSHOT_LOCKED' } });
    const client = new Redis(url);
    expect(await client.ping()).toBe('PONG');
    client.disconnect();
    first.process.kill('SIGTERM');
    await first.ended;
  });
});

describe('FR-12: where respite start serves', () => {
  const DATA = ['start', '--standalone', '--json', '--data-dir', './data', '--set', 'log.level=error'];

  it('is where its options say, or nowhere: a port that is set is taken as it is', async () => {
    const port = await freePort();
    const args = ['--port', String(port), '--host', '127.0.0.2', '--password', 'hunter2'];
    const command = startCommand([...DATA, ...args], { cwd });
    const { url, dataDir } = await readyOf(command);
    expect({ url, dataDir }).toEqual({ url: `redis://127.0.0.2:${String(port)}`, dataDir: join(cwd, 'data') });
    const client = new Redis(url, { password: 'hunter2', retryStrategy: null });
    expect(await client.ping()).toBe('PONG');
    client.disconnect();
    const memoryOnly = '--set=redis.standalone.persistence.enabled=false';
    const refused = await runCommand(['start', '--standalone', '--json', ...args, memoryOnly], { cwd });
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'LISTENER_FAILED' } });
    command.process.kill('SIGTERM');
    const { code, stdout, stderr } = await command.ended;
    expect(code).toBe(0);
    expect(stdout + stderr + refused.stdout + refused.stderr).not.toContain('hunter2');
  });

  it('is where it was at its last start, when nobody says otherwise', async () => {
    const port = await freePort();
    const first = startCommand([...DATA, '--port', String(port)], { cwd });
    await readyOf(first);
    first.process.kill('SIGTERM');
    expect(await first.ended).toMatchObject({ code: 0 });
    const second = startCommand(DATA, { cwd });
    expect(await readyOf(second)).toMatchObject({ url: `redis://127.0.0.1:${String(port)}` });
    second.process.kill('SIGTERM');
    expect(await second.ended).toMatchObject({ code: 0, faults: '' });
  });

  it('names the option that is wrong', async () => {
    const result = await runCommand(['start', '--standalone', '--port', 'http'], { cwd });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('redis.standalone.listener.port = "http" (--port) is not a whole number');
  });

  it('is told with its dangers by --help', async () => {
    const { code, stdout } = await runCommand(['start', '--help'], { cwd });
    expect(code).toBe(0);
    for (const option of ['--port', '--host', '--data-dir', '--password']) expect(stdout).toContain(option);
    expect(stdout).toContain('RESPITE_REDIS_STANDALONE_LISTENER_PASSWORD');
  });
});

describe('FR-13: respite start with metrics', () => {
  it('says where they are, and serves them until it stops', async () => {
    const settings = ['metrics.enabled=true', 'metrics.port=0', 'log.level=warn'].flatMap((set) => ['--set', set]);
    const command = startCommand(['start', '--standalone', '--port', '0', '--json', ...settings], { cwd });
    const { url, metrics } = await readyOf(command);
    const client = new Redis(url);
    await client.set('greeting', 'hello');
    const text = await (await fetch(`${String(metrics)}/metrics`)).text();
    expect(text).toContain('respite_cache_operations_total{backend="standalone",operation="set",status="ok"} 1\n');
    expect((await fetch(`${String(metrics)}/readyz`)).status).toBe(200);
    client.disconnect();
    command.process.kill('SIGTERM');
    expect(await command.ended).toMatchObject({ code: 0, faults: '' });
    await expect(fetch(`${String(metrics)}/healthz`)).rejects.toThrow('fetch failed');
  });
});

describe('NFR-4: respite start in distributed mode', () => {
  it('serves from the Redis that is configured, by default', async () => {
    const server = await startRedisServer();
    const command = startCommand(['start', '--json'], {
      cwd,
      env: { RESPITE_REDIS_ADDR: `127.0.0.1:${String(server.port)}` },
    });
    expect(await readyOf(command)).toMatchObject({
      mode: 'distributed',
      decidedBy: 'default',
      url: `redis://127.0.0.1:${String(server.port)}`,
      dataDir: null,
    });
    command.process.kill('SIGTERM');
    expect(await command.ended).toMatchObject({ code: 0 });
    await server.stop();
  });

  it('stops gracefully on the first signal, and ends at once on the second', async () => {
    const server = await startRedisServer();
    const command = startCommand(['start', '--set', `redis.addr=127.0.0.1:${String(server.port)}`], { cwd });
    await command.line((line) => line.startsWith('Ctrl-C'));
    // A server that does not answer makes the graceful stop wait for the replies under way.
    process.kill(server.pid, 'SIGSTOP');
    command.process.kill('SIGTERM');
    await command.line((line) => line.startsWith('SIGTERM: stopping'));
    // What follows within 300 ms counts as the same key press, because npm passes on what the terminal sent already.
    await wait(350);
    command.process.kill('SIGTERM');
    expect(await command.ended).toMatchObject({ code: 143, stdout: expect.not.stringContaining('Stopped') });
    await server.stop();
  });

  it('fails with a coded error naming host and reason when Redis cannot be reached', async () => {
    const address = `127.0.0.1:${String(await freePort())}`;
    const result = await runCommand(['start', '--mode', 'distributed', '--set', `redis.addr=${address}`], { cwd });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(`Redis at ${address} cannot be reached: connect ECONNREFUSED`);
    expect(result.stderr).toContain('(REDIS_UNREACHABLE)');
  });
});
