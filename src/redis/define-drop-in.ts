import type { EventEmitter } from 'node:events';
import { RespiteError } from '../errors';
import type { EngineRegistry } from '../redis-engine/engine-registry';
import {
  Addresses,
  forNodes,
  pathIn,
  type ClientOptions,
  type ClusterOptions,
  type NodeRedisModule,
} from './addresses';

/** The factories of node-redis, their clients being on engines in this process. */
export type Factories = Pick<NodeRedisModule, 'createClient' | 'createClientPool' | 'createCluster' | 'createSentinel'>;

/** What clients, pools and clusters have in common. */
interface Opened extends EventEmitter {
  readonly isOpen: boolean;
  destroy(): void;
  readonly connect: (this: Opened) => Promise<unknown>;
}

/** A client or a cluster. */
interface Copied extends Opened {
  readonly duplicate: (this: Copied, overrides?: object) => Copied;
  /** Of clients: pools of their kind. */
  readonly createPool?: (options?: object) => Opened;
}

/** What becomes of all that are opened; `path` is the socket where one finds its engine. */
type Watch = <T extends Opened>(opened: T, path: string | undefined) => T;

/** The factories that stand in the place of node-redis' own: the same, but for where their clients are connected to. */
export function defineFactories(nodeRedis: NodeRedisModule, registry: EngineRegistry): Factories {
  const addresses = new Addresses(nodeRedis, registry);
  const watch = watcher(registry, addresses);
  const clientElsewhere = (overrides: ClientOptions): object =>
    'url' in overrides || 'socket' in overrides ? addresses.toEngine(overrides) : overrides;
  const clusterElsewhere = (overrides: Partial<ClusterOptions>): object => {
    const { rootNodes, ...rest } = overrides;
    if (rootNodes !== undefined) return addresses.toCluster({ ...rest, rootNodes });
    return 'defaults' in rest ? { ...rest, defaults: forNodes(rest.defaults) } : rest;
  };
  // The casts: their types are generic, differently in each major; what they answer is what node-redis made.
  return {
    createClient: (given: ClientOptions = {}) => {
      const options = addresses.toEngine(given);
      return follow(nodeRedis.createClient(options), pathIn(options), clientElsewhere, watch);
    },
    createClientPool: (given: ClientOptions = {}, poolOptions?: object) => {
      const options = addresses.toEngine(given);
      return watch(nodeRedis.createClientPool(options, poolOptions) as unknown as Opened, pathIn(options));
    },
    createCluster: (given: ClusterOptions) => {
      const options = addresses.toCluster(given);
      return follow(nodeRedis.createCluster(options as never), pathIn(options), clusterElsewhere, watch);
    },
    createSentinel: refuseSentinels,
  } as unknown as Factories;
}

/**
 * Remembers who is open, so that closing the engines ends them first: a client that loses its server emits an error.
 * Whoever connects after that is told what became of the engine.
 */
function watcher(registry: EngineRegistry, addresses: Addresses): Watch {
  return (opened, path) => {
    const isPool = 'clientsInUse' in opened;
    const remember = (): void => {
      const end = () => {
        if (opened.isOpen) opened.destroy();
      };
      registry.track(opened, { isOver: () => !isPool && !opened.isOpen, end });
    };
    const made = madeBehind(opened);
    const { connect } = made;
    replace(made, 'connect', async function (this: Opened): Promise<unknown> {
      addresses.ensureOpen(path);
      return connect.call(this);
    });
    opened.on('connect', remember);
    // Pools say nothing.
    if (isPool) remember();
    return opened;
  };
}

/** Watches one, its pools and its duplicates, which may be told to go elsewhere. */
function follow(
  opened: Copied,
  path: string | undefined,
  elsewhere: (overrides: object) => object,
  watch: Watch,
): Copied {
  const made = madeBehind(opened);
  const { duplicate, createPool } = made;
  replace(made, 'duplicate', function (this: Copied, overrides: object = {}): Copied {
    const options = elsewhere(overrides);
    return follow(duplicate.call(this, options), pathIn(options) ?? path, elsewhere, watch);
  });
  if (createPool !== undefined) {
    replace(made, 'createPool', function (this: Copied, options?: object): Opened {
      return watch(createPool.call(this, options), path);
    });
  }
  return watch(opened, path);
}

/** node-redis hands out stand-ins for what it made, which all ask it for a method; what it duplicates is none. */
function madeBehind<T extends Opened>(opened: T): T {
  const prototype = Object.getPrototypeOf(opened) as T;
  return Object.hasOwn(prototype, '_self') ? prototype : opened;
}

/** As node-redis' own: not listed. */
function replace<T extends Opened, K extends keyof T>(made: T, name: K, value: NonNullable<T[K]>): void {
  Object.defineProperty(made, name, { value, configurable: true, writable: true });
}

function refuseSentinels(): never {
  throw new RespiteError('REDIS_OPTIONS_UNAVAILABLE', {
    message:
      'createSentinel() was called, but respite/redis has no sentinels. Make the client of a test with createClient(), or run the test against sentinels of its own.',
  });
}
