export { actualIoredis, nameBehindMock } from './actual-package';
export { clientOf, engineOf, isEngine, type OnEngine } from './engine-of';
export {
  createEngine,
  engineBehind,
  type EngineSnapshot,
  handleOf,
  type RedisEngine,
  type RedisEngineOptions,
} from './redis-engine';
