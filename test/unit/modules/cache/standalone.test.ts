import { Redis } from 'ioredis';
import { type App, CacheBackend, type ConfigInput } from '../../../../src';
import { ping } from '../../../../src/modules/cache/ping';
import { createTestApp, injectFaults } from '../../../../src/testing';

const opened: App[] = [];
afterEach(async () => {
  for (const app of opened.splice(0)) await app.stop();
});

async function start(config: ConfigInput = {}): Promise<{ app: App; backend: CacheBackend }> {
  const app = await createTestApp({ config }).start();
  opened.push(app);
  return { app, backend: app.get(CacheBackend) };
}

describe('the health of the standalone backend', () => {
  it('is down when somebody closed the shared client', async () => {
    const { backend } = await start();
    await backend.client.quit();
    expect(await backend.health()).toMatchObject({ status: 'down', latencyMs: undefined });
  });

  it('is down when PING is refused', async () => {
    const { app, backend } = await start();
    injectFaults(app).fail('LOADING');
    const reasons = ['LOADING Redis is loading the dataset in memory'];
    expect(await backend.health()).toEqual({ status: 'down', latencyMs: undefined, reasons });
  });

  it('is down when PING gets no reply in time, and up again once it does', async () => {
    const { backend } = await start();
    const other = backend.connection('commands'); // the shared one would wait for the reply
    await other.client('PAUSE', 1500, 'ALL');
    expect(await ping(backend.client, 20)).toMatchObject({ status: 'down', reasons: ['no reply to PING'] });
    expect(await backend.health()).toMatchObject({ status: 'ok', reasons: [] });
  });
});

it('a blocking connection waits longer than redis.command_timeout', async () => {
  const { backend } = await start({ redis: { command_timeout: '500ms' } });
  expect(await backend.connection('blocking').blpop('queue', 1)).toBeNull();
  await expect(backend.connection('commands').blpop('queue', 1)).rejects.toThrow('Command timed out');
});

it('clients of redisOptions() that are still open write nothing after the last snapshot: they are closed before it', async () => {
  const { app, backend } = await start();
  const own = new Redis(backend.redisOptions());
  await own.set('key', 'kept');
  own.on('error', () => undefined); // it tries to come back, once
  const ended = new Promise((resolve) => own.once('end', resolve));
  await app.stop();
  await ended;
  await expect(own.set('key', 'lost')).rejects.toThrow('Connection is closed.');
});

it('the shared client is no client that others see until somebody asks for it', async () => {
  const { backend } = await start({ redis: { standalone: { listener: { enabled: true, port: 0 } } } });
  const { listenerUrl } = backend as CacheBackend & { readonly listenerUrl: string };
  const other = new Redis(listenerUrl, { retryStrategy: () => null });
  const seen = async () => [
    ((await other.client('LIST')) as string).trim().split('\n').length,
    Number(/connected_clients:(\d+)/.exec(await other.info('clients'))?.[1]),
  ];
  expect(await backend.health()).toMatchObject({ status: 'ok' });
  expect(await seen()).toEqual([1, 1]);
  await backend.client.ping();
  expect(await seen()).toEqual([2, 2]);
  other.disconnect();
});
