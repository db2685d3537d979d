import { type AppModule, Clock } from '../../container';
import { CacheBackend } from '../cache';
import { RedisResourceStore } from './redis-resource-store';
import { ResourceStore } from './resource-store';

/** Provides `ResourceStore`; when it stops, every watch ends. */
export const resourcesModule: AppModule = {
  name: 'resources',
  provides: [ResourceStore],
  requires: [CacheBackend, Clock],
  onInit({ get, provide, defer, logger }) {
    const store = new RedisResourceStore({ backend: get(CacheBackend), clock: get(Clock), logger });
    defer(() => store.close());
    provide(ResourceStore, store);
  },
};
