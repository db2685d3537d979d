import { type AppModule, ConfigToken } from '../../../container';
import { requireCapabilities } from '../support';
import { CacheBackend } from '../../cache';
import { MemoryStore } from './memory-store';

/** Provides `MemoryStore`. */
export const memoryModule: AppModule = {
  name: 'memory',
  provides: [MemoryStore],
  requires: [CacheBackend, ConfigToken],
  onInit({ get }) {
    requireCapabilities('memory', get(CacheBackend), 'scripts', 'transactions');
  },
  bind(binder) {
    binder.bind(MemoryStore, [CacheBackend, ConfigToken], (backend, { retention }) => {
      const { RedisMemoryStore } = require('./redis-memory-store') as typeof import('./redis-memory-store');
      return new RedisMemoryStore(backend, retention.memory);
    });
  },
};
