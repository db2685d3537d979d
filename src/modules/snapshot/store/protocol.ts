import type { FileIdentity } from '../directory/own-file';
import type { CommitResult, SnapshotHeading } from './writer';

/**
 * Messages between the store and its worker thread. `begin`, any number of `batch`, then `commit` or `abort`; each
 * `batch` and `commit` is answered, in order. Batches are transferred, not copied.
 */
export type WriterRequest =
  | { readonly type: 'begin'; readonly heading: SnapshotHeading }
  | { readonly type: 'batch'; readonly batch: Uint8Array<ArrayBuffer> }
  | { readonly type: 'commit' }
  | { readonly type: 'abort' }
  | { readonly type: 'close' };

/** By which the store knows its thread, whatever else an application preloads there. */
export const READY = 'respite:snapshot:worker';

export type WriterResponse =
  /** First of all. */
  | { readonly type: 'ready'; readonly signature: string }
  | { readonly type: 'accepted' }
  | { readonly type: 'committed'; readonly result: CommitResult }
  | { readonly type: 'failed'; readonly message: string };

/** How a worker learns what it writes. */
export interface WriterWorkerData {
  readonly path: string;
  /** Which file has to be there. */
  readonly file: FileIdentity;
  readonly datasetId: string;
  /** Sequence of the snapshot already in the file; 0 = none. */
  readonly sequence: number;
}
