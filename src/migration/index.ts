export {
  ConflictError,
  type CopyReport,
  type ExportReport,
  type FileFormat,
  type ImportReport,
  type Mismatch,
  MismatchError,
  type NamedKey,
  type NamedLibrary,
  type ProgressListener,
  type Selection,
  type TransferProgress,
  type VerifyReport,
} from '../modules/migration';
export { exportData, type ExportOptions, importData, type ImportOptions, type MoveOptions } from './move';
export type { Place } from './place';
export type { CutoverOptions, CutoverReport } from './live/cutover';
export type { LiveCopyReport } from './live/copy-data';
export type { LiveMigration } from './live/live-migration';
export { migrateLive, type MigrateLiveOptions } from './live/migrate-live';
export { migrate, type MigrateOptions, type MigrateReport } from './migrate';
