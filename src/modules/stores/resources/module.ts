import { type AppModule, Clock, ReportsToken } from '../../../container';
import { requireCapabilities, storeReport } from '../support';
import { CacheBackend } from '../../cache';
import { ResourceStore } from './resource-store';

/** Provides `ResourceStore`; when it stops, every watch ends. */
export const resourcesModule: AppModule = {
  name: 'resources',
  provides: [ResourceStore],
  requires: [CacheBackend, Clock, ReportsToken],
  onInit({ get, provide, defer, logger }) {
    const backend = get(CacheBackend);
    requireCapabilities('resources', backend, 'pubsub', 'scripts', 'transactions');
    defer(get(ReportsToken).add(storeReport));
    const { RedisResourceStore } = require('./redis-resource-store') as typeof import('./redis-resource-store');
    const store = new RedisResourceStore({ backend, clock: get(Clock), logger });
    defer(() => store.close());
    provide(ResourceStore, store);
  },
};
