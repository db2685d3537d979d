import type { HandedFile, JournalPlace } from './journal-file';

/** What the journal's thread is started with. */
export interface JournalThreadData {
  readonly directory: string;
  readonly datasetId: string;
  /** Whether each group of frames is synced before it is reported. */
  readonly syncsAlways: boolean;
  /** What frames are encrypted with; `undefined` = they are not. */
  readonly encryptionKey?: Uint8Array | undefined;
  /** Bytes of zeros that are written ahead of the frames; default 4 MB. */
  readonly ahead?: number;
}

/** What the thread says first, so that nobody else's is taken for it. */
export const READY = 'respite:journal:1';

/** To the thread. */
export type JournalRequest =
  | ({ readonly type: 'begin' } & JournalPlace)
  | { readonly type: 'append'; readonly frame: Uint8Array<ArrayBuffer>; readonly sequence: number }
  /** As in `JournalThreadData`, from the next frame on. */
  | { readonly type: 'policy'; readonly syncsAlways: boolean }
  | { readonly type: 'sync' }
  /** The main thread wants to write the file itself, for a while. */
  | { readonly type: 'lend' }
  /** It has, up to this frame. */
  | { readonly type: 'takeBack'; readonly file: HandedFile; readonly sequence: number }
  | { readonly type: 'close' };

/** From the thread. */
export type JournalResponse =
  | { readonly type: 'ready'; readonly signature: string }
  | { readonly type: 'begun'; readonly number: number }
  /**
   * Everything up to this frame was written, and with `synced` is on the disk. `length`: of the file, bytes; `syncMs`: what the sync
   * took, if there was one.
   */
  | {
      readonly type: 'done';
      readonly sequence: number;
      readonly length: number;
      readonly synced: boolean;
      readonly syncMs?: number;
    }
  /** The thread leaves the file to the main thread, synced, until it is given back. */
  | { readonly type: 'lent'; readonly file: HandedFile }
  /** Everything up to this frame is on the disk. */
  | { readonly type: 'synced'; readonly sequence: number }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'closed' };
