import type { EventEmitter } from 'node:events';
import { RespiteError } from '../errors';
import type { EngineRegistry } from '../redis-engine/engine-registry';
import { Addresses, forNodes, type ClientOptions, type ClusterOptions, type NodeRedisModule } from './addresses';

/** The factories of node-redis, their clients being on engines in this process. */
export type Factories = Pick<NodeRedisModule, 'createClient' | 'createClientPool' | 'createCluster' | 'createSentinel'>;

/** What clients, pools and clusters have in common. */
interface Opened extends EventEmitter {
  readonly isOpen: boolean;
  destroy(): void;
  /** Of clients. */
  readonly options?: { readonly socket?: object };
}

/** A client or a cluster. */
interface Copied extends Opened {
  readonly duplicate: (this: Copied, overrides?: object) => Copied;
  readonly connect: (this: Copied) => Promise<unknown>;
  /** Of clients: pools of their kind. */
  readonly createPool?: (options?: object) => Opened;
}

/** What becomes of all that are opened. */
interface Watch {
  readonly track: Track;
  /** @throws RespiteError `ENGINE_NOT_AVAILABLE` */
  readonly beforeConnect: (socket: object | undefined) => void;
}

type Track = <T extends Opened>(opened: T) => T;

/** The factories that stand in the place of node-redis' own: the same, but for where their clients are connected to. */
export function defineFactories(nodeRedis: NodeRedisModule, registry: EngineRegistry): Factories {
  const addresses = new Addresses(nodeRedis, registry);
  const track = tracker(registry);
  const watch: Watch = { track, beforeConnect: (socket) => addresses.ensureOpen(socket) };
  const toEngine = (options: ClientOptions = {}): object => addresses.toEngine(options);
  const clientElsewhere = (overrides: ClientOptions): object =>
    'url' in overrides || 'socket' in overrides ? toEngine(overrides) : overrides;
  const clusterElsewhere = (overrides: Partial<ClusterOptions>): object => {
    const { rootNodes, ...rest } = overrides;
    if (rootNodes !== undefined) return addresses.toCluster({ ...rest, rootNodes });
    return 'defaults' in rest ? { ...rest, defaults: forNodes(rest.defaults) } : rest;
  };
  // The casts: their types are generic, differently in each major; what they answer is what node-redis made.
  return {
    createClient: (options?: ClientOptions) =>
      follow(nodeRedis.createClient(toEngine(options)), clientElsewhere, watch),
    createClientPool: (clientOptions?: ClientOptions, options?: object) =>
      track(nodeRedis.createClientPool(toEngine(clientOptions), options) as unknown as Opened),
    createCluster: (options: ClusterOptions) =>
      follow(nodeRedis.createCluster(addresses.toCluster(options) as never), clusterElsewhere, watch),
    createSentinel: refuseSentinels,
  } as unknown as Factories;
}

/** Remembers who is open, so that closing the engines ends them first: a client that loses its server emits an error. */
function tracker(registry: EngineRegistry): Track {
  return (opened) => {
    const remember = (): void => {
      registry.track(opened, () => {
        if (opened.isOpen) opened.destroy();
      });
    };
    opened.on('connect', remember);
    // Pools say nothing.
    if ('clientsInUse' in opened) remember();
    return opened;
  };
}

/** Remembers an opened one, its pools and its duplicates, which may be told to go elsewhere. */
function follow(opened: Copied, elsewhere: (overrides: object) => object, watch: Watch): Copied {
  const { track, beforeConnect } = watch;
  const prototype = Object.getPrototypeOf(opened) as Copied;
  // node-redis hands out stand-ins for what it made, which all ask it for a method; what it duplicates is none.
  const made = Object.hasOwn(prototype, '_self') ? prototype : opened;
  const { duplicate, connect, createPool } = made;
  replace(made, 'duplicate', function (this: Copied, overrides: object = {}): Copied {
    return follow(duplicate.call(this, elsewhere(overrides)), elsewhere, watch);
  });
  replace(made, 'connect', async function (this: Copied): Promise<unknown> {
    beforeConnect(this.options?.socket);
    return connect.call(this);
  });
  if (createPool !== undefined) {
    replace(made, 'createPool', function (this: Copied, options?: object): Opened {
      return track(createPool.call(this, options));
    });
  }
  return track(opened);
}

/** As node-redis' own: not listed. */
function replace<K extends keyof Copied>(made: Copied, name: K, value: NonNullable<Copied[K]>): void {
  Object.defineProperty(made, name, { value, configurable: true, writable: true });
}

function refuseSentinels(): never {
  throw new RespiteError('REDIS_OPTIONS_UNAVAILABLE', {
    message:
      'createSentinel() was called, but respite/redis has no sentinels. Make the client of a test with createClient(), or run the test against sentinels of its own.',
  });
}
