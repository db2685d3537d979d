import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SnapshotCut, SnapshotSource } from '../../engine/snapshot/source';
import type { RotatedJournal } from './journal/journal-keeper';
import type { SnapshotStore } from './store/snapshot-store';
import type { CommitResult } from './store/protocol';

/** How long (ms) the event loop is kept from others at a time while keys are serialised. */
const SLICE_MS = 3;

/** How one snapshot is written. */
export interface WriteOptions {
  readonly full: boolean;
  /** The point in time stamped on the snapshot, milliseconds since the epoch. */
  readonly now: () => number;
  /**
   * Called at the point in time: what changes from now on goes to another journal file.
   * @throws Error when none can be had
   */
  readonly rotate: () => RotatedJournal;
  /** Called when it is on the disk and before it counts: when this fails, the snapshot has failed. */
  readonly beforeItCounts: () => Promise<void>;
}

/**
 * Takes one snapshot of `source` and writes it to `store`, slice by slice.
 * @throws RespiteError `SNAPSHOT_WRITE_FAILED`; the changes are then unsaved again.
 */
export async function writeSnapshot(
  source: SnapshotSource,
  store: SnapshotStore,
  { full, now, rotate, beforeItCounts }: WriteOptions,
): Promise<CommitResult> {
  await source.free();
  const cut = source.begin({ full });
  try {
    const { number: journal, exists: journalExists, begun } = rotate();
    store.begin({ full, time: now(), layout: cut.layout, keys: cut.keys, journal, journalExists });
    await Promise.all([begun, handOver(cut, store)]);
    const result = await store.commit();
    await beforeItCounts();
    cut.commit();
    return result;
  } catch (error) {
    cut.abort();
    store.abort();
    throw error;
  }
}

async function handOver(cut: SnapshotCut, store: SnapshotStore): Promise<void> {
  for (;;) {
    const batch = cut.next(SLICE_MS);
    if (batch === undefined) return;
    await store.add(batch);
    await nextTurn();
  }
}
