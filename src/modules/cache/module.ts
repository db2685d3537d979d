import { resolveMode } from '../../config';
import { type AppModule, Clock } from '../../container';
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
      const { mode, decidedBy } = resolveMode('redis', config);
      const backend = await createBackend(get(BackendProvider), { config, logger, signal, clock: get(Clock) });
      defer(() => backend.close());
      provide(CacheBackend, backend);
      provide(SnapshotSourceToken, isEmbedded(backend) ? backend.snapshots : undefined);
      logger.info({ event: 'cache_ready', mode, decidedBy, provider: backend.name }, `redis is ${mode} (${decidedBy})`);
    },
  };
}

/**
 * Stops writes before the last snapshot is taken. It starts after the snapshot module and so stops before it, while
 * every module that uses the cache starts later still.
 */
export const quiesceModule: AppModule = {
  name: 'cache-quiesce',
  provides: [],
  requires: [CacheBackend],
  async onShutdown({ get }) {
    const backend = get(CacheBackend);
    if (isEmbedded(backend)) await backend.quiesce?.();
  },
};
