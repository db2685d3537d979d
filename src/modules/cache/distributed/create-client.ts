import type { ClusterOptions, Redis, RedisOptions } from 'ioredis';
import type { ConnectionOptions } from '../cache-backend';
import { clusterAsRedis } from '../cluster-client';
import { sentinelConnector, serverConnector } from './connectors';
import type { Address, ClientOptions, Server } from './server';

/** Waits between attempts to reconnect: 50 ms more each time, at most 2 s. */
const reconnectDelay = (attempt: number): number => Math.min(attempt * 50, 2000);

/**
 * A failover takes a Redis Cluster seconds: the node timeout and an election. A command waits for it 20 s, as long as it
 * would for a single server to come back (ioredis' 20 retries).
 */
const FAILOVER_RETRY = { retryDelayOnFailover: 500, retryDelayOnClusterDown: 500, maxRedirections: 40 } as const;

type Ioredis = typeof import('ioredis');

/**
 * A peer dependency, loaded when it is used so that importing respite needs none. `require`, because a CommonJS Jest host
 * cannot follow import().
 */
const loadIoredis = (): Ioredis => require('ioredis') as Ioredis;

/** A client that gives up at once while `connected` says so, and later reconnects for as long as it takes. */
export function createClient(server: Server, connected: () => boolean): Redis {
  const ioredis = loadIoredis();
  const { Redis, Cluster } = ioredis;
  const retry = (attempt: number): number | null => (connected() ? reconnectDelay(attempt) : null);
  const { target, options } = server;
  if (target.kind === 'cluster') {
    const nodeOptions = { ...options, Connector: serverConnector(ioredis) };
    return clusterAsRedis(new Cluster([...target.nodes], clusterOptions(nodeOptions, retry)));
  }
  return new Redis({
    ...singleClientOptions(server, ioredis),
    ...(target.kind === 'server' && { Connector: serverConnector(ioredis) }),
    ...(target.kind === 'sentinel' && { sentinelRetryStrategy: retry }),
    lazyConnect: true,
    retryStrategy: retry,
  });
}

/** Options for clients of others; `undefined` for a Cluster, which no client of one server can talk to. */
export function clientOptionsOf({ target, options }: Server): ConnectionOptions | undefined {
  return target.kind === 'cluster' ? undefined : singleClientOptions({ target, options }, loadIoredis());
}

/** What every client of one server needs, whoever makes it, so that it follows a failover. */
function singleClientOptions({ target, options }: Server, ioredis: Ioredis): ConnectionOptions {
  const common: ConnectionOptions = { ...options, reconnectOnError };
  if (target.kind !== 'sentinel') return { ...(target.kind === 'server' && target.address), ...common };
  return {
    ...common,
    sentinels: copy(target.sentinels),
    name: target.master,
    Connector: sentinelConnector(ioredis),
    sentinelReconnectStrategy: reconnectDelay,
    // A master that hangs never closes its connections; the sentinels say when another one has taken over.
    failoverDetector: true,
  };
}

/** A master that was demoted while we were connected: connect again, and send the command to the new one. */
const reconnectOnError = ({ message }: Error): false | 2 => (message.startsWith('READONLY') ? 2 : false);

function clusterOptions(options: NodeOptions, retry: (attempt: number) => number | null): ClusterOptions {
  return {
    ...FAILOVER_RETRY,
    lazyConnect: true,
    redisOptions: options,
    clusterRetryStrategy: retry,
    slotsRefreshTimeout: options.connectTimeout,
    // Certificates name hosts; ioredis would look their addresses up first and compare with those.
    ...(options.tls !== undefined && { dnsLookup: (host, done) => done(null, host) }),
  };
}

/** What the clients of the nodes of a Cluster are made with. */
type NodeOptions = ClientOptions & Pick<RedisOptions, 'Connector'>;

const copy = (addresses: readonly Address[]): Address[] => addresses.map((address) => ({ ...address }));

/** A connection like `client`'s for commands that block: as long as they were told to, not as others may take. */
export function duplicateForBlocking(client: Redis): Redis {
  // ioredis reads an undefined commandTimeout as none.
  return client.duplicate({ lazyConnect: false, maxRetriesPerRequest: null, commandTimeout: undefined });
}

/** Another connection like `client`'s. */
export function duplicate(client: Redis): Redis {
  return client.duplicate({ lazyConnect: false });
}
