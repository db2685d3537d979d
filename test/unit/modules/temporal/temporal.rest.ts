import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import { ServerCredentials } from '@grpc/grpc-js';
import { Client } from '@temporalio/client';
import {
  type App,
  Clock,
  type ConfigInput,
  createApp,
  type Logger,
  MetricsEndpoint,
  override,
  silentLogger,
} from '../../../../src';
import { systemClock } from '../../../../src/container';
import { TemporalConnection, temporalModule } from '../../../../src/modules/temporal';
import { makeCertificates } from '../../../support/certificates';
import { Closing } from '../../../support/closing';
import { freePort } from '../../../support/redis-server';
import { serve } from '../../../support/temporal/grpc-server';
import { until } from '../../../support/until';

const PROGRAM = require.resolve('../../../support/temporal/temporal-program.js');

const closing = new Closing();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'respite-temporal-'));
  process.env['TEMPORAL_TEST_STARTS'] = join(folder, 'starts');
});
afterEach(async () => {
  await closing.all();
  delete process.env['TEMPORAL_TEST_HABIT'];
  rmSync(folder, { recursive: true, force: true });
});

const withHabit = (habit: string): void => void (process.env['TEMPORAL_TEST_HABIT'] = habit);

/** The lines the program wrote of its starts. */
function starts(): string[] {
  const file = join(folder, 'starts');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}

const pids = (): number[] => starts().map((line) => Number(line.split(' ')[0]));

