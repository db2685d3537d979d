export type { BackupResult } from './backup/write-backup';
export { snapshotModule } from './module';
export { SnapshotManager, type SnapshotOptions, type SnapshotResult, type SnapshotStatus } from './snapshot-manager';
