import type { StreamId } from './stream-id';

/** One entry of a stream; never changed. */
export interface StreamEntry extends StreamId {
  /** Field and value in turn. */
  readonly fields: readonly string[];
}
