import { RecordBatchReader, RecordKind } from '../../engine/snapshot/record-batch';
import type { SnapshotSource } from '../../engine/snapshot/source';
import { RespiteError } from '../../errors';
import type { DataDirectory } from './directory/data-directory';
import { beginReplacement, discardReplacement } from './directory/replacement';
import type { CommitResult } from './store/protocol';
import { readSnapshot } from './store/read-snapshot';
import type { ReaderSettings } from './store/reader-protocol';
import { SnapshotStore } from './store/snapshot-store';
import { messageOf } from './system-error';
import { writeSnapshot } from './write-snapshot';

/**
 * Writes a new data file with all of the data, reads it back, and has it take the place of the present one. Pages that LMDB
 * reuses later would keep what was in clear; a new file has none.
 * @param encryptionKey of the new file; `undefined` = it is not encrypted
 * @param time of the snapshot, milliseconds since the epoch
 * @throws RespiteError `SNAPSHOT_WRITE_FAILED`, `RESTORE_CORRUPT`; the present file is then the one that counts
 */
export async function rewriteDataFile(
  source: SnapshotSource,
  directory: DataDirectory,
  encryptionKey: Uint8Array | undefined,
  time: number,
): Promise<CommitResult> {
  try {
    const result = await writeNew(source, directory, encryptionKey, time);
    await directory.replaceDataFile(encryptionKey);
    await directory.noteSequence(result.sequence);
    return result;
  } catch (cause) {
    if (RespiteError.is(cause)) throw cause;
    throw new RespiteError('SNAPSHOT_WRITE_FAILED', {
      message: `The data was not written anew: ${messageOf(cause)}. It is what it was.`,
      cause,
    });
  }
}

/** Writes the new file beside the present one; where that fails, nothing is left of it. */
async function writeNew(
  source: SnapshotSource,
  directory: DataDirectory,
  encryptionKey: Uint8Array | undefined,
  time: number,
): Promise<CommitResult> {
  const { datasetId } = directory;
  try {
    const { path, file } = await beginReplacement(directory.path);
    const sequence = await directory.lastSequence();
    const store = new SnapshotStore({ path, file, datasetId, sequence, encryptionKey, isReplacement: true });
    const result = await writeSnapshot(source, store, {
      full: true,
      now: () => time,
      rotate: () => ({ number: 1, exists: false, begun: Promise.resolve() }),
      beforeItCounts: () => Promise.resolve(),
    }).finally(() => store.close());
    const read = await keysIn({ path, ...(encryptionKey && { encryption: { key: encryptionKey, datasetId } }) });
    if (read !== result.keys)
      throw new Error(`${path} holds ${String(read)} keys where ${String(result.keys)} were written`);
    return result;
  } catch (error) {
    await discardReplacement(directory.path);
    throw error;
  }
}

/** Reads all of a data file, checks included. */
async function keysIn(settings: ReaderSettings): Promise<number> {
  let keys = 0;
  await readSnapshot(settings, {
    begin: () => undefined,
    batch(batch) {
      const reader = new RecordBatchReader(batch);
      while (reader.next()) if (reader.kind === RecordKind.whole || reader.kind === RecordKind.head) keys++;
      return Promise.resolve();
    },
  });
  return keys;
}
