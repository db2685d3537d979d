import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Registry } from 'prom-client';
import {
  type App,
  CacheBackend,
  type ConfigInput,
  createApp,
  MetricsEndpoint,
  MetricsRegistry,
  override,
  SnapshotManager,
} from '../../../../src';
import { METRICS } from '../../../../src/modules/metrics/definitions';
import { startRedisCluster } from '../../../support/redis-cluster';
import { startRedisServer } from '../../../support/redis-server';
import { removeTemporaryPaths, temporaryPath } from '../../../support/temporary-path';

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (let close = opened.pop(); close !== undefined; close = opened.pop()) await close();
});

afterAll(removeTemporaryPaths);

const METERED: ConfigInput = { metrics: { enabled: true, port: 0 }, log: { level: 'silent' } };

async function start(config: ConfigInput, registry?: Registry): Promise<App> {
  const overrides = registry === undefined ? [] : [override(MetricsRegistry, registry)];
  const app = createApp({ config: { ...METERED, ...config }, configFile: false, env: {}, overrides });
  opened.push(() => app.stop());
  return app.start();
}

/** The lines of an exposition, by what is before their value. */
async function valuesOf(app: App): Promise<ReadonlyMap<string, number>> {
  const registry = app.get(MetricsRegistry);
  if (registry === undefined) throw new Error('there is no registry');
  const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

const counted = (backend: string, operation: string, status: string): string =>
  `respite_cache_operations_total{backend="${backend}",operation="${operation}",status="${status}"}`;

const timed = (backend: string, operation: string, suffix: string, le?: string): string =>
  `respite_cache_operation_duration_seconds${suffix}{backend="${backend}",operation="${operation}"${le === undefined ? '' : `,le="${le}"`}}`;

/** What an application may do: 3 SET (one in MULTI), 2 GET, an error, a script, a pipeline that fails in part. */
async function work({ client }: CacheBackend): Promise<void> {
  await client.set('{k}', 'text');
  await client.get('{k}');
  await client.lpush('{k}', 'x').catch(() => undefined);
  await client.multi().set('{k}2', '1').incr('{k}2').exec();
  await client.pipeline().get('{k}').set('{k}3', 'x').hset('{k}3', 'field', 'value').exec();
}

const expected = (backend: string): [string, number][] => [
  [counted(backend, 'set', 'ok'), 3],
  [counted(backend, 'set', 'error'), 0],
  [counted(backend, 'get', 'ok'), 2],
  [counted(backend, 'lpush', 'ok'), 0],
  [counted(backend, 'lpush', 'error'), 1],
  [counted(backend, 'hset', 'error'), 1],
  [counted(backend, 'exec', 'ok'), 1],
  [timed(backend, 'set', '_count'), 3],
  [timed(backend, 'set', '_bucket', '+Inf'), 3],
];

async function expectWork(app: App, backend: string): Promise<void> {
  const begin = performance.now();
  await work(app.get(CacheBackend));
  const seconds = (performance.now() - begin) / 1000;
  const values = await valuesOf(app);
  expect(expected(backend).map(([line]) => [line, values.get(line)])).toEqual(expected(backend));
  const sum = values.get(timed(backend, 'set', '_sum')) ?? 0;
  expect(sum).toBeGreaterThan(0);
  expect(sum).toBeLessThan(3 * seconds); // three calls, each within that time
  const buckets = [...values].filter(([line]) => line.startsWith(timed(backend, 'set', '_bucket').slice(0, -1)));
  expect(buckets.map(([, value]) => value)).toEqual(buckets.map(([, value]) => value).sort((a, b) => a - b));
}

describe('FR-13: metrics', () => {
  it('counts what the engine in this process does', async () => {
    const app = await start({ mode: 'standalone' });
    await expectWork(app, 'standalone');
    const values = await valuesOf(app);
    expect(values.get('respite_engine_keys')).toBe(3);
    expect(values.get('respite_engine_clients')).toBe(1);
    expect(values.get('respite_engine_replicas')).toBe(0);
    expect(values.get('respite_engine_replica_lag_bytes')).toBe(0);
    expect(values.get('respite_engine_memory_bytes')).toBeGreaterThan(1000);
    // There is no persistence here, so there is nothing to say about it.
    expect([...values.keys()].filter((line) => line.startsWith('respite_snapshot'))).toEqual([]);
  });

  it('counts what a client does on a server, and on further connections', async () => {
    const { host, port, stop } = await startRedisServer();
    opened.push(stop);
    const app = await start({ mode: 'distributed', redis: { addr: `${host}:${port}` } });
    await expectWork(app, 'distributed');
    const own = app.get(CacheBackend).connection('commands');
    await own.set('{k}', 'again');
    const values = await valuesOf(app);
    expect(values.get(counted('distributed', 'set', 'ok'))).toBe(4);
    expect([...values.keys()].filter((line) => line.startsWith('respite_engine'))).toEqual([]);
  });

  it('counts on a Cluster once what is sent once', async () => {
    const { addresses, stop } = await startRedisCluster();
    opened.push(stop);
    const app = await start({ mode: 'distributed', redis: { cluster_nodes: [...addresses] } });
    await expectWork(app, 'distributed');
  });

  it('a rejection nobody handles stays one', async () => {
    const { host, port, stop } = await startRedisServer();
    opened.push(stop);
    const program = `
      const { createApp, CacheBackend } = require('./dist');
      const config = { redis: { addr: '${host}:${port}' }, metrics: { enabled: true, port: 0 }, log: { level: 'silent' } };
      void createApp({ config, configFile: false, env: {} }).start().then(async (app) => {
        const { client } = app.get(CacheBackend);
        await client.set('k', 'text');
        await client.lpush('k', 'x').catch(() => console.log('handled'));
        void client.lpush('k', 'x');
      });`;
    const root = join(__dirname, '../../../..');
    const run = promisify(execFile)(process.execPath, ['-e', program], { cwd: root });
    await expect(run).rejects.toMatchObject({
      code: 1,
      stdout: 'handled\n',
      stderr: expect.stringContaining('WRONGTYPE'),
    });
  });

  it('tells about snapshots and the restore', async () => {
    const config: ConfigInput = {
      mode: 'standalone',
      redis: { standalone: { persistence: { enabled: true, data_dir: await temporaryPath() } } },
    };
    const first = await start(config);
    expect((await valuesOf(first)).get('respite_snapshot_duration_seconds_count{kind="on demand"}')).toBe(0);
    await first.get(CacheBackend).client.mset({ a: '1', b: '2' });
    const before = Date.now() / 1000;
    await first.get(SnapshotManager)?.snapshotNow();
    const after = Date.now() / 1000;
    const values = await valuesOf(first);
    expect(values.get('respite_snapshot_duration_seconds_count{kind="on demand"}')).toBe(1);
    expect(values.get('respite_snapshot_duration_seconds_sum{kind="on demand"}')).toBeGreaterThan(0);
    expect(values.get('respite_snapshot_size_bytes')).toBeGreaterThan(1000);
    expect(values.get('respite_snapshot_keys')).toBe(2);
    expect(values.get('respite_snapshot_failures_total')).toBe(0);
    const at = values.get('respite_snapshot_last_success_timestamp_seconds');
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(after);
    expect(values.get('respite_restore_duration_seconds')).toBe(0);
    await first.stop();
    const second = await valuesOf(await start(config));
    expect(second.get('respite_snapshot_keys')).toBe(2);
    expect(second.get('respite_restore_duration_seconds')).toBeGreaterThan(0);
  });

  it("fills a host's own registry without serving it, and leaves it as it was", async () => {
    const registry = new Registry();
    const app = await start({ mode: 'standalone', metrics: { enabled: false } }, registry);
    expect(app.get(MetricsRegistry)).toBe(registry);
    expect(app.get(MetricsEndpoint)).toBeUndefined();
    expect((await registry.getMetricsAsJSON()).map(({ name }) => name)).toEqual(METRICS.map(({ name }) => name));
    await app.stop();
    expect(registry.getMetricsAsArray()).toEqual([]);
  });

  it('is written as OpenMetrics, too', async () => {
    const registry = new Registry();
    (registry as unknown as Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>).setContentType(
      Registry.OPENMETRICS_CONTENT_TYPE,
    );
    const app = await start({ mode: 'standalone' }, registry);
    await app.get(CacheBackend).client.ping();
    const text = await registry.metrics();
    expect(text).toContain('# TYPE respite_cache_operations counter\n');
    expect(text).toContain(`${counted('standalone', 'ping', 'ok')} 1\n`);
    expect(text.endsWith('# EOF\n')).toBe(true);
  });

  it('exists only when asked for', async () => {
    const app = await start({ mode: 'standalone', metrics: { enabled: false } });
    expect(app.get(MetricsRegistry)).toBeUndefined();
    expect(app.get(MetricsEndpoint)).toBeUndefined();
  });
});

describe('the endpoint', () => {
  async function endpoint(
    config: ConfigInput,
  ): Promise<{ app: App; get: (path: string, init?: RequestInit) => Promise<Response> }> {
    const app = await start(config);
    const url = app.get(MetricsEndpoint)?.url ?? '';
    return { app, get: (path, init) => fetch(`${url}${path}`, init) };
  }

  it('serves metrics, liveness and readiness, and nothing else', async () => {
    const { app, get } = await endpoint({ mode: 'standalone' });
    await app.get(CacheBackend).client.ping();
    const metrics = await get('/metrics');
    expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await metrics.text()).toContain(counted('standalone', 'ping', 'ok'));
    expect(await (await get('/healthz')).text()).toBe('ok\n');
    const ready = await get('/readyz');
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({ status: 'ok', latencyMs: expect.any(Number), reasons: [] });
    expect((await get('/metrics', { method: 'HEAD' })).status).toBe(200);
    expect((await get('/other')).status).toBe(404);
    expect((await get('/metrics', { method: 'POST' })).status).toBe(405);
  });

  it('serves health without prom-client; /metrics, and a warning, say what it needs', async () => {
    // A process of its own, in which the package cannot be found.
    const program = `
      const Module = require('node:module');
      const resolve = Module._resolveFilename;
      Module._resolveFilename = (name, ...rest) => {
        if (name !== 'prom-client') return resolve(name, ...rest);
        throw Object.assign(new Error("Cannot find module 'prom-client'"), { code: 'MODULE_NOT_FOUND' });
      };
      const { createApp, MetricsEndpoint } = require('./dist');
      const config = { mode: 'standalone', metrics: { enabled: true, port: 0 } };
      const logged = [];
      const note = ({ event }) => logged.push(event);
      const logger = { debug: () => undefined, info: note, warn: note, error: note };
      void createApp({ config, configFile: false, env: {}, logger }).start().then(async (app) => {
        const { url } = app.get(MetricsEndpoint);
        const answers = await Promise.all(['/healthz', '/readyz', '/metrics'].map((path) => fetch(url + path)));
        const body = await answers[2].text();
        await app.stop();
        console.log(JSON.stringify({ statuses: answers.map(({ status }) => status), body, logged }));
      });`;
    const root = join(__dirname, '../../../..');
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { cwd: root });
    expect(JSON.parse(stdout)).toEqual({
      statuses: [200, 200, 501],
      body: expect.stringContaining('npm install prom-client@15'),
      logged: expect.arrayContaining(['metrics_without_prom_client']),
    });
  });

  it('is not ready while its Redis is gone', async () => {
    const server = await startRedisServer();
    opened.push(() => server.stop());
    const { get } = await endpoint({ mode: 'distributed', redis: { addr: `${server.host}:${server.port}` } });
    expect((await get('/readyz')).status).toBe(200);
    await server.stop();
    const ready = await get('/readyz');
    expect([ready.status, await ready.json()]).toEqual([503, expect.objectContaining({ status: 'down' })]);
    expect((await get('/healthz')).status).toBe(200);
  });

  it('outlives a backend of others that cannot even say how it is', async () => {
    const { app, get } = await endpoint({ mode: 'standalone' });
    app.get(CacheBackend).health = () => Promise.reject(new Error('lost'));
    expect((await get('/readyz')).status).toBe(500);
    expect((await get('/healthz')).status).toBe(200);
  });

  it('asks for the token where there is one; probes need none and learn less', async () => {
    const { get } = await endpoint({
      mode: 'standalone',
      metrics: { ...METERED.metrics, host: '0.0.0.0', token: 's3cret' },
    });
    const denied = await get('/metrics');
    expect([denied.status, await denied.text()]).toEqual([401, 'unauthorized\n']);
    expect((await get('/metrics', { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
    expect((await get('/metrics', { headers: { authorization: 'Bearer s3cret' } })).status).toBe(200);
    expect(await (await get('/readyz')).json()).toEqual({ status: 'ok' });
  });

  it('refuses a public address without a token, and a port in use', async () => {
    await expect(start({ mode: 'standalone', metrics: { enabled: true, host: '0.0.0.0' } })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('metrics.host'),
    });
    const { app } = await endpoint({ mode: 'standalone' });
    const { port } = new URL(app.get(MetricsEndpoint)?.url ?? '');
    await expect(start({ mode: 'standalone', metrics: { enabled: true, port: Number(port) } })).rejects.toMatchObject({
      code: 'METRICS_ENDPOINT_FAILED',
    });
    opened.pop(); // it never started
  });
});

it("ioredis' tracing channel sees every command while metrics are counted", async () => {
  const { tracingChannel } = await import('node:diagnostics_channel');
  const seen: string[] = [];
  const listener = { start: (context: unknown) => void seen.push((context as { command: string }).command) };
  const { host, port, stop } = await startRedisServer();
  opened.push(stop);
  for (const config of [{ mode: 'standalone' }, { mode: 'distributed', redis: { addr: `${host}:${port}` } }] as const) {
    const app = await start(config);
    const channel = tracingChannel('ioredis:command');
    channel.subscribe(listener as never); // the other four events are not needed
    await app.get(CacheBackend).client.set('k', 'v');
    channel.unsubscribe(listener as never);
  }
  expect(seen).toEqual(['set', 'set']);
});
