/** How snapshots are kept: `redis.standalone.persistence` of the configuration, in plain values. */
export interface SnapshotSettings {
  /** `data_dir`: directory of the data file; created when missing. */
  readonly dataDirectory: string;
  /** `snapshot_interval`: milliseconds between periodic snapshots; 0 = none. */
  readonly interval: number;
  /** `snapshot_on_shutdown`: whether `stop` writes a last snapshot. */
  readonly onShutdown: boolean;
  /** `restore_on_startup`: when false, an existing snapshot is set aside as `<data_dir>.kept-<time>`. */
  readonly restoreOnStartup: boolean;
  /**
   * `on_corruption`: what a damaged snapshot means. `quarantine`: it is set aside as `<data_dir>.corrupt-<time>` and
   * the start goes on empty; `fail`: the start fails.
   */
  readonly onCorruption: 'quarantine' | 'fail';
  /** `durability`: what an acknowledged write survives. Default: `snapshot`, the next snapshot. */
  readonly durability?: 'snapshot' | 'everysec' | 'always';
  /** `generations`: snapshots there are to fall back on, the data file counted; default 1, no copies. */
  readonly generations?: number;
  /** `retention.generations_age`: milliseconds until a copy goes, the newest one aside; default 0, never. */
  readonly generationsAge?: number;
  /** `max_snapshot_size`: bytes the records of a snapshot may take; default 0, no limit. */
  readonly maxBytes?: number;
  /** `encryption_key`: 32 bytes the data is encrypted with; none = it is not. */
  readonly encryptionKey?: Uint8Array | undefined;
}

/** How far a restore is. */
export interface RestoreProgress {
  readonly records: number;
  /** Records the snapshot says it holds. */
  readonly total: number;
}
