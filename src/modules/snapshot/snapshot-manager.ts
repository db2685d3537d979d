import { createToken } from '../../container';
import type { RespiteError } from '../../errors';
import type { BackupResult } from './backup/write-backup';
import type { SnapshotDurations } from './durations';
import type { RestoreOutcome } from './restore-context';

/** What one snapshot did. */
export interface SnapshotResult {
  /** Nothing had changed, so nothing was written. */
  readonly skipped: boolean;
  /** Records written and deleted: one per key that changed; of big values, one per segment besides. */
  readonly written: number;
  /** Keys in the data file. */
  readonly keys: number;
  /** Size of the data file in use, bytes. */
  readonly bytes: number;
  /** Milliseconds. */
  readonly duration: number;
}

/** For health, metrics and INFO. */
export interface SnapshotStatus {
  /**
   * `degraded` after three failures in a row; when the last success is older than three intervals; when the journal cannot be written; when
   * less than twice the data file is free on the disk; after a start that set a damaged snapshot aside.
   */
  readonly health: 'ok' | 'degraded';
  /** Why it is `degraded`, each in a sentence. */
  readonly troubles: readonly string[];
  readonly running: boolean;
  /** When the data file last held everything, milliseconds since the epoch; 0 = never. */
  readonly lastSuccess: number;
  /** What the last snapshot that wrote something did. */
  readonly last: SnapshotResult | undefined;
  /** Snapshots written since the start. */
  readonly snapshots: number;
  /** What these took, by kind: periodic, final, on demand. */
  readonly durations: readonly SnapshotDurations[];
  /** Snapshots that failed since the start. */
  readonly failures: number;
  readonly failuresInARow: number;
  readonly lastFailure: RespiteError | undefined;
  /** What the start found; undefined before. */
  readonly restore: RestoreOutcome | undefined;
}

/** How a snapshot is written. */
export interface SnapshotOptions {
  /** Rewrites every record instead of the changed ones; default false. */
  readonly full?: boolean;
}

/**
 * Writes snapshots of the data in this process, and knows how the last ones went.
 *
 * As a value, `SnapshotManager` is its token: `app.get(SnapshotManager)`, which is `undefined` when persistence is off
 * or the data lives elsewhere.
 */
export interface SnapshotManager {
  /**
   * Writes what changed since the last snapshot; what is there now is in it. While one is running, waits for it and
   * starts another, together with everybody else who asks meanwhile.
   * @throws RespiteError `SNAPSHOT_NOT_READY`, `SNAPSHOT_WRITE_FAILED`, `SNAPSHOT_LOCK_LOST`
   */
  snapshotNow(options?: SnapshotOptions): Promise<SnapshotResult>;
  /**
   * Writes a snapshot, and a copy of it into one new file, which `respite restore` brings back. Writes go on meanwhile; the next
   * snapshot waits. The file has its name when it is whole and on the disk; it is encrypted as the data is.
   * @param path of a file that must not be there
   * @throws RespiteError `BACKUP_FILE_EXISTS`, `BACKUP_FILE_UNUSABLE`, `RESTORE_CORRUPT`, `RESTORE_FAILED` when the snapshot cannot be read back,
   * and those of `snapshotNow`
   */
  backup(path: string): Promise<BackupResult>;
  status(): SnapshotStatus;
}

export const SnapshotManager = createToken<SnapshotManager | undefined>('SnapshotManager');
