/** What brings a snapshot about: the interval, the stop, somebody's wish (SAVE, `snapshotNow`, a backup). */
export const SNAPSHOT_KINDS = ['periodic', 'final', 'on demand'] as const;

/** One of them. */
export type SnapshotKind = (typeof SNAPSHOT_KINDS)[number];
