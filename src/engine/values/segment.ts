/** Reads segments while they go on changing. */
export interface SegmentReader {
  /** The segment is about to change: last chance to copy it. */
  keep(segment: Segment): void;
}

/**
 * Neighbouring elements of a value that a snapshot writes as one. A segment knows whether it changed since it was
 * written; a value that no snapshot ever saw pays a flag for that.
 */
export abstract class Segment {
  /** Under which the snapshot keeps it; 0 = none yet. */
  number = 0;
  changed = true;
  /** Who still has to read the segment as it is. */
  reader: SegmentReader | undefined = undefined;

  /** Call it before every change of what is in the segment. */
  willChange(): void {
    this.changed = true;
    if (this.reader !== undefined) this.reader.keep(this);
  }

  /** The same contents where no change reaches them, without a number. */
  abstract copy(): Segment;
}
