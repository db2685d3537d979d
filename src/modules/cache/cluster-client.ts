import type { Cluster, ClusterOptions, Redis, RedisOptions } from 'ioredis';
import { RespiteError } from '../../errors';

/** What a client of one server has and a Cluster has not. What ioredis marks as its own internals is nobody's to call. */
type OnlyOfOneServer = Exclude<keyof Redis, keyof Cluster | Internal>;

type Internal =
  | '_buildBatchContext' // ioredis itself asks whether it is there
  | '_getServerAddress'
  | 'handleReconnection'
  | 'recoverFromFatalError'
  | 'silentEmit';

/** Complete by its type: what another version of ioredis adds does not compile until it stands here. */
const INSTEAD: Readonly<Record<Exclude<OnlyOfOneServer, 'end'>, string>> = {
  scanStream: 'Ask every master: cluster.nodes("master").map((node) => node.scanStream())',
  scanBufferStream: 'Ask every master: cluster.nodes("master").map((node) => node.scanBufferStream())',
  monitor: 'Ask the nodes that matter: cluster.nodes().map((node) => node.monitor())',
  stream: 'Each of cluster.nodes() has its own',
  condition: 'Each of cluster.nodes() has its own',
  mode: 'Each of cluster.nodes() has its own',
  commandQueue: 'Each of cluster.nodes() has its own',
};

/** What a Cluster has for itself; its nodes have every other option of a client. */
const OF_THE_CLUSTER = [
  'enableAutoPipelining',
  'autoPipeliningIgnoredCommands',
  'enableOfflineQueue',
  'enableReadyCheck',
  'keyPrefix',
  'lazyConnect',
  'scripts',
  'showFriendlyErrorStack',
] as const satisfies readonly (keyof RedisOptions & keyof ClusterOptions)[];

/** What says where a server is: a Cluster's nodes are found by itself. */
const WHERE = ['host', 'port', 'path', 'sentinels'] as const satisfies readonly (keyof RedisOptions)[];

/** Marks a Cluster that looks like a client of one server already. */
const PRESENTED = Symbol('presented');

/** The Cluster that a client is; `undefined` for a client of one server. ioredis' flag holds across copies of the package. */
export function clusterOf(client: Redis | Cluster): Cluster | undefined {
  return isCluster(client) ? client : undefined;
}

// `instanceof` fails across copies of the package; ioredis-mock's clients have no such flag.
const isCluster = (client: Redis | Cluster): client is Cluster => client.isCluster;

/**
 * A Cluster under the type of a client of one server, for programs that are written against that. It answers the same
 * commands, and `duplicate({ ... })` takes a client's options. What it cannot do throws.
 *
 * @returns the same object
 */
export function clusterAsRedis(cluster: Cluster): Redis {
  if (!standsForRedis(cluster)) present(cluster);
  return cluster as unknown as Redis; // what is missing from it has just been added
}

/** Whether a Cluster went through `clusterAsRedis`. */
export const standsForRedis = (cluster: Cluster): boolean => PRESENTED in cluster;

function present(cluster: Cluster): void {
  const define = (name: PropertyKey, property: PropertyDescriptor): void => {
    // As ioredis' own members are: not listed, and open to test doubles.
    Object.defineProperty(cluster, name, { enumerable: false, configurable: true, ...property });
  };
  for (const [name, instead] of Object.entries(INSTEAD)) {
    const refuse = (): never => {
      throw unsupported(`"${name}"`, instead);
    };
    const isMethod = name === 'scanStream' || name === 'scanBufferStream';
    if (name in cluster) continue; // another version of ioredis has it
    if (name === 'monitor') define(name, { value: promiseOf(refuse), writable: true });
    else if (isMethod) define(name, { value: refuse, writable: true });
    else define(name, { get: refuse, set: (value: unknown) => define(name, { value, writable: true }) });
  }
  const duplicate = cluster.duplicate.bind(cluster);
  define('duplicate', {
    value: (first?: Parameters<Cluster['duplicate']>[0] | RedisOptions, options: ClusterOptions = {}) =>
      clusterAsRedis(
        first === undefined || Array.isArray(first)
          ? duplicate(first, options)
          : duplicate([], optionsOfDuplicate(cluster, first)),
      ),
    writable: true,
  });
  // Its deprecated name on a client of one server.
  define('end', { value: () => cluster.disconnect(), writable: true });
  define(PRESENTED, { value: true });
}

/** What `duplicate(override)` of a client of one server asks for, as a Cluster takes it. */
function optionsOfDuplicate(cluster: Cluster, override: RedisOptions): ClusterOptions {
  const elsewhere = WHERE.filter((name) => override[name] !== undefined);
  if (elsewhere.length > 0) {
    const instead = 'Leave it out for a connection to the same cluster, or make a client of your own';
    throw unsupported(`"${elsewhere.join('", "')}" of duplicate()`, instead);
  }
  const { retryStrategy, ...rest } = override;
  const own = new Set<string>(OF_THE_CLUSTER);
  const entries = Object.entries(rest);
  return {
    ...Object.fromEntries(entries.filter(([name]) => own.has(name))),
    ...(retryStrategy !== undefined && { clusterRetryStrategy: retryStrategy }),
    redisOptions: {
      ...cluster.options.redisOptions,
      ...Object.fromEntries(entries.filter(([name]) => !own.has(name))),
    },
  };
}

/** As a method of a client that gives a promise, and calls back if it is asked to. */
function promiseOf(refuse: () => never): (callback?: (error: unknown) => void) => Promise<never> {
  return (callback) => {
    const refused = new Promise<never>(refuse);
    if (callback !== undefined) refused.catch(callback);
    return refused;
  };
}

function unsupported(what: string, instead: string): RespiteError {
  return new RespiteError('CLUSTER_UNSUPPORTED', {
    message: `${what} was asked of a client of a Redis Cluster, which has no single server to ask. ${instead} (backend.cluster is this client, typed as ioredis' Cluster).`,
  });
}
