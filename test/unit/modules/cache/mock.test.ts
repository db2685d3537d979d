import { once } from 'node:events';
import {
  CacheBackend,
  type ConfigInput,
  locksModule,
  memoryModule,
  resourcesModule,
  streamingModule,
  tasksModule,
  webhooksModule,
} from '../../../../src';
import { createTestApp } from '../../../../src/testing';

const appWith = (config: ConfigInput = {}): ReturnType<typeof createTestApp> =>
  createTestApp({ config: { ...config, redis: { provider: 'mock', ...config.redis } } });

describe('redis.provider: mock', () => {
  it('serves an application with clients of ioredis-mock that share their data', async () => {
    const app = await appWith().start();
    const backend = app.get(CacheBackend);
    expect([backend.name, backend.mode]).toEqual(['mock', 'standalone']);
    await backend.client.set('greeting', 'hello');
    expect(await backend.connection('commands').get('greeting')).toBe('hello');

    const subscriber = backend.connection('subscriber');
    await subscriber.subscribe('news');
    const message = once(subscriber, 'message');
    expect(await backend.client.publish('news', 'today')).toBe(1);
    expect(await message).toEqual(['news', 'today']);

    expect(await backend.health()).toMatchObject({ status: 'ok', reasons: [] });
    await app.stop();
    expect(await backend.health()).toMatchObject({ status: 'down', reasons: ['the backend is closed'] });
    expect(() => backend.connection('commands')).toThrow(expect.objectContaining({ code: 'BACKEND_CLOSED' }));
  });

  it('shares nothing between applications, and keeps nothing when one stops', async () => {
    const [one, other] = await Promise.all([appWith().start(), appWith().start()]);
    const { client } = one.get(CacheBackend);
    await client.set('key', 'of one');
    expect(await other.get(CacheBackend).client.get('key')).toBeNull();
    await Promise.all([one.stop(), other.stop()]);
    expect(await client.exists('key')).toBe(0);
  });

  it('says that libraries have to be given a connection', async () => {
    const app = await appWith().start();
    expect(() => app.get(CacheBackend).redisOptions()).toThrow(
      expect.objectContaining({
        code: 'REDIS_OPTIONS_UNAVAILABLE',
        message: expect.stringContaining('backend.connection(purpose)'),
      }),
    );
    await app.stop();
  });

  it('refuses what only the engine can do', async () => {
    const standalone = { persistence: { enabled: true }, listener: { enabled: true } };
    await expect(appWith({ redis: { standalone } }).start()).rejects.toMatchObject({
      code: 'CONFIG_NOT_SUPPORTED',
      message: expect.stringMatching(
        /redis\.standalone\.persistence\.enabled.*\n.*redis\.standalone\.listener\.enabled/,
      ),
    });
  });

  it.each([memoryModule, resourcesModule, streamingModule, locksModule, tasksModule, webhooksModule])(
    'refuses the module $name, whose scripts it does not run as Redis does',
    async (module) => {
      const start = createTestApp({ config: { redis: { provider: 'mock' } }, modules: [module] }).start();
      await expect(start).rejects.toMatchObject({
        code: 'BACKEND_LACKS_CAPABILITY',
        module: module.name,
        message: expect.stringMatching(/needs scripts, .*"mock".*Remove redis\.provider/),
      });
    },
  );

  it('is for the mode standalone only', async () => {
    await expect(appWith({ mode: 'distributed' }).start()).rejects.toMatchObject({ code: 'PROVIDER_INCOMPATIBLE' });
  });
});
