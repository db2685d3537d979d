import type { AppModule, InitContext, Logger } from '../../container';
import { CacheBackend, isEmbedded, SnapshotSourceToken } from '../cache';
import { LmdbSnapshotManager } from './lmdb-snapshot-manager';
import type { RestoreProgress } from './settings';
import { SnapshotManager } from './snapshot-manager';

/** Milliseconds of a stop that are kept for the last snapshot. */
const SHUTDOWN_MS = 10_000;

/** Milliseconds between two lines about a restore that goes on. */
const PROGRESS_INTERVAL_MS = 1000;

/**
 * Keeps the data of a standalone backend on disk: restores it before any module that uses the cache starts, writes what
 * changed at every interval, and once more after the last of them has stopped.
 */
export const snapshotModule: AppModule = {
  name: 'snapshot',
  provides: [SnapshotManager],
  requires: [CacheBackend, SnapshotSourceToken],
  timeouts: { shutdown: SHUTDOWN_MS },
  async onInit(context) {
    context.provide(SnapshotManager, await startManager(context));
  },
};

async function startManager({
  config,
  logger,
  signal,
  get,
  defer,
}: InitContext): Promise<LmdbSnapshotManager | undefined> {
  const { persistence } = config.redis.standalone;
  const source = get(SnapshotSourceToken);
  if (source === undefined || !persistence.enabled) return undefined;
  const manager = new LmdbSnapshotManager({
    source,
    logger,
    onProgress: reportProgress(logger),
    settings: {
      dataDirectory: persistence.data_dir,
      interval: persistence.snapshot_interval,
      onShutdown: persistence.snapshot_on_shutdown,
      restoreOnStartup: persistence.restore_on_startup,
      onCorruption: persistence.on_corruption,
    },
  });
  defer(() => manager.stop());
  await manager.start(signal);
  const backend = get(CacheBackend);
  if (isEmbedded(backend)) backend.saveHooks = manager.saveHooks;
  return manager;
}

/** A large restore takes a while: once a second it says how far it is. */
function reportProgress(logger: Logger): (progress: RestoreProgress) => void {
  let last = performance.now();
  return ({ records, total }) => {
    if (performance.now() - last < PROGRESS_INTERVAL_MS) return;
    last = performance.now();
    const percent = Math.floor((100 * records) / Math.max(total, 1));
    logger.info({ event: 'restore_progress', records, total }, `restoring: ${String(percent)} %`);
  };
}
