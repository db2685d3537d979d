import { createClient } from 'redis';
import * as redis5 from 'redis5';
import type { CacheBackend, NodeRedisOptions } from '../../src';
import type { Closing } from './closing';

const create6 = (options: NodeRedisOptions) => createClient(options);

/** A client of node-redis. */
export type NodeRedis = ReturnType<typeof create6>;

// The types of 5 and 6 differ in what no test asks for.
const create5 = (options: NodeRedisOptions) => redis5.createClient(options) as unknown as NodeRedis;

/** Both majors of node-redis, for `describe.each`. */
export const NODE_REDIS = [
  ['node-redis 6', create6],
  ['node-redis 5', create5],
] as const;

/** Options of a backend that has some. */
export async function optionsOf(backend: CacheBackend): Promise<NodeRedisOptions> {
  const options = await backend.nodeRedisOptions?.();
  if (options === undefined) throw new Error('this backend has no nodeRedisOptions()');
  return options;
}

/** A connected client that is destroyed with what the test opened. Its errors are nobody's. */
export async function connected(client: NodeRedis, closing: Closing): Promise<NodeRedis> {
  client.on('error', () => undefined);
  await client.connect();
  return closing.add(client, (opened) => {
    // 5 throws when there is nothing to destroy.
    if (opened.isOpen) opened.destroy();
  });
}
