import { Redis } from 'ioredis';
import { CacheBackend, Clock, createApp, override, SnapshotManager } from '../../../../src';
import type { AppModule } from '../../../../src';
import { snapshotModule } from '../../../../src/modules/snapshot';
import { VirtualClock } from '../../../../src/testing';
import { removeTemporaryPaths, temporaryPath } from '../../../support/temporary-path';
import { until } from '../../../support/until';

afterAll(removeTemporaryPaths);

async function settings(interval = '5m') {
  return {
    mode: 'standalone' as const,
    log: { level: 'silent' as const },
    redis: {
      standalone: {
        listener: { enabled: true, port: 0 },
        persistence: { enabled: true, data_dir: await temporaryPath(), snapshot_interval: interval },
      },
    },
  };
}

it('the application that a test moves the clock of takes its snapshots by that clock', async () => {
  const clock = new VirtualClock();
  const app = await createApp({
    config: await settings('5m'),
    configFile: false,
    env: {},
    overrides: [override(Clock, clock)],
  }).start();
  const manager = app.get(SnapshotManager);
  await app.get(CacheBackend).client.set('key', 'value');
  await clock.advance(299_000);
  expect(manager?.status()).toMatchObject({ snapshots: 0 });
  await clock.advance(1_000);
  await until('a snapshot is written', () => Promise.resolve(manager?.status().snapshots === 1));
  expect(manager?.status()).toMatchObject({ lastSuccess: clock.now() });
  await app.stop();
});

it('the listener answers LOADING from its first moment until the snapshot is restored', async () => {
  const config = await settings();
  const answers: string[] = [];
  /** Starts between the cache and the snapshots: what a client meets that is very early. */
  const early: AppModule = {
    name: 'early',
    provides: [],
    requires: [CacheBackend],
    async onInit({ get }) {
      const url = (get(CacheBackend) as CacheBackend & { readonly listenerUrl: string }).listenerUrl;
      const client = new Redis(url, { enableReadyCheck: false });
      answers.push(await client.set('key', 'early').catch((error: unknown) => (error as Error).message));
      client.disconnect();
    },
  };
  const original = snapshotModule.onInit?.bind(snapshotModule);
  const spy = jest.spyOn(snapshotModule, 'onInit').mockImplementation(async (context) => {
    await early.onInit?.(context);
    await original?.(context);
  });
  const app = await createApp({ config, configFile: false, env: {} }).start();
  spy.mockRestore();
  expect(answers).toEqual(['LOADING Redis is loading the dataset in memory']);
  expect(await app.get(CacheBackend).client.set('key', 'later')).toBe('OK');
  await app.stop();
});

it('an application without our snapshots does not answer LOADING for ever', async () => {
  const app = await createApp({
    config: await settings(),
    configFile: false,
    env: {},
    overrides: [override(SnapshotManager, undefined)],
  }).start();
  expect(await app.get(CacheBackend).client.set('key', 'value')).toBe('OK');
  await app.stop();
});
