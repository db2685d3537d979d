import { resolveMode } from '../../config';
import { type AppModule, Clock } from '../../container';
import { printCount } from '../../errors';
import { isMeasured } from './backend-statistics';
import { BackendProvider } from './backend-provider';
import { CacheBackend } from './cache-backend';
import { createBackend } from './create-backend';
import { isEmbedded, SnapshotSourceToken } from './embedded-backend';

/** Provides `CacheBackend`: chooses among `providers` by mode and name, and closes what it opened. */
export function cacheModule(providers: readonly BackendProvider[]): AppModule {
  return {
    name: 'cache',
    provides: [CacheBackend, SnapshotSourceToken, BackendProvider],
    requires: [Clock],
    bind(binder) {
      for (const provider of providers) binder.add(BackendProvider, provider);
    },
    async onInit({ config, logger, signal, get, defer, provide }) {
      const backend = await createBackend(get(BackendProvider), { config, logger, signal, clock: get(Clock) });
      defer(() => backend.close());
      provide(CacheBackend, backend);
      provide(SnapshotSourceToken, isEmbedded(backend) ? backend.snapshots : undefined);
    },
  };
}

/**
 * Says that the cache is ready, and stops writes before the last snapshot is taken. It starts after the snapshot module, so
 * that the data is there, and stops before it, while every module that uses the cache starts later still.
 */
export const quiesceModule: AppModule = {
  name: 'cache-quiesce',
  provides: [],
  requires: [CacheBackend],
  onInit({ config, logger, get }) {
    const backend = get(CacheBackend);
    // Somebody else stands in for the snapshots and restores nothing: it must not answer LOADING for ever.
    const waits = config.redis.standalone.persistence.enabled && isEmbedded(backend) && !backend.snapshots.restored;
    if (waits) backend.snapshots.finishRestore(undefined);
    const { mode, decidedBy } = resolveMode('redis', config);
    const keys = isEmbedded(backend) && isMeasured(backend) ? backend.measure()().engine?.keys : undefined;
    const fields = {
      event: 'cache_ready',
      mode,
      ...(keys !== undefined && { keys }),
      decidedBy,
      provider: backend.name,
    };
    const held = keys === undefined ? '' : `, ${printCount(keys, 'key')}`;
    logger.info(fields, `redis is ready: ${mode}${held}`);
  },
  async onShutdown({ get }) {
    const backend = get(CacheBackend);
    if (isEmbedded(backend)) await backend.quiesce?.();
  },
};
