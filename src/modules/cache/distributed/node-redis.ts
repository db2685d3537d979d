import { RespiteError } from '../../../errors';
import type { NodeRedisOptions, NodeRedisTls } from '../node-redis-options';
import { printAddress, type Server } from './server';

/**
 * The server as clients of node-redis find it. `redis.command_timeout` is not among them: theirs counts the time until a
 * command is sent.
 * @throws RespiteError `REDIS_OPTIONS_UNAVAILABLE` where node-redis has another factory
 */
export function nodeRedisOptionsOf({ target, options }: Server): NodeRedisOptions {
  switch (target.kind) {
    case 'cluster':
      throw unavailable(
        'a Redis Cluster',
        `createCluster({ rootNodes: [${target.nodes.map((node) => `{ url: 'redis://${printAddress(node)}' }`).join(', ')}] })`,
      );
    case 'sentinel':
      throw unavailable(
        'a master that sentinels know',
        `createSentinel({ name: '${target.master}', sentinelRootNodes: [${target.sentinels.map(({ host, port }) => `{ host: '${host}', port: ${String(port)} }`).join(', ')}] })`,
      );
    case 'server': {
      const { username, password, db = 0, tls, connectTimeout } = options;
      const address = { ...target.address, connectTimeout };
      return {
        // What readServer makes of redis.tls: these four, and nothing else that tls.connect() takes.
        socket: tls === undefined ? address : { ...address, tls: true, ...(tls as Omit<NodeRedisTls, 'tls'>) },
        ...(username !== undefined && { username }),
        ...(password !== undefined && { password }),
        ...(db > 0 && { database: db }),
      };
    }
  }
}

function unavailable(what: string, factory: string): RespiteError {
  return new RespiteError('REDIS_OPTIONS_UNAVAILABLE', {
    message: `nodeRedisOptions() was asked of ${what}, for which node-redis has a factory of its own: use its ${factory}, with the user name, password and TLS settings of redis.*.`,
  });
}
