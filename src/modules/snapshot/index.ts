export { LmdbSnapshotManager, type SnapshotManagerOptions } from './lmdb-snapshot-manager';
export { snapshotModule } from './module';
export type { RestoreOutcome } from './restore';
export type { RestoreProgress, SnapshotSettings } from './settings';
export { SnapshotManager, type SnapshotOptions, type SnapshotResult, type SnapshotStatus } from './snapshot-manager';
export type { Timers } from './timers';
