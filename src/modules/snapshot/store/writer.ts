import type { RootDatabase } from 'lmdb';
import { type PackedRecord, RecordKind } from '../../../engine/snapshot/record-batch';
import type { DatasetLayout } from '../../../engine/snapshot/source';
import { assertSameFile, type FileIdentity } from '../directory/own-file';
import type { CommitResult, SnapshotHeading, WriterWorkerData } from './protocol';
import { openEnvironment } from './environment';
import { assertOpenable } from './openable';
import { type PendingRecord, PendingRecords } from './pending-records';
import { codecOf, type RecordCodec, type RecordEncoder } from './record-codec';
import { datasetPrefixes, STAMP_KEY, storedEntry, type StoredEntry } from './record-format';
import { decodeStamp, encodeStamp, type Stamp } from './stamp';

/** A snapshot would take more than it may. */
export class SnapshotTooLargeError extends Error {}

/** Keys of a removed dataset listed at a time: bounds memory, whatever was flushed. */
const DELETE_CHUNK = 10_000;

/**
 * Owns the LMDB environment of one data directory. One snapshot is one synchronous transaction: lmdb's asynchronous
 * writes crash the process on a full disk, and keep what was written before a callback threw.
 */
export class SnapshotWriter {
  readonly #path: string;
  readonly #file: FileIdentity;
  readonly #datasetId: string;
  readonly #codec: RecordCodec;
  readonly #maxBytes: number;
  /** Whether the file has no snapshot yet, and its first one follows that of the file it is to replace. */
  #isReplacement: boolean;
  /** Sequence of the last snapshot this data directory is known to hold; 0 = none. */
  #expectedSequence: number;
  #database: RootDatabase<Buffer, Buffer> | undefined;

  constructor({
    path,
    file,
    datasetId,
    sequence,
    encryptionKey: key,
    isReplacement = false,
    maxBytes = 0,
  }: WriterWorkerData) {
    this.#codec = codecOf(key && { key, datasetId });
    this.#isReplacement = isReplacement;
    this.#maxBytes = maxBytes;
    this.#path = path;
    this.#file = file;
    this.#datasetId = datasetId;
    this.#expectedSequence = sequence;
  }

