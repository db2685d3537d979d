// The types of `respite/redis`: those of the application's node-redis, and what is ours. scripts/build.js copies it;
// test/e2e/types compiles programs against it.
export * from 'redis';
export {
  closeEngines,
  createClient,
  createClientPool,
  createCluster,
  createEngine,
  createSentinel,
  engineOf,
  type EngineSnapshot,
  flushEngines,
  type NodeRedisClient,
  type OnEngine,
  type RedisEngine,
  type RedisEngineOptions,
} from './index';
