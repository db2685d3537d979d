import type { Cluster } from 'ioredis';
import type { CacheBackend, ProvidedBackend } from './cache-backend';
import { clusterAsRedis, clusterOf, standsForRedis } from './cluster-client';

/**
 * What a provider made, as consumers use it: clients of a Redis Cluster stand for clients of one server. Other backends
 * are what they were.
 */
export function adoptBackend(provided: ProvidedBackend): CacheBackend {
  // An engine in this process is one server; asking for its client would make it somebody's.
  if ('snapshots' in provided) return provided as unknown as CacheBackend;
  const cluster = clusterOf(provided.client);
  const fits = cluster === undefined || (provided.cluster === cluster && standsForRedis(cluster));
  // Checked: its client is that of one server, and so are its connections; or it is our own. Of its options
  // ConnectionOptions only leaves out what is up to who makes a client.
  return fits ? (provided as CacheBackend) : onCluster(provided, cluster);
}

/** A stand-in: the backend may be frozen, and its methods may use private members. */
function onCluster(provided: ProvidedBackend, cluster: Cluster): CacheBackend {
  const client = clusterAsRedis(cluster);
  const connection: CacheBackend['connection'] = (purpose) => {
    const opened = provided.connection(purpose);
    const own = clusterOf(opened);
    return own === undefined ? (opened as typeof client) : clusterAsRedis(own);
  };
  const adopted: Partial<CacheBackend> = { client, cluster, topology: 'cluster', connection };
  return new Proxy({} as CacheBackend, {
    has: (_, name) => name in adopted || name in provided,
    get: (_, name) => {
      if (name in adopted) return Reflect.get(adopted, name) as unknown;
      const value: unknown = Reflect.get(provided, name);
      return typeof value === 'function' ? (value.bind(provided) as unknown) : value;
    },
    set: (_, name, value) => Reflect.set(provided, name, value),
  });
}
