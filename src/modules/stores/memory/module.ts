import { type AppModule, ConfigToken, ReportsToken } from '../../../container';
import { requireCapabilities, storeReport } from '../support';
import { CacheBackend } from '../../cache';
import { MemoryStore } from './memory-store';

/** Provides `MemoryStore`. */
export const memoryModule: AppModule = {
  name: 'memory',
  provides: [MemoryStore],
  requires: [CacheBackend, ConfigToken, ReportsToken],
  onInit({ get, defer }) {
    requireCapabilities('memory', get(CacheBackend), 'scripts', 'transactions');
    defer(get(ReportsToken).add(storeReport));
  },
  bind(binder) {
    binder.bind(MemoryStore, [CacheBackend, ConfigToken], (backend, { retention }) => {
      const { RedisMemoryStore } = require('./redis-memory-store') as typeof import('./redis-memory-store');
      return new RedisMemoryStore(backend, retention.memory);
    });
  },
};
