export { createTestApp, type CreateTestAppOptions } from './create-test-app';
