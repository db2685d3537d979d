export { snapshotModule } from './module';
export { SnapshotManager, type SnapshotOptions, type SnapshotResult, type SnapshotStatus } from './snapshot-manager';
