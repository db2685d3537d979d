import { type AppModule, ConfigToken } from '../../container';
import { CacheBackend } from '../cache';
import { MemoryStore } from './memory-store';
import { RedisMemoryStore } from './redis-memory-store';

/** Provides `MemoryStore`. */
export const memoryModule: AppModule = {
  name: 'memory',
  provides: [MemoryStore],
  requires: [CacheBackend, ConfigToken],
  bind(binder) {
    binder.bind(
      MemoryStore,
      [CacheBackend, ConfigToken],
      (backend, { retention }) => new RedisMemoryStore(backend, retention.memory),
    );
  },
};
