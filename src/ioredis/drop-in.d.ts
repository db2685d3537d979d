// The types of `respite/ioredis`. Like ioredis, the module is the class itself: `export =`, which no file of TypeScript can
// say together with the names below. scripts/build.js copies it; test/e2e/types compiles programs against it.
import type * as Ioredis from 'ioredis';
import type { RedisConstructor } from './define-drop-in';
import type * as Own from './index';

/**
 * ioredis' client, connected to an engine in this process instead of a server. Clients of the same host and port (or
 * path, or sentinels' name) share one engine, as they would share a server; `{ engine }` chooses one explicitly.
 */
declare const Redis: DropIn;
/** A client. */
type Redis = Ioredis.Redis;

// An interface with each of them: TypeScript 6 falls over names that are found in an intersection and in a namespace.
interface DropIn extends RedisConstructor {
  readonly AbstractConnector: typeof Own.AbstractConnector;
  readonly Command: typeof Own.Command;
  readonly Pipeline: typeof Own.Pipeline;
  readonly Redis: RedisConstructor;
  readonly ReplyError: typeof Own.ReplyError;
  readonly ScanStream: typeof Own.ScanStream;
  readonly SentinelConnector: typeof Own.SentinelConnector;
  readonly SentinelIterator: typeof Own.SentinelIterator;
  readonly closeEngines: typeof Own.closeEngines;
  readonly createEngine: typeof Own.createEngine;
  readonly default: RedisConstructor;
  readonly engineOf: typeof Own.engineOf;
  readonly flushEngines: typeof Own.flushEngines;
  readonly print: typeof Own.print;
}

declare namespace Redis {
  // By import or require, with and without esModuleInterop, `Redis` and `default` are the class.
  export type Redis = Ioredis.Redis;
  export type Cluster = Ioredis.Cluster;

  export type EngineSnapshot = Own.EngineSnapshot;
  export type OnEngine = Own.OnEngine;
  export type RedisEngine = Own.RedisEngine;
  export type RedisEngineOptions = Own.RedisEngineOptions;

  export type AbstractConnector = Ioredis.AbstractConnector;
  export type BatchOperationContext = Ioredis.BatchOperationContext;
  // With the parameters and defaults that ioredis gives them.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  export type Callback<T = any> = Ioredis.Callback<T>;
  export type ChainableCommander = Ioredis.ChainableCommander;
  export type ClientContext = Ioredis.ClientContext;
  export type ClusterNode = Ioredis.ClusterNode;
  export type ClusterOptions = Ioredis.ClusterOptions;
  export type Command = Ioredis.Command;
  export type CommandTraceContext = Ioredis.CommandTraceContext;
  export type CommonRedisOptions = Ioredis.CommonRedisOptions;
  export type ConnectTraceContext = Ioredis.ConnectTraceContext;
  export type DNSLookupFunction = Ioredis.DNSLookupFunction;
  export type DNSResolveSrvFunction = Ioredis.DNSResolveSrvFunction;
  export type NatMap = Ioredis.NatMap;
  export type NodeRole = Ioredis.NodeRole;
  export type Pipeline = Ioredis.Pipeline;
  export type RedisCommander<Context extends Ioredis.ClientContext = { type: 'default' }> =
    Ioredis.RedisCommander<Context>;
  export type RedisKey = Ioredis.RedisKey;
  export type RedisOptions = Ioredis.RedisOptions;
  export type RedisValue = Ioredis.RedisValue;
  export type Result<T, Context extends Ioredis.ClientContext> = Ioredis.Result<T, Context>;
  export type ScanStream = Ioredis.ScanStream;
  export type SentinelAddress = Ioredis.SentinelAddress;
  export type SentinelConnectionOptions = Ioredis.SentinelConnectionOptions;
  export type SentinelConnector = Ioredis.SentinelConnector;
  export type SentinelIterator = Ioredis.SentinelIterator;
  export type StandaloneConnectionOptions = Ioredis.StandaloneConnectionOptions;
}

export = Redis;
