import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock, Logger } from '../../container';
import { RecordBatchReader } from '../../engine/snapshot/record-batch';
import { IncompleteValueError, type SnapshotSource } from '../../engine/snapshot/source';
import { printCount, RespiteError } from '../../errors';
import type { RestoreProgress } from './settings';
import type { Stamp } from './store/stamp';
import { messageOf } from './system-error';

/** Milliseconds between two lines about the progress of a restore. */
const PROGRESS_EVERY = 1_000;

/** What loading a snapshot takes. */
export interface LoadingParts {
  /** The file that is read, for messages. */
  readonly path: string;
  readonly source: SnapshotSource;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly onProgress?: ((progress: RestoreProgress) => void) | undefined;
  /** Whether journals will be replayed: then keys that expired since the snapshot are loaded all the same. */
  readonly hasJournals: boolean;
}

/** Hands batches to the engine, one per turn of the event loop, and tells how far it is. */
export class Loading {
  stamp: Stamp | undefined;
  keys = 0;
  #records = 0;
  #lastLine: number;

  constructor(private readonly parts: LoadingParts) {
    this.#lastLine = parts.clock.now();
  }

  begin(stamp: Stamp | undefined): void {
    this.stamp = stamp;
  }

  async batch(batch: Buffer): Promise<void> {
    const { source, hasJournals, path } = this.parts;
    this.keys += ours(path, () => source.importBatch(batch, hasJournals ? this.stamp?.time : undefined));
    this.#records += countRecords(batch);
    this.#report();
    await nextTurn();
  }

  #report(): void {
    const progress: RestoreProgress = { records: this.#records, total: this.stamp?.count ?? 0 };
    this.parts.onProgress?.(progress);
    const now = this.parts.clock.now();
    if (now - this.#lastLine < PROGRESS_EVERY) return;
    this.#lastLine = now;
    const { records, total } = progress;
    this.parts.logger.info(
      { event: 'snapshot_restoring', records, total },
      `restoring: ${String(records)} of ${printCount(total, 'record')}`,
    );
  }
}

function countRecords(batch: Buffer): number {
  const reader = new RecordBatchReader(batch);
  let count = 0;
  while (reader.next()) count++;
  return count;
}

/** Intact data that the engine cannot take is no damage: it must not be set aside as such. */
export function ours<T>(path: string, load: () => T): T {
  try {
    return load();
  } catch (cause) {
    if (cause instanceof IncompleteValueError) throw corruptSnapshot(path, cause.message);
    const reason = messageOf(cause);
    throw new RespiteError('RESTORE_FAILED', {
      message: `The snapshot is intact but cannot be loaded: ${reason}. Nothing was changed on disk.`,
      cause,
    });
  }
}

/** What is wrong with a data file. */
export function corruptSnapshot(path: string, reason: string): RespiteError {
  return new RespiteError('RESTORE_CORRUPT', { message: `The snapshot ${path} could not be restored: ${reason}.` });
}
