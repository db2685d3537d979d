import { type AppModule, Clock } from '../../../container';
import { requireCapabilities } from '../support';
import { CacheBackend } from '../../cache';
import { EventBus } from './event-bus';

/** Provides `EventBus`; when it stops, every subscription ends. */
export const streamingModule: AppModule = {
  name: 'streaming',
  provides: [EventBus],
  requires: [CacheBackend, Clock],
  onInit({ get, provide, defer, logger }) {
    const backend = get(CacheBackend);
    requireCapabilities('streaming', backend, 'pubsub', 'scripts');
    const { RedisEventBus } = require('./redis-event-bus') as typeof import('./redis-event-bus');
    const bus = new RedisEventBus({ backend, clock: get(Clock), logger });
    defer(() => bus.close());
    provide(EventBus, bus);
  },
};
