import type { Cluster, Redis } from 'ioredis';
import type { App } from '../container';
import { RespiteError } from '../errors';
import { CacheBackend } from '../modules/cache';
import { engineOfClient } from '../modules/cache/standalone/connector';
import { engineBehind, handleOf, type RedisEngine } from './redis-engine';

/** What lives on an engine: an application, its backend, a client of either or of `respite/ioredis`; or the engine. */
export type OnEngine = App | CacheBackend | Redis | Cluster | RedisEngine;

/**
 * The engine that something lives on.
 * @throws RespiteError `ENGINE_NOT_AVAILABLE` when it lives on a server, or is closed
 */
export function engineOf(target: OnEngine): RedisEngine {
  const found = isEngine(target) ? engineBehind(target) : engineOfClient(optionsOf(clientOf(target)));
  if (found === undefined) {
    throw new RespiteError('ENGINE_NOT_AVAILABLE', {
      message:
        'An engine was asked of something that is not on one: it is a client of a server, or closed. Use mode: standalone or respite/ioredis, and ask while it is open.',
    });
  }
  return handleOf(found);
}

/** Whether something is an engine itself and does not merely live on one. */
export function isEngine(target: OnEngine): target is RedisEngine {
  return 'fork' in target;
}

/** The client of an application or backend, or the client itself. */
export function clientOf(target: Exclude<OnEngine, RedisEngine>): Redis | Cluster {
  if ('start' in target) return target.get(CacheBackend).client;
  return 'health' in target ? target.client : target;
}

/** A cluster's options have no connector; those of its nodes, once it knows them, do. */
function optionsOf(client: Redis | Cluster): Redis['options'] {
  return 'nodes' in client ? (client.nodes()[0]?.options ?? {}) : client.options;
}
