import { actualNodeRedis } from './actual-node-redis';
import { engineOf as engineOfOthers, handleOf, type OnEngine, type RedisEngine } from '../redis-engine';
import { processRegistry as registry } from '../redis-engine/engine-registry';
import { engineAt } from '../redis-engine/engine-socket';
import { defineFactories, type Factories } from './define-drop-in';

export type { EngineSnapshot, OnEngine, RedisEngine, RedisEngineOptions } from '../redis-engine';
export { createEngine } from '../redis-engine';

/** node-redis itself; what is not below is its own. */
export const nodeRedis = actualNodeRedis(__dirname);

const factories = defineFactories(nodeRedis, registry);

/**
 * node-redis' client, connected to an engine in this process instead of a server. Clients of the same host and port (or
 * path) share one engine, as they would share a server; `createClient(engine.nodeRedisOptions())` chooses one.
 */
export const createClient: Factories['createClient'] = factories.createClient;

/** node-redis' pool of such clients. */
export const createClientPool: Factories['createClientPool'] = factories.createClientPool;

/** node-redis' cluster, answered by one engine as a cluster of one node. Root nodes that were seen together share it. */
export const createCluster: Factories['createCluster'] = factories.createCluster;

/** Refused: there are no sentinels here. @throws RespiteError `REDIS_OPTIONS_UNAVAILABLE` */
export const createSentinel: Factories['createSentinel'] = factories.createSentinel;

/** A client of node-redis, whichever major. */
export interface NodeRedisClient {
  readonly isOpen: boolean;
  readonly options?: { readonly socket?: object } | undefined;
}

/**
 * The engine that something lives on: a client of this module, or what `engineOf` of `respite/testing` takes.
 * @throws RespiteError `ENGINE_NOT_AVAILABLE` when it lives on a server, or is closed
 */
export function engineOf(target: OnEngine | NodeRedisClient): RedisEngine {
  if (!('isOpen' in target)) return engineOfOthers(target);
  const socket: { readonly path?: string } = target.options?.socket ?? {};
  const engine = engineAt(socket.path ?? '');
  // Of a client on none it says what there is to say.
  return engine === undefined
    ? engineOfOthers({ options: {} } as Extract<OnEngine, { options: unknown }>)
    : handleOf(engine);
}

/** Empties the engines of all addresses, for the time between two tests. Clients stay connected. */
export function flushEngines(): void {
  registry.flush();
}

/** Ends all clients and forgets the engines of all addresses, those of `respite/ioredis` included. */
export function closeEngines(): Promise<void> {
  return registry.close();
}
