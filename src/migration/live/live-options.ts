import type { ProgressListener } from '../../modules/migration';

/** How a live move is begun. */
export interface LiveOptions {
  /** What becomes of keys that are there already; default `refuse`: nothing is written, they are listed. */
  readonly existing?: 'refuse' | 'replace' | undefined;
  /** Removes what the target has and the source has not, such as what an earlier try left behind; default false. */
  readonly prune?: boolean | undefined;
  /** Gives the move up, as `stop` does: the copy fails with `MIGRATION_INTERRUPTED`. */
  readonly signal?: AbortSignal | undefined;
  /** Told how far the copy is. */
  readonly onProgress?: ProgressListener | undefined;
}
