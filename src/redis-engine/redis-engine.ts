import type { Redis, RedisOptions } from 'ioredis';
import type { Clock } from '../container';
import { type EmbeddedEngine, type EngineData, type EvictionPolicy, openEngine, type RedisVersion } from '../engine';
import { RespiteError } from '../errors';
import { defineInProcessRedis } from '../modules/cache/standalone/in-process-redis';
import { type NodeRedisOptions, optionsForSocket } from '../modules/cache/node-redis-options';
import { actualIoredis } from './actual-package';
import type { EngineSocket } from './engine-socket';

/** How an engine is made; everything is optional. */
export interface RedisEngineOptions {
  /** The version of Redis it is: newer commands and options are unknown to it. Default `8.0`. */
  readonly version?: RedisVersion;
  /** Default 16. */
  readonly databases?: number;
  /** Bytes; default: derived from V8's heap limit. */
  readonly maxMemory?: number;
  /** Default `noeviction`. */
  readonly maxMemoryPolicy?: EvictionPolicy;
  /** What TTLs, blocking timeouts and stream ids go by; default: the system's. */
  readonly clock?: Clock;
}

/**
 * The data of an engine at one moment: all databases with their expiries, and the function libraries. Immutable; it may
 * be restored any number of times, into any engine with as many databases.
 */
export interface EngineSnapshot {
  /** How many keys it holds. */
  readonly keys: number;
}

/** A Redis in this process, by itself: what clients share when they are said to be on one server. */
export interface RedisEngine {
  /** Opens an ioredis client on it; a port or host in the options means nothing. `close` disconnects it. */
  connect(options?: RedisOptions): Redis;
  /**
   * Options for clients of node-redis (the package `redis`, 5 and 6) on it: `createClient(engine.nodeRedisOptions())`. They
   * lead to a socket that only this user reaches, opened when first asked for.
   * @throws RespiteError `ENGINE_NOT_AVAILABLE` once it is closed, `PRIVATE_SOCKET_FAILED`
   */
  nodeRedisOptions(): NodeRedisOptions;
  /** Copies its data. */
  snapshot(): EngineSnapshot;
  /**
   * Puts the data of a snapshot in the place of its own; clients stay connected. Keys that expired meanwhile stay away.
   * @throws RangeError when the snapshot uses a database this engine has not
   */
  restore(snapshot: EngineSnapshot): void;
  /** Another engine with a copy of its data, on the same clock and of the same version. Clients, users, scripts and CONFIG are not copied. */
  fork(): RedisEngine;
  /** Empties all databases and forgets scripts and functions; clients stay connected. */
  flush(): void;
  /** Disconnects its clients; others that live on it see a server that is gone. */
  close(): void;
}

const engines = new WeakMap<RedisEngine, EmbeddedEngine>();
const handles = new WeakMap<EmbeddedEngine, RedisEngine>();

/** Makes an engine with no data. */
export function createEngine(options: RedisEngineOptions = {}): RedisEngine {
  return handleOf(openEngine({ ...options, acceptsAnyCredentials: true }));
}

/** The one handle of an engine. */
export function handleOf(engine: EmbeddedEngine): RedisEngine {
  const existing = handles.get(engine);
  if (existing !== undefined) return existing;
  const handle = new Handle(engine);
  handles.set(engine, handle);
  engines.set(handle, engine);
  return handle;
}

/** The engine behind a handle. @throws RespiteError `ENGINE_NOT_AVAILABLE` when it is none of ours */
export function engineBehind(handle: RedisEngine): EmbeddedEngine {
  const engine = engines.get(handle);
  if (engine === undefined) {
    throw new RespiteError('ENGINE_NOT_AVAILABLE', {
      message: 'An object was given as an engine that is none. Use what createEngine() or engineOf() answers.',
    });
  }
  return engine;
}

const snapshots = new WeakMap<EngineSnapshot, EngineData>();

function dataOf(snapshot: EngineSnapshot): EngineData {
  const data = snapshots.get(snapshot);
  if (data === undefined) throw new TypeError('A snapshot is what snapshot() answers, nothing else.');
  return data;
}

class Handle implements RedisEngine {
  readonly #engine: EmbeddedEngine;
  readonly #clients = new Set<Redis>();
  #socket: EngineSocket | undefined;
  #closed = false;

  constructor(engine: EmbeddedEngine) {
    this.#engine = engine;
  }

  connect(options: RedisOptions = {}): Redis {
    const InProcessRedis = defineInProcessRedis(actualIoredis(), () => (this.#closed ? undefined : this.#engine));
    const client = new InProcessRedis(options);
    this.#clients.add(client);
    client.once('end', () => this.#clients.delete(client));
    return client;
  }

  nodeRedisOptions(): NodeRedisOptions {
    if (this.#closed) {
      throw new RespiteError('ENGINE_NOT_AVAILABLE', {
        message:
          'nodeRedisOptions() was asked of an engine that is closed. Ask for them before, or make another engine.',
      });
    }
    // Loaded here: clients of ioredis need no socket.
    const { openEngineSocket } = require('./engine-socket') as typeof import('./engine-socket');
    this.#socket ??= openEngineSocket(this.#engine);
    return optionsForSocket(this.#socket.path, () => this.#closed);
  }

  snapshot(): EngineSnapshot {
    const data = this.#engine.copyData();
    const snapshot = Object.freeze({ keys: data.databases.reduce((sum, keys) => sum + keys.length, 0) });
    snapshots.set(snapshot, data);
    return snapshot;
  }

  restore(snapshot: EngineSnapshot): void {
    this.#engine.replaceData(dataOf(snapshot));
  }

  fork(): RedisEngine {
    return handleOf(this.#engine.fork({ acceptsAnyCredentials: true }));
  }

  flush(): void {
    this.#engine.flush();
  }

  close(): void {
    this.#closed = true;
    for (const client of this.#clients) client.disconnect();
    this.#socket?.close();
    this.#engine.disconnectAll();
    this.#engine.close();
  }
}
