import type * as Ioredis from 'ioredis';
import type { Cluster, ClusterNode, ClusterOptions, Redis, RedisOptions } from 'ioredis';
import type { EmbeddedEngine } from '../engine';
import { connectorFor } from '../modules/cache/standalone/connector';
import {
  type ClientArguments,
  defineInProcessRedis,
  type IoredisModule,
} from '../modules/cache/standalone/in-process-redis';
import { endClient } from '../modules/cache/end-client';
import { ClusterSubscriber } from './cluster-subscriber';
import { hasEnded } from '../modules/cache/open-clients';
import type { ClientEnd, EngineOption, EngineRegistry } from '../redis-engine/engine-registry';

type Statics<T> = { [N in Exclude<keyof T, 'prototype' | 'Cluster' | 'createClient'>]: T[N] };

/** Options of a client: ioredis' own, and the engine to live on. */
export type DropInOptions = RedisOptions & EngineOption;

/** ioredis' class `Redis`, its clients being on engines in this process. */
export interface RedisConstructor extends Statics<typeof Ioredis.Redis> {
  new (port: number, host: string, options?: DropInOptions): Redis;
  new (address: number | string, options?: DropInOptions): Redis;
  new (options?: DropInOptions): Redis;
  createClient(...args: ClientArguments): Redis;
  readonly Cluster: ClusterConstructor;
  readonly prototype: Redis;
}

/** ioredis' class `Cluster`, all its nodes being one engine in this process. */
export type ClusterConstructor = Statics<typeof Ioredis.Cluster> & {
  new (startupNodes: ClusterNode[], options?: ClusterOptions & EngineOption): Cluster;
  readonly prototype: Cluster;
};

/** The class that stands in the place of ioredis' own: the same, but for where its clients are connected to. */
export function defineDropInRedis(ioredis: IoredisModule, registry: EngineRegistry): RedisConstructor {
  const InProcessRedis = defineInProcessRedis(ioredis, (options: DropInOptions) => registry.engineFor(options));

  class DropInRedis extends InProcessRedis {
    static createClient(...args: ClientArguments): Redis {
      return new DropInRedis(...args);
    }

    override connect(...args: Parameters<Redis['connect']>): Promise<void> {
      const connected = super.connect(...args);
      // By now one that had ended is not over any more.
      registry.track(this, endOf(this));
      return connected;
    }

    override duplicate(override?: Partial<RedisOptions>): Redis {
      return new DropInRedis({ ...this.options, ...override });
    }
  }
  // Libraries and logs know a class by its name.
  Object.defineProperty(DropInRedis, 'name', { value: 'Redis' });
  // The statics are inherited, or set by who exports the class.
  return DropInRedis as unknown as RedisConstructor;
}

const endOf = (client: Redis | Cluster): ClientEnd => ({
  isOver: () => hasEnded(client),
  end: () => endClient(client),
});

/** What we touch of a Cluster that its types do not show. Equal in 5.11 and 6.0. */
interface ClusterInternals {
  readonly startupNodes: ClusterNode[];
  subscriber: unknown;
}

/**
 * The class that stands in the place of ioredis' Cluster: whatever its startup nodes, it finds a cluster of one node
 * that serves all slots, and refuses what a cluster refuses (keys of several slots, SELECT).
 */
export function defineDropInCluster(ioredis: typeof Ioredis, registry: EngineRegistry): ClusterConstructor {
  class DropInCluster extends ioredis.Cluster {
    constructor(startupNodes: ClusterNode[], options: ClusterOptions & EngineOption = {}) {
      let engine: EmbeddedEngine | undefined;
      const Connector = connectorFor((node) => (engine ??= registry.clusterEngineFor(this.#addresses(node), options)));
      super(startupNodes, {
        ...options,
        // Names need not exist anywhere.
        useSRVRecords: false,
        dnsLookup: (name, callback) => {
          callback(null, name, 4);
        },
        redisOptions: { ...options.redisOptions, Connector },
      });
      // ioredis makes its subscriber's connection from a few options of a node; the connector is not among them.
      (this as unknown as ClusterInternals).subscriber = new ClusterSubscriber(
        () => new ioredis.Redis({ ...options.redisOptions, Connector, lazyConnect: true, retryStrategy: null }),
        this,
      );
    }

    override connect(): Promise<void> {
      const connected = super.connect();
      registry.track(this, endOf(this));
      return connected;
    }

    override duplicate(startupNodes: ClusterNode[] = [], options: ClusterOptions = {}): Cluster {
      const own = (this as unknown as ClusterInternals).startupNodes;
      return new DropInCluster(startupNodes.length > 0 ? startupNodes : [...own], { ...this.options, ...options });
    }

    /** The startup nodes as ioredis understood them, known once it connects to one of them. */
    #addresses(connecting: RedisOptions): RedisOptions[] {
      const known = this.nodes().map((node) => node.options);
      return known.length > 0 ? known : [connecting];
    }
  }
  Object.defineProperty(DropInCluster, 'name', { value: 'Cluster' });
  return DropInCluster;
}
