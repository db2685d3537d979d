import { type AppModule, Clock } from '../../container';
import { CacheBackend } from '../cache';
import { LockManager } from './lock-manager';
import { RedisLockManager } from './redis-lock-manager';

/** Provides `LockManager`; when it stops, every lock that is still held is given back. */
export const locksModule: AppModule = {
  name: 'locks',
  provides: [LockManager],
  requires: [CacheBackend, Clock],
  onInit({ get, provide, defer, logger }) {
    const manager = new RedisLockManager({ client: get(CacheBackend).client, clock: get(Clock), logger });
    defer(() => manager.close());
    provide(LockManager, manager);
  },
};
