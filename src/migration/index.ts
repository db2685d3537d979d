export {
  ConflictError,
  type ExportReport,
  type FileFormat,
  type ImportReport,
  type NamedKey,
  type NamedLibrary,
  type ProgressListener,
  type Selection,
  type TransferProgress,
} from '../modules/migration';
export { exportData, type ExportOptions, importData, type ImportOptions, type MoveOptions } from './move';
export type { Place } from './open-place';
