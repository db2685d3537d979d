export {
  SnapshotManager,
  type SnapshotManagerOptions,
  type SnapshotOptions,
  type SnapshotResult,
  type SnapshotStatus,
} from './snapshot-manager';
export type { RestoreOutcome } from './restore';
export type { RestoreProgress, SnapshotLogger, SnapshotSettings } from './settings';
export { systemTimers, type Timers } from './timers';
