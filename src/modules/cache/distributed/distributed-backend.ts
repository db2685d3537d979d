import { once } from 'node:events';
import type { Redis, RedisOptions } from 'ioredis';
import type { Logger } from '../../../container';
import { withDeadline } from '../../../container/deadline';
import { asError, RespiteError } from '../../../errors';
import type { BackendHealth, CacheBackend, ConnectionPurpose } from '../cache-backend';
import type { ServerOptions } from './server-options';

/** How long replies under way, and then sockets, are waited for when closing, in milliseconds. */
const CLOSE_TIMEOUT_MS = 2000;

/** A Redis server, reached through ioredis. */
export class DistributedBackend implements CacheBackend {
  readonly name = 'distributed';
  readonly mode = 'distributed';
  readonly client: Redis;
  readonly #server: ServerOptions;
  readonly #logger: Logger;
  readonly #connections = new Set<Redis>();
  #closed = false;

  /** `client` is connected already. */
  constructor(client: Redis, server: ServerOptions, logger: Logger) {
    this.client = client;
    this.#server = server;
    this.#logger = logger;
    this.#watch(client);
  }

  connection(purpose: ConnectionPurpose): Redis {
    if (this.#closed) {
      throw new RespiteError('BACKEND_CLOSED', {
        message: `A ${purpose} connection was asked of a backend that is closed. Ask for connections before the application stops.`,
      });
    }
    const connection = this.client.duplicate(purpose === 'blocking' ? FOR_BLOCKING : { lazyConnect: false });
    this.#connections.add(connection);
    connection.once('end', () => this.#connections.delete(connection));
    this.#watch(connection);
    return connection;
  }

  redisOptions(): RedisOptions {
    return { ...this.#server };
  }

  async health(): Promise<BackendHealth> {
    const begin = performance.now();
    if (this.client.status !== 'ready') return down(`the connection is ${this.client.status}`);
    const outcome = await withDeadline(this.#server.connectTimeout ?? 0, async () => void (await this.client.ping()));
    if (outcome.status === 'failed') return down(outcome.error.message);
    if (outcome.status === 'timed-out') return down('no reply to PING');
    return { status: 'ok', latencyMs: performance.now() - begin, reasons: [] };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // QUIT lets replies under way arrive; without a connection there are none.
    if (this.client.status === 'ready') {
      await withDeadline(CLOSE_TIMEOUT_MS, async () => void (await this.client.quit()));
    }
    // Disconnecting a client that has ended already starts a timer that nothing stops.
    const clients = [this.client, ...this.#connections].filter(({ status }) => status !== 'end');
    const ended = clients.map((client) => once(client, 'end'));
    for (const client of clients) client.disconnect();
    await withDeadline(CLOSE_TIMEOUT_MS, async () => void (await Promise.all(ended)));
  }

  /** ioredis prints errors that nobody listens for; and an operator wants to know. */
  #watch(connection: Redis): void {
    connection.on('error', (error: unknown) => {
      if (this.#closed) return;
      const { message } = asError(error);
      this.#logger.warn({ event: 'redis_connection_error', reason: message }, `connection to Redis: ${message}`);
    });
  }
}

/** A blocking command waits as long as it was told to, not as long as other commands may take. */
const FOR_BLOCKING = {
  lazyConnect: false,
  maxRetriesPerRequest: null,
  commandTimeout: undefined,
} as Partial<RedisOptions>; // exactOptionalPropertyTypes: ioredis reads an undefined commandTimeout as none

function down(reason: string): BackendHealth {
  return { status: 'down', latencyMs: undefined, reasons: [reason] };
}
