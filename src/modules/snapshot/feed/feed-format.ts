import type { DatasetLayout } from '../../../engine/snapshot/source';

/**
 * What a process tells another one of its user that follows its data: frames, all of the data as it was at one moment and, in
 * between and from then on, what changed since. Both ends are on one machine, so there are no checksums.
 *
 * | frame: 1 type | 4 length of the body, little endian | body |
 */
export const FeedFrame = {
  /** JSON: a `FeedHeader`. The first one. */
  header: 1,
  /** Packed records, see `record-batch.ts`. */
  records: 2,
  /** Nothing: all records were told. */
  complete: 3,
  /** What changed, as commands in RESP: SELECT where the database changes, MULTI and EXEC around what belongs together. */
  changes: 4,
  /** Nothing: the process ends, and everything that changed was told. The last one. */
  end: 5,
  /** Nothing: who follows was so slow that the rest was dropped. The last one. */
  dropped: 6,
} as const;
export type FeedFrame = (typeof FeedFrame)[keyof typeof FeedFrame];

/** What a feed says of itself. */
export interface FeedHeader {
  /** By which the feed is named in requests. */
  readonly id: string;
  /** Point in time of the records, milliseconds since the epoch. */
  readonly time: number;
  /** Keys at that time. */
  readonly keys: number;
  readonly layout: DatasetLayout;
}

const HEAD_BYTES = 5;

/** A frame as bytes. */
export function feedFrame(type: FeedFrame, body: Uint8Array = new Uint8Array()): Buffer {
  const frame = Buffer.allocUnsafe(HEAD_BYTES + body.length);
  frame[0] = type;
  frame.writeUInt32LE(body.length, 1);
  frame.set(body, HEAD_BYTES);
  return frame;
}

/** A frame that was read. */
export interface ReadFeedFrame {
  readonly type: number;
  readonly body: Buffer;
}

/** Cuts what comes in pieces of any length into frames. */
export class FeedReader {
  #pieces: Buffer[] = [];
  #bytes = 0;
  #needed = HEAD_BYTES;

  /** @returns the frames that are now there as a whole */
  take(piece: Buffer): ReadFeedFrame[] {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes < this.#needed) return [];
    let rest = Buffer.concat(this.#pieces);
    const frames: ReadFeedFrame[] = [];
    for (;;) {
      this.#needed = rest.length < HEAD_BYTES ? HEAD_BYTES : HEAD_BYTES + rest.readUInt32LE(1);
      if (rest.length < this.#needed) break;
      frames.push({ type: rest.readUInt8(0), body: rest.subarray(HEAD_BYTES, this.#needed) });
      rest = rest.subarray(this.#needed);
    }
    this.#pieces = [rest];
    this.#bytes = rest.length;
    return frames;
  }
}
