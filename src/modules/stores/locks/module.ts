import { type AppModule, Clock, ReportsToken } from '../../../container';
import { requireCapabilities, storeReport } from '../support';
import { CacheBackend } from '../../cache';
import { lockReport } from './lock-report';
import { LockManager } from './lock-manager';

/** Provides `LockManager`; when it stops, every lock that is still held is given back. */
export const locksModule: AppModule = {
  name: 'locks',
  provides: [LockManager],
  requires: [CacheBackend, Clock, ReportsToken],
  onInit({ get, provide, defer, logger }) {
    const backend = get(CacheBackend);
    requireCapabilities('locks', backend, 'scripts');
    defer(get(ReportsToken).add(storeReport));
    const { RedisLockManager } = require('./redis-lock-manager') as typeof import('./redis-lock-manager');
    const manager = new RedisLockManager({ client: backend.client, clock: get(Clock), logger });
    defer(() => manager.close());
    defer(get(ReportsToken).add(lockReport(() => manager.stats())));
    provide(LockManager, manager);
  },
};
