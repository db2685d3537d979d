import type { StoredValue } from '../../keyspace/entry';
import type { RdbReader, RdbWriter } from '../../rdb/rdb-primitives';

/** How a big value is cut into segments, and which of them changed since they were last read. */
export interface Segmentation {
  /** False when it has to be cut anew: the value took another form, or its segments have grown too large. */
  readonly fits: boolean;
  /**
   * Begins to read the value as it is now, whatever changes meanwhile. One reading at a time.
   * @param everything all segments instead of the changed ones
   */
  read(everything: boolean): Reading;
}

/** A big value being read in slices. */
export interface Reading {
  /** Appends what is not in the segments. Called at once, before anything changes. */
  head(writer: RdbWriter): void;
  /** Segments that were read once and are no more. */
  readonly removed: readonly number[];
  /** Appends the next segment. @returns its number, or undefined when there is none left */
  next(writer: RdbWriter): number | undefined;
  /** What was read got lost: it counts as changed again. No more is read. */
  undo(): void;
}

/** Puts a value together from what a `Reading` read. Throws RdbFormatError when the bytes are none of ours. */
export interface SegmentLoader {
  /** Takes one segment; they come in the order of their numbers. */
  segment(number: number, reader: RdbReader): void;
  /** Whether all segments were taken. */
  readonly complete: boolean;
  /** The value, and how it is cut; undefined when it is not big enough for that any more. @throws RdbFormatError */
  finish(): { readonly value: StoredValue; readonly segmentation: Segmentation | undefined };
}

/** Elements of a segment, at most: about what lists and streams have in a node. */
export const SEGMENT_ELEMENTS_LOG2 = 7;
/** Bytes of a segment, about. */
export const SEGMENT_BYTES_LOG2 = 13;

const BIG_ELEMENTS = 1_000;
const BIG_BYTES = 65_536;
/** What `bytes` counts per element beyond the element, about. */
const ELEMENT_OVERHEAD = 150;
/** A value that was big is cut until it is a fourth of one, so that it does not change its form all the time. */
const STILL_BIG = 4;

/** Whether a value is cut into segments. */
export function isBig(value: StoredValue, wasBig: boolean): boolean {
  const share = wasBig ? STILL_BIG : 1;
  if (typeof value === 'string') return value.length > BIG_BYTES / share;
  if (value.type === 'string') return value.bytes > BIG_BYTES / share;
  const { size } = value;
  return size > BIG_ELEMENTS / share || value.bytes > BIG_BYTES / share + size * ELEMENT_OVERHEAD;
}

/** The numbers from `start` to before `end`. */
export function range(start: number, end: number): number[] {
  return start >= end ? [] : Array.from({ length: end - start }, (_, i) => start + i);
}
