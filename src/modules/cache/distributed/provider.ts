import { type BackendProvider, PROVIDER_API_VERSION } from '../backend-provider';
import { connect } from './connect';
import { DistributedBackend } from './distributed-backend';
import { readServer } from './server';

/** Redis itself: one server (`redis.url`, `redis.addr`), sentinels, or a Redis Cluster. */
export const distributedProvider: BackendProvider = {
  name: 'distributed',
  apiVersion: PROVIDER_API_VERSION,
  mode: 'distributed',
  async create({ config, logger, signal }) {
    const server = readServer(config);
    return new DistributedBackend(await connect(server, signal), server, logger);
  },
};
