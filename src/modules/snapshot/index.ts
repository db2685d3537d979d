export type { BackupResult } from './backup/write-backup';
export { SNAPSHOT_DURATION_BOUNDS, type SnapshotDurations } from './durations';
export { snapshotModule } from './module';
export { SnapshotManager, type SnapshotOptions, type SnapshotResult, type SnapshotStatus } from './snapshot-manager';
