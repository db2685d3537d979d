import type { DatasetKey } from './sealed-records';

/**
 * What the reader's process writes: frames of one byte (the type), four bytes (length, little
 * endian) and a body. `hello`, `begin`, any number of `batch`, then `end` or `failed`; without a last frame it crashed.
 */
export const Frame = {
  /** Text: the signature of the reader. What does not begin so is somebody else's. */
  hello: 0,
  /** JSON: the `Stamp`, or `null` when there is none. Not yet vouched for. */
  begin: 1,
  /** A packed record batch. */
  batch: 2,
  /** Empty: everything is as it was written. */
  end: 3,
  /** JSON: a `ReadFailure`. */
  failed: 4,
} as const;

/** The text of `hello`. */
export const HELLO = 'respite:snapshot:reader';

/** Not standard output, where whatever the host preloads (`NODE_OPTIONS`) may write. */
export const FRAMES_DESCRIPTOR = 3;

/** Bytes of a frame before its body: the type and the length. */
export const FRAME_HEADER_BYTES = 5;

/** What a reader reads. */
export interface ReaderSettings {
  readonly path: string;
  /** What the records are encrypted with; `undefined` = they are not. */
  readonly encryption?: DatasetKey;
}

/** `ReaderSettings` as they are written in front of the program, which nobody else can read: unlike arguments and environment. */
export interface WrittenSettings {
  readonly path: string;
  readonly encryption?: { readonly key: string; readonly datasetId: string };
}

/** Name of the global variable that they are. */
export const SETTINGS = 'respiteReaderSettings';

/** The statement that sets them. */
export function writtenSettings({ path, encryption }: ReaderSettings): string {
  const key = encryption && { ...encryption, key: Buffer.from(encryption.key).toString('hex') };
  const written: WrittenSettings = { path, ...(key && { encryption: key }) };
  return `globalThis.${SETTINGS} = ${JSON.stringify(written)};\n`;
}

/** Why the reader gave up. */
export interface ReadFailure {
  /** `damaged`: the file is not what was written. `error`: it could not be read. */
  readonly reason: 'damaged' | 'error';
  readonly message: string;
}
