import { type AppModule, Clock } from '../../container';
import { CacheBackend } from '../cache';
import { EventBus } from './event-bus';
import { RedisEventBus } from './redis-event-bus';

/** Provides `EventBus`; when it stops, every subscription ends. */
export const streamingModule: AppModule = {
  name: 'streaming',
  provides: [EventBus],
  requires: [CacheBackend, Clock],
  onInit({ get, provide, defer, logger }) {
    const bus = new RedisEventBus({ backend: get(CacheBackend), clock: get(Clock), logger });
    defer(() => bus.close());
    provide(EventBus, bus);
  },
};
