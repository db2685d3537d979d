import { Redis } from 'ioredis';
import {
  type BackendContext,
  type BackendProvider,
  CacheBackend,
  type ConfigInput,
  createApp,
  formats,
  override,
  PROVIDER_API_VERSION,
  setting,
  silentLogger,
} from '../../../../src';
import { createPluginBackend } from '../../../../src/testing';
import { type RedisServer, startRedisServer } from '../../../support/redis-server';

/** A backend as a third party would write it: a server of its own, with settings of its own. */
function plugin(log: string[], server: RedisServer, rest: Partial<BackendProvider> = {}): BackendProvider {
  return {
    name: 'acme',
    apiVersion: PROVIDER_API_VERSION,
    mode: 'standalone',
    configSchema: {
      prefix: setting({ doc: 'Put before every key.', format: formats.text, default: 'acme:' }),
      patience: setting({ doc: 'How long to wait.', format: formats.duration(), default: 1000 }),
    },
    create(context: BackendContext) {
      log.push(`create ${JSON.stringify(context.settings)}`);
      const client = new Redis(server.port, server.host, { keyPrefix: String(context.settings['prefix']) });
      return Promise.resolve({
        name: 'acme',
        mode: 'standalone',
        client,
        connection: () => client.duplicate(),
        redisOptions: () => ({ host: server.host, port: server.port }),
        health: () => Promise.resolve({ status: 'ok', latencyMs: 0, reasons: [] }),
        close: async () => {
          log.push('close');
          await client.quit();
        },
      } satisfies CacheBackend);
    },
    ...rest,
  };
}

describe('FR-15: a provider written outside the core', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedisServer();
  });
  afterAll(() => server.stop());

  const app = (plugins: BackendProvider[], config: ConfigInput): ReturnType<typeof createApp> =>
    createApp({ plugins, config, configFile: false, env: {}, logger: silentLogger });

  it('is chosen by redis.provider, configured below plugins.<name>, started and closed', async () => {
    const log: string[] = [];
    const running = await app([plugin(log, server)], {
      mode: 'standalone',
      redis: { provider: 'acme' },
      plugins: { acme: { patience: '5s' } },
    }).start();
    const { client } = running.get(CacheBackend);
    await client.set('key', 'value');
    const other = new Redis(server.port, server.host);
    expect(await other.get('acme:key')).toBe('value');
    other.disconnect();
    await running.stop();
    expect(log).toEqual(['create {"prefix":"acme:","patience":5000}', 'close']);
  });

  it('has its settings checked like any other', () => {
    const config = { mode: 'standalone', plugins: { acme: { patience: 'long', prefiks: 'x' } } } as const;
    expect(() => app([plugin([], server)], config)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        problems: [
          expect.objectContaining({ path: 'plugins.acme.patience', problem: 'is not a duration' }),
          expect.objectContaining({ path: 'plugins.acme.prefiks', remedy: 'did you mean plugins.acme.prefix?' }),
        ],
      }),
    );
  });

  it.each([
    ['PROVIDER_UNKNOWN', {}, { mode: 'standalone', redis: { provider: 'other' } }],
    ['PROVIDER_INCOMPATIBLE', {}, { mode: 'distributed', redis: { provider: 'acme' } }],
    ['PROVIDER_INCOMPATIBLE', { apiVersion: 99 }, { mode: 'standalone', redis: { provider: 'acme' } }],
    ['PROVIDER_DUPLICATE', { name: 'distributed' }, { mode: 'standalone' }],
  ] as const)('fails the start with %s', async (code, rest, config) => {
    await expect(app([plugin([], server, rest)], config).start()).rejects.toMatchObject({ code, module: 'cache' });
  });

  it('is not created when a test brings its own backend', async () => {
    const log: string[] = [];
    const other = await createPluginBackend(plugin([], server));
    const running = await createApp({
      plugins: [plugin(log, server)],
      config: { mode: 'standalone', redis: { provider: 'acme' } },
      configFile: false,
      env: {},
      logger: silentLogger,
      overrides: [override(CacheBackend, other)],
    }).start();
    expect(running.get(CacheBackend)).toBe(other);
    await running.stop();
    await other.close();
    expect(log).toEqual([]);
  });
});
