/**
 * What the reader's process writes to its standard output: frames of one byte (the type), four bytes (length, little
 * endian) and a body. A process that ends without a last frame (`end` or `failed`) crashed.
 */
export const Frame = {
  /** A packed record batch. */
  batch: 1,
  /** JSON: a `ReadResult`. */
  end: 2,
  /** JSON: a `ReadFailure`. */
  failed: 3,
} as const;

export const FRAME_HEADER_BYTES = 5;

export interface ReadFailure {
  /** `damaged`: the file is not what was written. `error`: it could not be read. */
  readonly reason: 'damaged' | 'error';
  readonly message: string;
}
