import type { Redis, RedisOptions } from 'ioredis';
import { Engine, type EvictionPolicy } from '../engine';
import { defineInProcessRedis } from '../modules/cache/standalone/in-process-redis';
import { actualIoredis } from './actual-ioredis';

/** How an engine is made; everything is optional. */
export interface RedisEngineOptions {
  /** Default 16. */
  readonly databases?: number;
  /** Bytes; default: derived from V8's heap limit. */
  readonly maxMemory?: number;
  /** Default `noeviction`. */
  readonly maxMemoryPolicy?: EvictionPolicy;
}

/** A Redis in this process, by itself: what clients share when they are said to be on one server. */
export interface RedisEngine {
  /** Opens an ioredis client on it; a port or host in the options means nothing. The client is the caller's to close. */
  connect(options?: RedisOptions): Redis;
  /** Empties all databases and forgets scripts and functions; clients stay connected. */
  flush(): void;
  /** Ends every connection to it: clients see what they see when a server goes away for good. */
  close(): void;
}

const engines = new WeakMap<RedisEngine, Engine>();
const handles = new WeakMap<Engine, RedisEngine>();

/** Makes an engine with no data. */
export function createEngine(options: RedisEngineOptions = {}): RedisEngine {
  return handleOf(new Engine({ ...options, acceptsAnyCredentials: true }));
}

/** The one handle of an engine. */
export function handleOf(engine: Engine): RedisEngine {
  const existing = handles.get(engine);
  if (existing !== undefined) return existing;
  const handle = new Handle(engine);
  handles.set(engine, handle);
  engines.set(handle, engine);
  return handle;
}

/** The engine behind a handle. @throws TypeError when it is none of ours */
export function engineBehind(handle: RedisEngine): Engine {
  const engine = engines.get(handle);
  if (engine === undefined) throw new TypeError('The engine was not made by createEngine() or engineOf().');
  return engine;
}

class Handle implements RedisEngine {
  readonly #engine: Engine;
  #closed = false;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  connect(options: RedisOptions = {}): Redis {
    const InProcessRedis = defineInProcessRedis(actualIoredis(), () => (this.#closed ? undefined : this.#engine));
    return new InProcessRedis(options);
  }

  flush(): void {
    const { keyspace, scripts, libraries } = this.#engine;
    for (const database of keyspace.databases) keyspace.flush(database);
    this.#engine.blocking.serveReady();
    scripts.flush();
    libraries.flush();
  }

  close(): void {
    this.#closed = true;
    for (const session of [...this.#engine.sessions.values()]) session.output.close();
    this.#engine.close();
  }
}
