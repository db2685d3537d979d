import type { RedisOptions } from 'ioredis';
import { type EmbeddedEngine, openEngine } from '../engine';
import { type Closable, OpenClients } from '../modules/cache/open-clients';
import { engineBehind, handleOf, type RedisEngine } from './redis-engine';

/** What our clients take besides ioredis' own options. */
export interface EngineOption {
  /** The engine to live on, instead of the one that belongs to the address. */
  readonly engine?: RedisEngine;
}

/** How a client ends. */
export interface ClientEnd {
  /** Whether it has. */
  readonly isOver: () => boolean;
  /** Disconnects it; what it returns resolves when it has ended. */
  readonly end: () => unknown;
}

/** Names of this machine that stand for one another. */
const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1', '0.0.0.0', '']);

/** The engines that answer in the place of servers: one for each address, made when it is first needed. */
export class EngineRegistry {
  readonly #engines = new Map<string, EmbeddedEngine>();
  readonly #clients = new OpenClients<Closable>((client) => this.#ends.get(client)?.isOver() !== false);
  readonly #ends = new WeakMap<Closable, ClientEnd>();

  /** The engine that answers a client with such options. */
  engineFor(options: RedisOptions & EngineOption): EmbeddedEngine {
    if (options.engine !== undefined) return engineBehind(options.engine);
    const address = addressOf(options);
    let engine = this.#engines.get(address);
    if (engine === undefined) this.#engines.set(address, (engine = this.#create()));
    return engine;
  }

  /** The engine that answers a cluster in the place of all its nodes. */
  clusterEngineFor(nodes: readonly RedisOptions[], { engine: chosen }: EngineOption): EmbeddedEngine {
    const addresses = nodes.map(addressOf);
    const known = addresses.map((address) => this.#engines.get(address)).find((engine) => engine !== undefined);
    const engine = chosen === undefined ? (known ?? this.#create()) : engineBehind(chosen);
    if (chosen === undefined) for (const address of addresses) this.#engines.set(address, engine);
    engine.becomeCluster(nodes[0]?.host ?? 'localhost', nodes[0]?.port ?? 6379);
    return engine;
  }

  #create(): EmbeddedEngine {
    return openEngine({ acceptsAnyCredentials: true });
  }

  /** Remembers a client that connects, until it has ended. */
  track(client: Closable, end: ClientEnd): void {
    this.#ends.set(client, end);
    this.#clients.add(client);
  }

  /** Empties every engine. */
  flush(): void {
    for (const engine of this.#engines.values()) handleOf(engine).flush();
  }

  /** Disconnects every client and forgets the engines: the next client finds a new, empty one. */
  async close(): Promise<void> {
    await Promise.all([...this.#clients].map((client) => this.#ends.get(client)?.end()));
    for (const engine of this.#engines.values()) handleOf(engine).close();
    this.#engines.clear();
  }
}

/** The registry of this process: clients of one address share an engine, whichever library they are of. */
export const processRegistry = new EngineRegistry();

/** What tells one server from another: where it listens, or what sentinels call it. */
function addressOf({ path, sentinels, name, host, port }: RedisOptions): string {
  if (sentinels) return `sentinel ${name ?? ''}`;
  if (path) return `path ${path}`;
  const given = (host ?? '').toLowerCase();
  return `${LOOPBACK.has(given) ? 'localhost' : given}:${port ?? 6379}`;
}
