import type { DatasetLayout } from '../../../engine/snapshot/source';
import type { FileIdentity } from '../directory/own-file';

/** What a snapshot is besides its records. */
export interface SnapshotHeading {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly layout: DatasetLayout;
  /** As in the stamp. */
  readonly journal: number;
  /** As in the stamp. */
  readonly journalExists: boolean;
  /** Keys at that time. */
  readonly keys: number;
  /** Every record of the data file is replaced, not only the changed ones. */
  readonly full: boolean;
}

/** What one commit did. */
export interface CommitResult {
  /** Puts and deletions handed in. */
  readonly written: number;
  /** Records in the data file now. */
  readonly count: number;
  /** Keys in the data file now. */
  readonly keys: number;
  readonly sequence: number;
  /** Size of the data file in use, bytes. */
  readonly bytes: number;
}

/**
 * Messages between the store and its worker thread. `begin`, any number of `batch`, then `commit` or `abort`; each
 * `batch` and `commit` is answered, in order. Batches are transferred, not copied.
 */
export type WriterRequest =
  | { readonly type: 'begin'; readonly heading: SnapshotHeading }
  | { readonly type: 'batch'; readonly batch: Uint8Array<ArrayBuffer> }
  | { readonly type: 'commit' }
  | { readonly type: 'abort' }
  /** Copies the data file, to which nobody writes meanwhile. */
  | { readonly type: 'copy'; readonly to: string }
  | { readonly type: 'close' };

/** By which the store knows its thread, whatever else an application preloads there. */
export const READY = 'respite:snapshot:worker';

/** The worker's answers to a `WriterRequest`. */
export type WriterResponse =
  /** First of all. */
  | { readonly type: 'ready'; readonly signature: string }
  | { readonly type: 'accepted' }
  | { readonly type: 'committed'; readonly result: CommitResult }
  | { readonly type: 'copied'; readonly failure: string | undefined }
  | { readonly type: 'failed'; readonly message: string; readonly code?: 'SNAPSHOT_TOO_LARGE' };

/** How a worker learns what it writes. */
export interface WriterWorkerData {
  readonly path: string;
  /** Which file has to be there. */
  readonly file: FileIdentity;
  readonly datasetId: string;
  /** Sequence of the snapshot already in the file; 0 = none. */
  readonly sequence: number;
  /** A snapshot whose records would take more fails; 0 or none = no limit. Bytes. */
  readonly maxBytes?: number;
  /** What the data is encrypted with; `undefined` = it is not. */
  readonly encryptionKey?: Uint8Array | undefined;
  /** The file is new, and is to take the place of the one that holds `sequence`. */
  readonly isReplacement?: boolean;
}
