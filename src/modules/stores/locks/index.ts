export { type AcquireOptions, type Lock, LockManager, type LockStats } from './lock-manager';
export { locksModule } from './module';
