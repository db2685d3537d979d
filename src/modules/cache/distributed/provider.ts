import { type BackendProvider, PROVIDER_API_VERSION } from '../backend-provider';
import { clientOptions, connectOnce } from './connect';
import { DistributedBackend } from './distributed-backend';
import { serverOptions } from './server-options';

/** A Redis server: `redis.url` or `redis.addr`. */
export const distributedProvider: BackendProvider = {
  name: 'distributed',
  apiVersion: PROVIDER_API_VERSION,
  mode: 'distributed',
  async create({ config, logger, signal }) {
    const server = serverOptions(config);
    let connected = false;
    // A peer dependency, loaded here so that importing respite needs none. `require`, because a CommonJS Jest host
    // cannot follow import().
    const { Redis } = require('ioredis') as typeof import('ioredis');
    const client = new Redis(clientOptions(server, () => connected));
    await connectOnce(client, server, signal);
    connected = true;
    return new DistributedBackend(client, server, logger);
  },
};
