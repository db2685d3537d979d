import type { Clock, Logger } from '../../container';
import type { SnapshotSource } from '../../engine/snapshot/source';
import type { DataDirectory } from './directory/data-directory';
import type { RestoreProgress, SnapshotSettings } from './settings';

/** What became of an existing snapshot. */
export interface RestoreOutcome {
  /** Sequence of the snapshot the data file holds now; 0 = none. */
  readonly sequence: number;
  /** Keys loaded; expired ones are not. */
  readonly keys: number;
  /** Milliseconds. */
  readonly duration: number;
  /** Point in time of the restored snapshot, milliseconds since the epoch; 0 = none was restored. */
  readonly snapshotTime: number;
  /** Commands that journals brought back. */
  readonly replayed: number;
  /** Number of the next journal file. */
  readonly journal: number;
  /** Where a damaged snapshot was moved to. */
  readonly quarantined?: string;
  /** Name of the copy that took its place. */
  readonly generation?: string;
}

/** What a restore works with. */
export interface RestoreContext {
  readonly directory: DataDirectory;
  readonly source: SnapshotSource;
  readonly settings: SnapshotSettings;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly onProgress?: ((progress: RestoreProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether journals will be replayed: then keys that expired since the snapshot are loaded all the same. */
  readonly hasJournals: boolean;
  /** Called when the data is there and nobody is served yet. @param journal number of the next journal file */
  readonly beforeServing: (journal: number) => Promise<void>;
}
