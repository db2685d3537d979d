import { type BackendProvider, PROVIDER_API_VERSION } from '../backend-provider';

/** Redis itself: one server (`redis.url`, `redis.addr`), sentinels, or a Redis Cluster. */
export const distributedProvider: BackendProvider = {
  name: 'distributed',
  apiVersion: PROVIDER_API_VERSION,
  mode: 'distributed',
  async create(context) {
    // Loaded here: the other mode has no use for it.
    const { openBackend } = require('./open-backend') as typeof import('./open-backend');
    return openBackend(context);
  },
};
