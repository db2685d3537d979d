import { loadConfig, type LoadedConfig } from '../config';
import { createAppFrom } from '../create-app';
import { SnapshotManager } from '../modules/snapshot';
import type { LmdbSnapshotManager } from '../modules/snapshot/lmdb-snapshot-manager';
import { type ConfigOptions, sourcesOf } from './config-options';

/** Opens a directory that nobody uses, restores it, and does something with it; what is damaged stays where it is. */
export async function withDirectory<T>(
  options: ConfigOptions,
  directory: string,
  work: (manager: LmdbSnapshotManager) => Promise<T>,
): Promise<T> {
  const app = createAppFrom(forMaintenance(options, directory), {});
  await app.start();
  try {
    // What the snapshot module provides where persistence is on.
    return await work(app.get(SnapshotManager) as LmdbSnapshotManager);
  } finally {
    await app.stop({ timeoutMs: 2 ** 31 - 1 });
  }
}

/** Whatever the application is set to: nothing is served, evicted, set aside, or written but what is asked for. */
function forMaintenance(options: ConfigOptions, directory: string): LoadedConfig {
  const persistence = {
    enabled: true,
    data_dir: directory,
    snapshot_interval: '24h',
    snapshot_on_shutdown: false,
    restore_on_startup: true,
    on_corruption: 'fail',
    durability: 'snapshot',
  } as const;
  const standalone = { listener: { enabled: false }, max_memory: 0, persistence };
  return loadConfig({
    ...sourcesOf(options),
    config: {
      mode: 'standalone',
      redis: { mode: 'standalone', provider: '', standalone },
      metrics: { enabled: false },
      log: { level: 'warn' },
    },
  });
}
