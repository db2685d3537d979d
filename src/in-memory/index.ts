export { actualIoredis } from './actual-ioredis';
export { createEngine, engineBehind, handleOf, type RedisEngine, type RedisEngineOptions } from './redis-engine';
