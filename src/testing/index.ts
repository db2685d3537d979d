export {
  createEngine,
  engineOf,
  type EngineSnapshot,
  type OnEngine,
  type RedisEngine,
  type RedisEngineOptions,
} from '../in-memory';
export { createTestApp, type CreateTestAppOptions } from './create-test-app';
export { VirtualClock } from './virtual-clock';
