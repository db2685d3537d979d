import { type App, CacheBackend, createApp, type Logger, SnapshotManager } from '../../../../src';
import { Closing } from '../../../support/closing';
import { removeTemporaryPaths, temporaryPath } from '../../../support/temporary-path';
import { until } from '../../../support/until';

const closing = new Closing();
// Also of a test that failed: its timer would keep Jest from ending.
afterEach(() => closing.all());
afterAll(removeTemporaryPaths);

/** An event without what differs from run to run. */
interface Told {
  readonly event: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** An application with persistence, and what it logs. */
async function start(data_dir: string, snapshot_interval = '1h'): Promise<{ app: App; told: Told[] }> {
  const told: Told[] = [];
  const note = (fields: string | Readonly<Record<string, unknown>>, message = ''): void => {
    if (typeof fields === 'string') return;
    const { event, durationMs, ...rest } = fields;
    // Comes when a restore takes seconds.
    if (event === 'snapshot_restoring') return;
    if (durationMs !== undefined) expect(Number.isInteger(durationMs)).toBe(true);
    told.push({ ...rest, event: String(event), message });
  };
  const logger: Logger = { debug: () => undefined, info: note, warn: note, error: note };
  const persistence = { enabled: true, data_dir, snapshot_interval };
  const config = { mode: 'standalone', redis: { standalone: { persistence } } } as const;
  const app = closing.add(createApp({ config, configFile: false, env: {}, logger }), (each) => each.stop());
  return { app: await app.start(), told };
}

it('says that the cache is ready when the data is there, and what it holds', async () => {
  const path = await temporaryPath();
  const ready = (keys: number) => [
    { event: 'persistence_ready', data_dir: path, interval: '1h', message: 'the data is kept on disk' },
    {
      event: 'cache_ready',
      mode: 'standalone',
      keys,
      decidedBy: 'mode',
      provider: 'standalone',
      message: `redis is ready: standalone, ${keys === 1 ? '1 key' : '0 keys'}`,
    },
  ];
  const first = await start(path);
  expect(first.told).toEqual(ready(0));
  await first.app.get(CacheBackend).client.set('a', '1');
  await first.app.stop();
  const second = await start(path);
  expect(second.told).toEqual([{ event: 'snapshot_restored', keys: 1, message: 'restored 1 key' }, ...ready(1)]);
  await second.app.stop();
});

it('says of each snapshot what brought it about', async () => {
  const { app, told } = await start(await temporaryPath(), '100ms');
  const { client } = app.get(CacheBackend);
  await client.set('a', '1');
  await until('a snapshot is written', () => Promise.resolve(told.some(({ event }) => event === 'snapshot_written')));
  await app.stop();
  expect(told.slice(2)).toEqual(snapshot('periodic', '1 record', 1));

  const slow = await start(await temporaryPath());
  const manager = slow.app.get(SnapshotManager);
  const { client: second } = slow.app.get(CacheBackend);
  await second.mset({ a: '1', b: '2' });
  await manager?.snapshotNow();
  await second.save();
  await second.set('c', '3');
  await slow.app.stop();
  expect(slow.told.slice(2)).toEqual([...snapshot('on demand', '2 records', 2), ...snapshot('final', '1 record', 3)]);
});

/** What is told of a snapshot that writes something. */
function snapshot(kind: string, written: string, keys: number): Told[] {
  return [
    { event: 'snapshot_started', kind, message: `snapshot (${kind}) started` },
    {
      event: 'snapshot_written',
      kind,
      written: Number(written.split(' ')[0]),
      keys,
      bytes: expect.any(Number) as number,
      message: `snapshot (${kind}) written: ${written}`,
    },
  ];
}
