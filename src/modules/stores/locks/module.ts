import { type AppModule, Clock } from '../../../container';
import { requireCapabilities } from '../support';
import { CacheBackend } from '../../cache';
import { LockManager } from './lock-manager';

/** Provides `LockManager`; when it stops, every lock that is still held is given back. */
export const locksModule: AppModule = {
  name: 'locks',
  provides: [LockManager],
  requires: [CacheBackend, Clock],
  onInit({ get, provide, defer, logger }) {
    const backend = get(CacheBackend);
    requireCapabilities('locks', backend, 'scripts');
    const { RedisLockManager } = require('./redis-lock-manager') as typeof import('./redis-lock-manager');
    const manager = new RedisLockManager({ client: backend.client, clock: get(Clock), logger });
    defer(() => manager.close());
    provide(LockManager, manager);
  },
};
