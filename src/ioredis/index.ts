import { actualIoredis } from '../redis-engine';
import { processRegistry as registry } from '../redis-engine/engine-registry';
import {
  type ClusterConstructor,
  defineDropInCluster,
  defineDropInRedis,
  type RedisConstructor,
} from './define-drop-in';
import type * as Ioredis from 'ioredis';

export type * from 'ioredis';
export type { EngineSnapshot, OnEngine, RedisEngine, RedisEngineOptions } from '../redis-engine';
export { createEngine, engineOf } from '../redis-engine';

const ioredis = actualIoredis(__dirname);

/** The type of a client, as ioredis has it. */
export type Redis = Ioredis.Redis;

/**
 * ioredis' client, connected to an engine in this process instead of a server. Clients of the same host and port (or
 * path, or sentinels' name) share one engine, as they would share a server; `{ engine }` chooses one explicitly.
 */
export const Redis: RedisConstructor = defineDropInRedis(ioredis, registry);
/** @alias Redis */
export default Redis;

/** The type of a cluster client, as ioredis has it. */
export type Cluster = Ioredis.Cluster;

/** ioredis' Cluster, answered by one engine as a cluster of one node. Startup nodes that were seen together share it. */
export const Cluster: ClusterConstructor = defineDropInCluster(ioredis, registry);

/** ioredis' own. */
export type Command = Ioredis.Command;
export type Pipeline = Ioredis.Pipeline;
export type ScanStream = Ioredis.ScanStream;
export type AbstractConnector = Ioredis.AbstractConnector;
export type SentinelConnector = Ioredis.SentinelConnector;
export type SentinelIterator = Ioredis.SentinelIterator;

/** ioredis' own. */
export const { Command, Pipeline, ScanStream, AbstractConnector, SentinelConnector, SentinelIterator, print } = ioredis;
export const ReplyError: unknown = ioredis.ReplyError;

/** Empties the engines of all addresses, for the time between two tests. Clients stay connected. */
export function flushEngines(): void {
  registry.flush();
}

/** Disconnects all clients, those of explicit engines too, and forgets the engines of all addresses. */
export function closeEngines(): Promise<void> {
  return registry.close();
}
