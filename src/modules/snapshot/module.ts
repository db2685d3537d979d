import { resolve } from 'node:path';
import { type AppModule, Clock, type InitContext } from '../../container';
import { printDuration } from '../../errors';
import { CacheBackend, isEmbedded, SnapshotSourceToken } from '../cache';
import { SnapshotManager } from './snapshot-manager';

/** Milliseconds of a stop that are kept for the last snapshot. */
const SHUTDOWN_MS = 10_000;

/**
 * Keeps the data of a standalone backend on disk: restores it before any module that uses the cache starts, writes what
 * changed at every interval, and once more after the last of them has stopped.
 */
export const snapshotModule: AppModule = {
  name: 'snapshot',
  provides: [SnapshotManager],
  requires: [CacheBackend, SnapshotSourceToken, Clock],
  timeouts: { shutdown: SHUTDOWN_MS },
  async onInit(context) {
    context.provide(SnapshotManager, await startManager(context));
  },
};

async function startManager({ config, logger, signal, get, defer }: InitContext): Promise<SnapshotManager | undefined> {
  const { persistence } = config.redis.standalone;
  const source = get(SnapshotSourceToken);
  if (source === undefined || !persistence.enabled) return undefined;
  // Loaded here: without persistence nobody needs it.
  const { openControl } = require('./control/open-control') as typeof import('./control/open-control');
  const { encryptionKeyOf } = require('./encryption/configured-key') as typeof import('./encryption/configured-key');
  const { LmdbSnapshotManager } = require('./lmdb-snapshot-manager') as typeof import('./lmdb-snapshot-manager');
  const manager = new LmdbSnapshotManager({
    source,
    logger,
    clock: get(Clock),
    settings: {
      dataDirectory: persistence.data_dir,
      interval: persistence.snapshot_interval,
      onShutdown: persistence.snapshot_on_shutdown,
      restoreOnStartup: persistence.restore_on_startup,
      onCorruption: persistence.on_corruption || (persistence.durability === 'snapshot' ? 'quarantine' : 'fail'),
      durability: persistence.durability,
      maxBytes: persistence.max_snapshot_size,
      generations: persistence.generations,
      generationsAge: config.retention.generations_age,
      encryptionKey: encryptionKeyOf(persistence),
    },
  });
  const backend = get(CacheBackend);
  const control = isEmbedded(backend) ? await openControl(backend, manager, logger) : undefined;
  // Closed last: who asked for a snapshot gets his answer, and the stop waits for what he asked for.
  if (control !== undefined) defer(() => control.close());
  defer(() => manager.stop());
  await manager.start(signal, control?.sockets);
  const { data_dir: directory, snapshot_interval: interval } = persistence;
  const fields = {
    event: 'persistence_ready',
    data_dir: resolve(directory),
    interval: String(printDuration(interval)),
  };
  logger.info(fields, 'the data is kept on disk');
  if (isEmbedded(backend)) backend.saveHooks = manager.saveHooks;
  return manager;
}
