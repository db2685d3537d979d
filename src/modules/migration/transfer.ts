import type { RdbItem } from '../../engine/rdb/file/rdb-item';

/** What is moved: keys, parts of keys, function libraries; strings have one character per byte. */
export type MovedItem = RdbItem;

/** Where data comes from: a file, an engine, a Redis. */
export interface Source {
  /** Everything there is, in batches; the next one is asked for when the last was dealt with. */
  batches(signal: AbortSignal | undefined): AsyncIterable<readonly MovedItem[]>;
}

/** Where data goes to. */
export interface Target {
  /** Takes a batch; when the promise is fulfilled, it may be given the next one. */
  write(batch: readonly MovedItem[]): Promise<void>;
}

/** How far a transfer is. */
export interface TransferProgress {
  /** What is being done: what is in the way is looked for before anything is written; what was written may be compared. */
  readonly phase: 'checking' | 'writing' | 'comparing';
  /** Keys dealt with in this phase. */
  readonly keys: number;
  /** Bytes of their values, encoded. */
  readonly bytes: number;
  /** How many keys there are, where that is known. */
  readonly total?: number | undefined;
}

/** Told after every batch. */
export type ProgressListener = (progress: TransferProgress) => void;
