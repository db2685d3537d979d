import type { Config } from './config';
import { redactUrl } from './redact';

/** Who serves in the distributed mode, in words and without a password. */
export function describeServer(redis: Config['redis']): string {
  const { url, addr, cluster_nodes: nodes, sentinels, sentinel_name: master } = redis;
  if (nodes.length > 0) return `the Redis Cluster at ${nodes.join(', ')}`;
  const database = `, database ${String(redis.db)}`;
  if (sentinels.length > 0) return `the master "${master}" of the sentinels ${sentinels.join(', ')}${database}`;
  if (url === '') return `the Redis server at ${addr}${database}`;
  return `the Redis server at ${redactUrl(url)}${new URL(url).pathname.length > 1 ? '' : database}`;
}

/** As `describeServer`, as a URL. */
export function serverUrl({ url, addr, cluster_nodes, sentinels, sentinel_name }: Config['redis']): string {
  if (cluster_nodes.length > 0) return `redis://${cluster_nodes.join(',')}`;
  if (sentinels.length > 0) return `redis-sentinel://${sentinels.join(',')}/${sentinel_name}`;
  return url === '' ? `redis://${addr}` : redactUrl(url);
}
