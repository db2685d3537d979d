import { startOnDirectory, stopApp } from '../migration/closed-directory';
import { SnapshotManager } from '../modules/snapshot';
import type { LmdbSnapshotManager } from '../modules/snapshot/lmdb-snapshot-manager';
import { type ConfigOptions, sourcesOf } from './config-options';

/** Opens a directory that nobody uses, restores it, and does something with it; what is damaged stays where it is. */
export async function withDirectory<T>(
  options: ConfigOptions,
  directory: string,
  work: (manager: LmdbSnapshotManager) => Promise<T>,
): Promise<T> {
  const app = await startOnDirectory(sourcesOf(options), directory);
  try {
    // What the snapshot module provides where persistence is on.
    return await work(app.get(SnapshotManager) as LmdbSnapshotManager);
  } finally {
    await stopApp(app);
  }
}
