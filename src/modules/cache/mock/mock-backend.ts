import type { Redis } from 'ioredis';
import { RespiteError } from '../../../errors';
import type { BackendHealth, CacheBackend, ConnectionOptions, ConnectionPurpose } from '../cache-backend';
import { down, ping } from '../ping';

/** Clients of ioredis-mock that share their data. Its scripts find values where there are none: not those of Redis. */
export class MockBackend implements CacheBackend {
  readonly name = 'mock';
  readonly mode = 'standalone';
  readonly lacks = ['blocking', 'node-redis-options', 'redis-options', 'scripts'] as const;
  readonly client: Redis;
  readonly #connect: () => Redis;
  readonly #connections = new Set<Redis>();
  #closed = false;

  constructor(connect: () => Redis) {
    this.#connect = connect;
    this.client = connect();
  }

  connection(purpose: ConnectionPurpose): Redis {
    if (this.#closed) {
      throw new RespiteError('BACKEND_CLOSED', {
        message: `A ${purpose} connection was asked of a backend that is closed. Ask for connections before the application stops.`,
      });
    }
    const connection = this.#connect();
    this.#connections.add(connection);
    connection.once('end', () => this.#connections.delete(connection));
    return connection;
  }

  redisOptions(): ConnectionOptions {
    throw new RespiteError('REDIS_OPTIONS_UNAVAILABLE', {
      message:
        'redisOptions() was asked of ioredis-mock, but a client made from such options is a real one and would look for a server. Give the library backend.connection(purpose) instead, or remove redis.provider to use the engine.',
    });
  }

  nodeRedisOptions(): Promise<never> {
    return Promise.reject(
      new RespiteError('REDIS_OPTIONS_UNAVAILABLE', {
        message:
          'nodeRedisOptions() was asked of ioredis-mock, which node-redis cannot talk to. Remove redis.provider to use the engine.',
      }),
    );
  }

  async health(): Promise<BackendHealth> {
    return this.#closed ? down('the backend is closed') : ping(this.client);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // ioredis-mock keeps what was written for as long as the process runs.
    await this.client.flushall();
    for (const connection of this.#connections) connection.disconnect();
    this.client.disconnect();
  }
}