/** The process of the first start. A 0 would be all of ours. */
function firstPid(): number {
  const [pid] = pids();
  if (pid === undefined || !(pid > 1)) throw new Error('the program was not started');
  return pid;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The machine's time, on which nobody waits for long. */
const impatientClock: Clock = {
  ...systemClock,
  setTimer: (callback, ms, options) => systemClock.setTimer(callback, Math.min(ms, 20), options),
};

/** An application with Temporal, not yet started. */
function appWith(temporal: ConfigInput['temporal'], logger: Logger = silentLogger, more: ConfigInput = {}): App {
  const app = createApp({
    config: { mode: 'standalone', ...more, temporal: { ui_port: 0, data_dir: join(folder, 'data'), ...temporal } },
    configFile: false,
    env: {},
    logger,
    modules: [temporalModule],
    overrides: [override(Clock, impatientClock)],
  });
  return closing.add(app, (each) => each.stop().catch(() => undefined));
}

const failureOf = (app: App): Promise<unknown> =>
  app.start().then(
    () => new Error('it started'),
    (error: unknown) => error,
  );

describe('FR-11: a temporal program beside the process', () => {
  it('is started, serves the real client, and is stopped', async () => {
    const port = await freePort();
    const app = appWith({ binary: PROGRAM, host_port: `localhost:${port}`, namespace: 'orders', ui_port: 0 });
    await app.start();
    const temporal = app.get(TemporalConnection);
    expect(temporal).toMatchObject({ address: `127.0.0.1:${port}`, namespace: 'orders' });
    const connection = await temporal.connect();
    const { serverVersion } = await connection.workflowService.getSystemInfo({});
    expect(serverVersion).toBe('1.2.3-test');
    const { workflowService } = new Client({ connection, namespace: temporal.namespace });
    const { namespaceInfo } = await workflowService.describeNamespace({ namespace: 'orders' });
    expect(namespaceInfo?.name).toBe('orders');
    const data = join(folder, 'data', 'temporal.db');
    expect(starts()).toEqual([
      expect.stringMatching(
        new RegExp(
          `^\\d+ server start-dev --db-filename ${data} --ip 127.0.0.1 --port ${port} --namespace orders --headless$`,
        ),
      ),
    ]);
    const pid = firstPid();
    await app.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('is found on PATH, and gets the port of its pages', async () => {
    const path = process.env['PATH'];
    // A program named as Temporal's own is.
    const bin = mkdtempSync(join(folder, 'bin-'));
    symlinkSync(PROGRAM, join(bin, 'temporal'));
    process.env['PATH'] = `${bin}:${path ?? ''}`;
    closing.add(path, (value) => (process.env['PATH'] = value ?? ''));
    const ui = await freePort();
    await appWith({ host_port: `127.0.0.1:${await freePort()}`, ui_port: ui }).start();
    expect(starts()[0]).toContain(`--ui-port ${ui}`);
  });

  it('killed, it is started again, and health and metrics say so meanwhile', async () => {
    const metrics = { metrics: { enabled: true, port: 0 } };
    const app = appWith({ binary: PROGRAM, host_port: `127.0.0.1:${await freePort()}` }, silentLogger, metrics);
    await app.start();
    const url = app.get(MetricsEndpoint)?.url ?? '';
    const ready = async (): Promise<{ status: string; reasons: string[] }> =>
      (await (await fetch(`${url}/readyz`)).json()) as { status: string; reasons: string[] };
    expect(await ready()).toMatchObject({ status: 'ok' });
    const pid = firstPid();
    process.kill(pid, 'SIGKILL');
    await until('it is missed', async () => (await ready()).status === 'degraded');
    expect((await ready()).reasons[0]).toContain('temporal: the temporal program does not serve');
    await until('it serves again', async () => (await ready()).status === 'ok');
    expect(pids()).toHaveLength(2);
    const lines = await (await fetch(`${url}/metrics`)).text();
    expect(lines).toContain('respite_temporal_up 1');
    expect(lines).toContain('respite_temporal_restarts_total 1');
    const connection = await app.get(TemporalConnection).connect();
    await connection.workflowService.getSystemInfo({});
  });

  it('one that crashes again and again is given up after five failures, and that is said', async () => {
    withHabit('loop');
    const errors: unknown[] = [];
    const logger: Logger = { ...silentLogger, error: (fields: unknown) => void errors.push(fields) };
    const metrics = { metrics: { enabled: true, port: 0 } };
    const app = appWith({ binary: PROGRAM, host_port: `127.0.0.1:${await freePort()}` }, logger, metrics);
    await app.start();
    const url = app.get(MetricsEndpoint)?.url ?? '';
    await until('it was given up', async () => (await fetch(`${url}/readyz`)).status === 503);
    expect(starts()).toHaveLength(6);
    expect(errors).toEqual([
      expect.objectContaining({
        event: 'temporal_given_up',
        err: expect.objectContaining({ code: 'TEMPORAL_EXITED', message: expect.stringContaining('code 7') }),
      }),
    ]);
    await app.stop();
    expect(starts()).toHaveLength(6);
  });

  it('one that does not end when it is asked to is ended', async () => {
    withHabit('stubborn');
    const app = appWith({ binary: PROGRAM, host_port: `127.0.0.1:${await freePort()}` });
    await app.start();
    const pid = firstPid();
    await app.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('a missing program, one that may not be run, and one that is a folder are said', async () => {
    for (const binary of [join(folder, 'none'), join(__dirname, 'temporal.rest.ts')]) {
      expect(await failureOf(appWith({ binary, host_port: '127.0.0.1:7999' }))).toMatchObject({
        code: 'TEMPORAL_BINARY_MISSING',
        message: expect.stringContaining('temporal.mode remote'),
      });
    }
    const path = process.env['PATH'];
    process.env['PATH'] = folder;
    closing.add(path, (value) => (process.env['PATH'] = value ?? ''));
    expect(await failureOf(appWith({}))).toMatchObject({ code: 'TEMPORAL_BINARY_MISSING' });
  });

  it('a busy port is said, of the server and of its pages', async () => {
    const busy = createServer().listen(0, '127.0.0.1');
    await once(busy, 'listening');
    closing.add(busy, (server) => server.close());
    const { port } = busy.address() as { port: number };
    const code = 'TEMPORAL_PORT_BUSY';
    expect(await failureOf(appWith({ binary: PROGRAM, host_port: `127.0.0.1:${port}` }))).toMatchObject({ code });
    const free = `127.0.0.1:${await freePort()}`;
    expect(await failureOf(appWith({ binary: PROGRAM, host_port: free, ui_port: port }))).toMatchObject({ code });
    expect(starts()).toEqual([]);
  });

  it('one that crashes at its start fails the start with its last words', async () => {
    withHabit('crash');
    const app = appWith({ binary: PROGRAM, host_port: `127.0.0.1:${await freePort()}` });
    expect(await failureOf(app)).toMatchObject({
      code: 'TEMPORAL_EXITED',
      message: expect.stringContaining('unable to open database file'),
    });
  });

  it.each(['hang', 'not-serving'])(
    'one that never serves (%s) fails the start after its time, and is ended',
    async (habit) => {
      withHabit(habit);
      const app = appWith({ binary: PROGRAM, host_port: `127.0.0.1:${await freePort()}`, start_timeout: '1s' });
      expect(await failureOf(app)).toMatchObject({ code: 'TEMPORAL_START_TIMED_OUT' });
      for (const pid of pids()) expect(isAlive(pid)).toBe(false);
    },
  );

  it('a directory that cannot be made, and a name where an address belongs, are said', async () => {
    const host_port = `127.0.0.1:${await freePort()}`;
    expect(await failureOf(appWith({ binary: PROGRAM, host_port, data_dir: join(PROGRAM, 'x') }))).toMatchObject({
      code: 'TEMPORAL_DATA_DIR_UNUSABLE',
    });
    expect(await failureOf(appWith({ binary: PROGRAM, host_port: 'temporal.example:7233' }))).toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });
});

describe('FR-11: a Temporal server elsewhere', () => {
  /** One in this process; its address. */
  async function startServer(options: Partial<Parameters<typeof serve>[1]> = {}): Promise<string> {
    const server = await serve('localhost:0', { namespaces: ['orders'], ...options });
    closing.add(server, (each) => each.close());
    return `localhost:${server.port}`;
  }

  it('is reached by the real client', async () => {
    const host_port = await startServer();
    const app = appWith({ mode: 'remote', host_port, namespace: 'orders' });
    await app.start();
    const temporal = app.get(TemporalConnection);
    expect(temporal.address).toBe(host_port);
    const connection = await temporal.connect();
    expect((await connection.workflowService.getSystemInfo({})).serverVersion).toBe('1.2.3-test');
    await app.stop();
    await expect(connection.workflowService.getSystemInfo({})).rejects.toThrow();
  });

  it('a call that is being tried again when the application stops does not end the process', async () => {
    let refused = -1;
    const isUnavailable = (): boolean => refused >= 0 && ++refused > 0;
    const host_port = await startServer({ isUnavailable });
    const app = appWith({ mode: 'remote', host_port, namespace: 'orders' });
    await app.start();
    const connection = await app.get(TemporalConnection).connect();
    refused = 0;
    const call = connection.workflowService.getSystemInfo({});
    const failed = expect(call).rejects.toThrow();
    // After the first answer the client waits until it tries again; stopped then, its connection is closed meanwhile.
    await until('it was refused', () => Promise.resolve(refused > 0));
    await app.stop();
    await failed;
    // A retry that finds the connection closed would throw by now, where nobody can catch it.
    await wait(1000);
  });

  it('over TLS with a client certificate and an API key', async () => {
    const certificates = closing.add(await makeCertificates(), (each) => each.remove());
    const read = (file: string): Buffer => readFileSync(file);
    const { ca, server } = certificates;
    const { cert, key } = certificates.client;
    const credentials = ServerCredentials.createSsl(
      read(ca),
      [{ cert_chain: read(server.cert), private_key: read(server.key) }],
      true,
    );
    const host_port = await startServer({ credentials, apiKey: 'the-key' });
    const tls = { enabled: true, ca, cert, key };
    const settings = { mode: 'remote' as const, host_port, namespace: 'orders', start_timeout: '2s' };
    const app = appWith({ ...settings, tls, api_key: 'the-key' });
    await app.start();
    await (await app.get(TemporalConnection).connect()).workflowService.getSystemInfo({});
    const code = 'TEMPORAL_UNREACHABLE';
    expect(await failureOf(appWith({ ...settings, tls, api_key: 'another' }))).toMatchObject({ code });
    expect(await failureOf(appWith({ ...settings, tls: { ...tls, ca: join(folder, 'no.pem') } }))).toMatchObject({
      code,
      message: expect.stringContaining('temporal.tls.ca'),
    });
    expect(await failureOf(appWith(settings))).toMatchObject({ code });
  });

  it('a wrong namespace, and a server that is not there, fail the start', async () => {
    const host_port = await startServer();
    expect(await failureOf(appWith({ mode: 'remote', host_port, namespace: 'others' }))).toMatchObject({
      code: 'TEMPORAL_NAMESPACE_UNKNOWN',
      message: expect.stringContaining('"others"'),
    });
    const nobody = { mode: 'remote' as const, host_port: `127.0.0.1:${await freePort()}`, start_timeout: '500ms' };
    expect(await failureOf(appWith(nobody))).toMatchObject({ code: 'TEMPORAL_UNREACHABLE' });
  });
});
