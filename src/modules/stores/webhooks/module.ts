import { type AppModule, ConfigToken } from '../../../container';
import { requireCapabilities } from '../support';
import { CacheBackend } from '../../cache';
import { IdempotencyStore } from './idempotency-store';

/** Provides `IdempotencyStore`. */
export const webhooksModule: AppModule = {
  name: 'webhooks',
  provides: [IdempotencyStore],
  requires: [CacheBackend, ConfigToken],
  onInit({ get }) {
    requireCapabilities('webhooks', get(CacheBackend), 'scripts');
  },
  bind(binder) {
    binder.bind(IdempotencyStore, [CacheBackend, ConfigToken], (backend, { retention }) => {
      const { RedisIdempotencyStore } =
        require('./redis-idempotency-store') as typeof import('./redis-idempotency-store');
      return new RedisIdempotencyStore(backend, retention.webhooks);
    });
  },
};
