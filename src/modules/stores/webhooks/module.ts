import { type AppModule, ConfigToken, ReportsToken } from '../../../container';
import { requireCapabilities, storeReport } from '../support';
import { CacheBackend } from '../../cache';
import { IdempotencyStore } from './idempotency-store';

/** Provides `IdempotencyStore`. */
export const webhooksModule: AppModule = {
  name: 'webhooks',
  provides: [IdempotencyStore],
  requires: [CacheBackend, ConfigToken, ReportsToken],
  onInit({ get, defer }) {
    requireCapabilities('webhooks', get(CacheBackend), 'scripts');
    defer(get(ReportsToken).add(storeReport));
  },
  bind(binder) {
    binder.bind(IdempotencyStore, [CacheBackend, ConfigToken], (backend, { retention }) => {
      const { RedisIdempotencyStore } =
        require('./redis-idempotency-store') as typeof import('./redis-idempotency-store');
      return new RedisIdempotencyStore(backend, retention.webhooks);
    });
  },
};
