import type { Redis } from 'ioredis';
import { RespiteError } from '../../../errors';
import type { EmbeddedEngine, SaveHooks, Session, SnapshotSource } from '../../../engine';
import type { BackendHealth, ConnectionOptions, ConnectionPurpose } from '../cache-backend';
import type { ChangeSet, ChangesOptions } from '../changes';
import type { BackendStatistics, MeasuredBackend } from '../backend-statistics';
import type { EmbeddedBackend, PrivateSocket } from '../embedded-backend';
import { type NodeRedisOptions, optionsForSocket } from '../node-redis-options';
import { hasEnded, OpenClients } from '../open-clients';
import { down, ping } from '../ping';
import { followChanges } from './follow-changes';
import { connectorFor } from './connector';
import { readStatistics } from './engine-statistics';
import type { RedisConstructor } from './in-process-redis';
import type { Listener } from './listener';
import { MemoryStream } from './memory-stream';
import type { PrivateServer } from './private-socket';

/** What a standalone backend is made of. */
export interface StandaloneParts {
  readonly engine: EmbeddedEngine;
  readonly InProcessRedis: RedisConstructor;
  /** Options every client of ours has: the database, the timeouts. */
  readonly clientOptions: ConnectionOptions;
  readonly client: Redis;
  readonly listener: Listener | undefined;
}

/** How long open replies are waited for when closing, in milliseconds. */
const QUIT_TIMEOUT_MS = 1000;

/** An engine in this process, and the ioredis clients that live on it. */
export class StandaloneBackend implements EmbeddedBackend, MeasuredBackend {
  readonly name = 'standalone';
  readonly mode = 'standalone';
  readonly #parts: StandaloneParts;
  readonly #connections = new OpenClients<Redis>(hasEnded);
  #listener: Listener | undefined;
  #private: Promise<PrivateServer> | undefined;
  #quiet = false;
  #closed = false;

  constructor(parts: StandaloneParts) {
    this.#parts = parts;
    setHidden(parts.client, true);
    this.#listener = parts.listener;
  }

  /** Until somebody asks for it, the shared client is nobody's, and no client of the engine sees it. */
  get client(): Redis {
    const { client } = this.#parts;
    setHidden(client, false);
    return client;
  }

  get snapshots(): SnapshotSource {
    return this.#parts.engine.snapshots;
  }

  get listenerUrl(): string | undefined {
    return this.#listener?.url;
  }

  /** Connects SAVE, BGSAVE and LASTSAVE to who writes snapshots. */
  set saveHooks(hooks: SaveHooks | undefined) {
    this.#parts.engine.host.saveHooks = hooks;
  }

  set onShutdownCommand(listener: (() => void) | undefined) {
    this.#parts.engine.host.onShutdown = listener;
  }

  connection(purpose: ConnectionPurpose): Redis {
    if (this.#closed) {
      throw new RespiteError('BACKEND_CLOSED', {
        message: `A ${purpose} connection was asked of a backend that is closed. Ask for connections before the application stops.`,
      });
    }
    const { InProcessRedis, clientOptions } = this.#parts;
    const { commandTimeout: _, ...patient } = clientOptions;
    const options = purpose === 'blocking' ? { ...patient, maxRetriesPerRequest: null } : clientOptions;
    const connection = new InProcessRedis({ ...options, lazyConnect: false });
    this.#connections.add(connection);
    return connection;
  }

  redisOptions(): ConnectionOptions {
    const { engine, clientOptions } = this.#parts;
    return { ...clientOptions, Connector: connectorFor(() => (this.#quiet ? undefined : engine)) };
  }

  async nodeRedisOptions(): Promise<NodeRedisOptions> {
    const { path } = await this.privateSocket();
    const { db = 0 } = this.#parts.clientOptions;
    return { ...optionsForSocket(path, () => this.#quiet), ...(db > 0 && { database: db }) };
  }

  async privateSocket(): Promise<PrivateSocket> {
    if (this.#quiet) {
      throw new RespiteError('BACKEND_CLOSED', {
        message: 'A private socket was asked of a backend that is closed, or about to be.',
      });
    }
    return (this.#private ??= this.#openPrivately());
  }

  #openPrivately(): Promise<PrivateServer> {
    // Loaded here: most have no use for it.
    const { PrivateServer } = require('./private-socket') as typeof import('./private-socket');
    return PrivateServer.open(this.#parts.engine);
  }

  changes(options: ChangesOptions = {}): AsyncIterableIterator<ChangeSet> {
    return followChanges(this.#parts.engine.snapshots, options);
  }

  async health(): Promise<BackendHealth> {
    if (this.#closed) return down('the backend is closed');
    const health = await ping(this.#parts.client);
    const reasons = this.#parts.engine.host.saveHooks?.troubles?.() ?? [];
    return health.status === 'ok' && reasons.length > 0 ? { ...health, status: 'degraded', reasons } : health;
  }

  measure(): () => BackendStatistics {
    return () => readStatistics(this.#parts.engine);
  }

  /** Closes the listener, the private socket and every client but the shared one, those of libraries as well: nobody writes any more. */
  async quiesce(): Promise<void> {
    this.#quiet = true;
    await this.#listener?.close();
    this.#listener = undefined;
    await (await this.#opened())?.close();
    for (const connection of this.#connections) connection.disconnect();
    this.#parts.engine.disconnectAll(sessionOf(this.#parts.client));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const { client } = this.#parts;
    await this.quiesce();
    if (client.status === 'ready') {
      let timer: NodeJS.Timeout | undefined;
      const timeout = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, QUIT_TIMEOUT_MS);
      });
      await Promise.race([
        client.quit().then(
          () => undefined,
          () => undefined,
        ),
        timeout,
      ]);
      clearTimeout(timer);
    }
    client.disconnect();
    this.#parts.engine.close();
    await (await this.#opened())?.remove();
  }

  /** The private socket, if there is one. */
  async #opened(): Promise<PrivateServer | undefined> {
    return this.#private?.catch(() => undefined);
  }
}

function sessionOf({ stream }: Redis): Session | undefined {
  return stream instanceof MemoryStream ? stream.session : undefined;
}

function setHidden(client: Redis, hidden: boolean): void {
  const session = sessionOf(client);
  if (session !== undefined) session.hidden = hidden;
}
