import { type AppModule, Clock, ReportsToken } from '../../../container';
import { requireCapabilities, storeReport } from '../support';
import { CacheBackend } from '../../cache';
import { EventBus } from './event-bus';
import { streamingReport } from './streaming-report';

/** Provides `EventBus`; when it stops, every subscription ends. */
export const streamingModule: AppModule = {
  name: 'streaming',
  provides: [EventBus],
  requires: [CacheBackend, Clock, ReportsToken],
  onInit({ get, provide, defer, logger }) {
    const backend = get(CacheBackend);
    requireCapabilities('streaming', backend, 'pubsub', 'scripts');
    defer(get(ReportsToken).add(storeReport));
    const { RedisEventBus } = require('./redis-event-bus') as typeof import('./redis-event-bus');
    const bus = new RedisEventBus({ backend, clock: get(Clock), logger });
    defer(() => bus.close());
    defer(get(ReportsToken).add(streamingReport(() => bus.stats())));
    provide(EventBus, bus);
  },
};
