import type { Cluster, Redis, RedisOptions } from 'ioredis';
import type { Mode } from '../../config';
import type { ChangeSet, ChangesOptions } from './changes';
import type { NodeRedisOptions } from './node-redis-options';
import { createToken } from '../../container';

/** What a connection is for: subscribers and blocking commands occupy theirs, so they never share one. */
export type ConnectionPurpose = 'subscriber' | 'blocking' | 'commands';

/** What a backend may be unable to do; one that lacks nothing behaves as Redis does behind ioredis. */
export type BackendCapability =
  'blocking' | 'node-redis-options' | 'pubsub' | 'redis-options' | 'scripts' | 'transactions';

/** Whether one server answers, or the nodes of a Redis Cluster. */
export type BackendTopology = 'single' | 'cluster';

/**
 * Options for clients that libraries make themselves. As ioredis' `RedisOptions`, to which they are assignable, but also
 * as the types of BullMQ want them: nothing is `undefined`, and there are neither `retryStrategy` nor `scripts`, which the
 * library decides.
 */
export type ConnectionOptions = {
  // A mapped type, not an interface: only those are assignable to types with an index signature.
  [N in keyof RedisOptions as Exclude<N, 'retryStrategy' | 'scripts'>]?: Exclude<RedisOptions[N], undefined>;
};

/** How a backend is doing. */
export interface BackendHealth {
  /** `degraded` serves, but something needs attention; `down` does not serve. */
  readonly status: 'ok' | 'degraded' | 'down';
  /** How long a PING took, in milliseconds; `undefined` when it got no reply. */
  readonly latencyMs: number | undefined;
  /** What is wrong, unless `status` is `ok`. */
  readonly reasons: readonly string[];
}

/**
 * A live Redis: in this process or on a server. Consumers talk to it through ioredis, nothing narrower.
 *
 * As a value, `CacheBackend` is the token: `app.get(CacheBackend)`.
 */
export interface CacheBackend {
  /** The name of the provider that made it. */
  readonly name: string;
  readonly mode: Mode;
  /** What it cannot do; default: nothing. Consumers that need it choose another way, or say so when they start. */
  readonly lacks?: readonly BackendCapability[];
  /** Default: `single`. */
  readonly topology?: BackendTopology;
  /**
   * The shared connection for commands. Do not block on it, subscribe on it, or close it.
   *
   * On a Redis Cluster it is ioredis' `Cluster`, which answers the same commands. What only a client of one server has
   * (`scanStream`, `monitor`, `stream`) throws `CLUSTER_UNSUPPORTED` there; so do the connections.
   */
  readonly client: Redis;
  /** `client` as ioredis types a Cluster, for who asks its nodes; `undefined` on one server. */
  readonly cluster?: Cluster | undefined;
  /**
   * Opens a connection of the caller's own. It may be closed early; at the latest it is when the application stops.
   * A `blocking` connection has no retry limit per request and no command timeout.
   * @throws RespiteError `BACKEND_CLOSED`
   */
  connection(purpose: ConnectionPurpose): Redis;
  /**
   * Options for libraries that build their own client: `new Redis(backend.redisOptions())`. Never carries a keyPrefix.
   * Clients made from them belong to whoever made them.
   * @throws RespiteError `REDIS_OPTIONS_UNAVAILABLE` on a Redis Cluster and on ioredis-mock: use `connection`
   */
  redisOptions(): ConnectionOptions;
  /**
   * Options for clients of node-redis (the package `redis`, 5 and 6): `createClient(await backend.nodeRedisOptions())`.
   * Where the data lives in this process they lead to a socket that only this user reaches, opened when first asked for, and
   * a client made from them gives up once the application has stopped. Such clients belong to whoever made them. Undefined
   * on backends of plug-ins that cannot.
   * @throws RespiteError `REDIS_OPTIONS_UNAVAILABLE` where node-redis has other factories (sentinels, a Redis Cluster) and on
   * ioredis-mock; `PRIVATE_SOCKET_FAILED`, `BACKEND_CLOSED`
   */
  nodeRedisOptions?(): Promise<NodeRedisOptions>;
  /**
   * Follows what changes from now on, for audits and read models: complete while the reader keeps up, else with the number of
   * what was left out. Only where the data lives in this process; undefined on backends of plug-ins that cannot.
   * @throws RespiteError `BACKEND_LACKS_CAPABILITY` on a server, which tells its replicas alone
   */
  changes?(options?: ChangesOptions): AsyncIterableIterator<ChangeSet>;
  /** Never rejects. */
  health(): Promise<BackendHealth>;
  /** Closes every connection the backend opened. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * What a provider makes. As `CacheBackend`, but clients may have the type ioredis gives a Cluster, and options may be any
 * that ioredis takes; whoever uses the backend does not see a difference.
 */
export interface ProvidedBackend extends Omit<CacheBackend, 'client' | 'connection' | 'redisOptions'> {
  readonly client: Redis | Cluster;
  connection(purpose: ConnectionPurpose): Redis | Cluster;
  redisOptions(): RedisOptions;
}

export const CacheBackend = createToken<CacheBackend>('CacheBackend');