  /** Where the records of the next snapshot wait. */
  pending(): PendingRecords {
    return new PendingRecords(this.#codec.names);
  }

  /**
   * Writes a snapshot and returns when it is on the disk.
   * @throws RespiteError when the file was replaced; Error of LMDB, e.g. on a full disk; the previous snapshot is then still the one stored.
   * This writer has to be closed then.
   */
  write(heading: SnapshotHeading, records: PendingRecords): CommitResult {
    const pending = records.sorted();
    assertSameFile(this.#path, this.#file);
    const database = (this.#database ??= this.#open());
    const stamp = database.transactionSync(() => this.#writeAll(database, heading, pending));
    // LMDB writes to the file it opened, whatever has its name by now.
    assertSameFile(this.#path, this.#file);
    this.#expectedSequence = stamp.sequence;
    this.#isReplacement = false;
    const { count, sequence } = stamp;
    return { written: pending.length, count, keys: heading.keys, sequence, bytes: usedBytes(database) };
  }

  #open(): RootDatabase<Buffer, Buffer> {
    assertOpenable(this.#path);
    return openEnvironment(this.#path, { readOnly: false });
  }

  async close(): Promise<void> {
    const database = this.#database;
    this.#database = undefined;
    await database?.close();
  }

  #writeAll(
    database: RootDatabase<Buffer, Buffer>,
    heading: SnapshotHeading,
    pending: readonly PendingRecord[],
  ): Stamp {
    const previous = this.#isReplacement ? undefined : this.#previousStamp(database);
    const encoder = this.#codec.encoder();
    if (heading.full) database.clearSync();
    else for (const dataset of removedDatasets(previous, heading.layout)) deleteDataset(database, dataset);
    for (const { storedKey, batch, at } of pending) {
      batch.seek(at);
      this.#apply(database, storedKey, batch, encoder);
    }
    const stamp: Stamp = {
      datasetId: this.#datasetId,
      sequence: (this.#isReplacement ? this.#expectedSequence : (previous?.sequence ?? 0)) + 1,
      time: heading.time,
      count: entryCount(database) - (database.doesExist(STAMP_KEY) ? 1 : 0),
      keys: heading.keys,
      layout: heading.layout,
      journal: heading.journal,
      journalExists: heading.journalExists,
    };
    put(database, encodeStamp(encoder.stamp(stamp)));
    this.#assertRoom(treeBytes(database));
    return stamp;
  }

  /** Thrown from within the transaction: nothing of it is kept. */
  #assertRoom(bytes: number): void {
    if (this.#maxBytes === 0 || bytes <= this.#maxBytes) return;
    throw new SnapshotTooLargeError(
      `The snapshot was not written: its records would take ${String(bytes)} bytes, more than the ` +
        `${String(this.#maxBytes)} of redis.standalone.persistence.max_snapshot_size. The previous snapshot is intact.`,
    );
  }

  #apply(
    database: RootDatabase<Buffer, Buffer>,
    storedKey: string,
    record: PackedRecord,
    encoder: RecordEncoder,
  ): void {
    switch (record.kind) {
      case RecordKind.gone:
      case RecordKind.segmentGone:
        database.removeSync(Buffer.from(storedKey, 'latin1'));
        return;
      case RecordKind.segmentsGone:
        deleteRange(database, storedKey);
        return;
      default:
        put(database, encoder.encode(storedKey, record));
    }
  }

  /** The stamp in the file, which must be the one we left or found there: nobody else may write this file. */
  #previousStamp(database: RootDatabase<Buffer, Buffer>): Stamp | undefined {
    const entry = database.getBinary(STAMP_KEY);
    const stamp = entry === undefined ? undefined : decodeStamp(storedEntry(STAMP_KEY, entry));
    const sequence = stamp?.sequence ?? 0;
    // One more than expected: a commit that reached the disk although LMDB reported a failure.
    const known = sequence === this.#expectedSequence || sequence === this.#expectedSequence + 1;
    if (!known || (stamp !== undefined && stamp.datasetId !== this.#datasetId)) {
      throw new Error(
        `the data file holds snapshot ${String(sequence)} where ${String(this.#expectedSequence)} was left: ` +
          'somebody else replaced or wrote it',
      );
    }
    return stamp;
  }
}

function put(database: RootDatabase<Buffer, Buffer>, { bytes, valueAt }: StoredEntry): void {
  database.putSync(bytes.subarray(0, valueAt), bytes.subarray(valueAt));
}

function removedDatasets(previous: Stamp | undefined, layout: DatasetLayout): ReadonlySet<number> {
  const removed = new Set(previous?.layout.datasets);
  for (const dataset of layout.datasets) removed.delete(dataset);
  removed.delete(0); // stands for "never written", not for a dataset
  return removed;
}

function deleteDataset(database: RootDatabase<Buffer, Buffer>, dataset: number): void {
  const { records, segments } = datasetPrefixes(dataset);
  deleteRange(database, records);
  deleteRange(database, segments);
}

/** Deletes all entries whose keys begin with `prefix`. None of ours goes on with a byte of 0xff. */
function deleteRange(database: RootDatabase<Buffer, Buffer>, prefix: string): void {
  const start = Buffer.from(prefix, 'latin1');
  const end = Buffer.from(`${prefix}\xff`, 'latin1');
  for (;;) {
    // A list first: deleting under an open cursor is nothing lmdb documents.
    const keys = [...database.getKeys({ start, end, limit: DELETE_CHUNK })];
    for (const key of keys) database.removeSync(key);
    if (keys.length < DELETE_CHUNK) return;
  }
}

function entryCount(database: RootDatabase<Buffer, Buffer>): number {
  // lmdb types `getStats` as `{}`; inside a write transaction it counts what was written so far.
  return (database.getStats() as { readonly entryCount: number }).entryCount;
}

/** What the records take, in the transaction that is being written too. */
function treeBytes(database: RootDatabase<Buffer, Buffer>): number {
  // As above: lmdb types this as `{}`.
  const stats = database.getStats() as {
    readonly treeBranchPageCount: number;
    readonly treeLeafPageCount: number;
    readonly overflowPages: number;
    readonly pageSize: number;
  };
  return (stats.treeBranchPageCount + stats.treeLeafPageCount + stats.overflowPages) * stats.pageSize;
}

/** The data file without what lies behind its last page. */
function usedBytes(database: RootDatabase<Buffer, Buffer>): number {
  // As above: lmdb types this as `{}`.
  const stats = database.getStats() as { readonly lastPageNumber: number; readonly pageSize: number };
  return (stats.lastPageNumber + 1) * stats.pageSize;
}
