import type { Cluster, Redis } from 'ioredis';
import type { Logger } from '../../../container';
import { withDeadline } from '../../../container/deadline';
import { asError, RespiteError } from '../../../errors';
import type { BackendStatistics, MeasuredBackend } from '../backend-statistics';
import type {
  BackendCapability,
  BackendHealth,
  BackendTopology,
  ConnectionOptions,
  ConnectionPurpose,
} from '../cache-backend';
import { clusterOf } from '../cluster-client';
import type { NodeRedisOptions } from '../node-redis-options';
import { endClient } from '../end-client';
import { hasEnded, OpenClients } from '../open-clients';
import { down } from '../ping';
import { clientOptionsOf, duplicate, duplicateForBlocking } from './create-client';
import { checkHealth } from './health';
import { OperationRecorder } from './operation-recorder';
import { nodeRedisOptionsOf } from './node-redis';
import type { Server } from './server';

/** How long replies under way, and then sockets, are waited for when closing, in milliseconds. */
const CLOSE_TIMEOUT_MS = 2000;

const LACKS: Readonly<Record<Server['target']['kind'], readonly BackendCapability[]>> = {
  server: [],
  sentinel: ['node-redis-options'],
  cluster: ['node-redis-options', 'redis-options'],
};

/** A Redis server, one the sentinels know, or a Redis Cluster, reached through ioredis. */
export class DistributedBackend implements MeasuredBackend {
  readonly name = 'distributed';
  readonly mode = 'distributed';
  readonly client: Redis;
  readonly cluster: Cluster | undefined;
  readonly topology: BackendTopology;
  readonly lacks: readonly BackendCapability[];
  readonly #server: Server;
  readonly #logger: Logger;
  /** Those that may still be connected. */
  readonly #open = new OpenClients<Redis>(hasEnded);
  #recorder: OperationRecorder | undefined;
  #closed = false;

  /** `client` is connected already. */
  constructor(client: Redis, server: Server, logger: Logger) {
    this.client = client;
    this.cluster = clusterOf(client);
    this.topology = this.cluster === undefined ? 'single' : 'cluster';
    this.lacks = LACKS[server.target.kind];
    this.#server = server;
    this.#logger = logger;
    this.#track(client);
  }

  connection(purpose: ConnectionPurpose): Redis {
    if (this.#closed) {
      throw new RespiteError('BACKEND_CLOSED', {
        message: `A ${purpose} connection was asked of a backend that is closed. Ask for connections before the application stops.`,
      });
    }
    const connection = purpose === 'blocking' ? duplicateForBlocking(this.client) : duplicate(this.client);
    this.#track(connection);
    return connection;
  }

  redisOptions(): ConnectionOptions {
    const options = clientOptionsOf(this.#server);
    if (options !== undefined) return options;
    throw new RespiteError('REDIS_OPTIONS_UNAVAILABLE', {
      message:
        'redisOptions() was asked of a Redis Cluster, but a client made from such options talks to one server. Give the library backend.connection(purpose) instead.',
    });
  }

  async nodeRedisOptions(): Promise<NodeRedisOptions> {
    return Promise.resolve(nodeRedisOptionsOf(this.#server));
  }

  changes(): never {
    throw new RespiteError('BACKEND_LACKS_CAPABILITY', {
      message:
        'changes() was asked of a backend on a Redis server, which tells its changes to its replicas alone. Use keyspace ' +
        'notifications (CONFIG SET notify-keyspace-events), or a stream that the application writes itself.',
    });
  }

  async health(): Promise<BackendHealth> {
    if (this.#closed) return down('the backend is closed');
    return checkHealth(this.client, this.#server.options.connectTimeout);
  }

  measure(): () => BackendStatistics {
    if (this.#recorder === undefined) {
      this.#recorder = new OperationRecorder();
      for (const client of this.#open) this.#recorder.watch(client);
    }
    const recorder = this.#recorder;
    return () => ({ operations: recorder.operations(), engine: undefined });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await withDeadline(CLOSE_TIMEOUT_MS, () => repliesUnderWay(this.client));
    await withDeadline(CLOSE_TIMEOUT_MS, async () => void (await Promise.all([...this.#open].map(endClient))));
    for (const client of this.#open) client.disconnect();
  }

  #track(connection: Redis): void {
    this.#open.add(connection);
    this.#recorder?.watch(connection);
    // ioredis prints errors that nobody listens for; and an operator wants to know.
    connection.on('error', (error: unknown) => {
      if (this.#closed) return;
      const { message } = asError(error);
      this.#logger.warn({ event: 'redis_connection_error', reason: message }, `connection to Redis: ${message}`);
    });
  }
}

/** Replies come in order, so that of a PING comes last. */
async function repliesUnderWay(client: Redis): Promise<void> {
  const connections: readonly Redis[] = clusterOf(client)?.nodes() ?? [client];
  await Promise.all(connections.filter(({ status }) => status === 'ready').map((connection) => connection.ping()));
}
