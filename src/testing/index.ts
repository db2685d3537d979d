export {
  createEngine,
  engineOf,
  type EngineSnapshot,
  type OnEngine,
  type RedisEngine,
  type RedisEngineOptions,
} from '../redis-engine';
export { describeBackend, type DescribeBackendOptions, type TestFunctions } from './conformance/describe-backend';
export { createPluginBackend } from './conformance/create-plugin-backend';
export { createTestApp, type CreateTestAppOptions } from './create-test-app';
export type { Fault, FaultError, FaultTarget } from './faults/fault';
export { type Faults, injectFaults } from './faults/inject-faults';
export { VirtualClock } from './virtual-clock';
