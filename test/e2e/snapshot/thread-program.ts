import { parentPort } from 'node:worker_threads';
import { CacheBackend, createApp, SnapshotManager } from '../../../src';
import { silentLogger } from '../../../src/container';

/** An application in a worker thread, or in a process of its own: sets `thread`, takes a snapshot, says so, and stays. */
async function main(dataDirectory: string): Promise<void> {
  const app = await createApp({
    configFile: false,
    env: {},
    logger: silentLogger,
    config: {
      mode: 'standalone',
      redis: { standalone: { persistence: { enabled: true, data_dir: dataDirectory, snapshot_interval: '1h' } } },
    },
  }).start();
  await app.get(CacheBackend).client.set('thread', '1');
  await app.get(SnapshotManager)?.snapshotNow();
  setInterval(() => undefined, 2 ** 30);
  parentPort?.postMessage('ready');
  parentPort?.on('message', () => {
    void app.stop().then(() => process.exit());
  });
}

void main(process.argv[2] ?? '');
