import type { Segment, SegmentReader } from '../../values/segment';
import type { RdbReader, RdbWriter } from '../../rdb/rdb-primitives';
import type { Reading } from './segmentation';

/** Numbers the segments of a list or a stream, and knows which of them are kept. */
export class NumberedSegments {
  #next = 1;
  #saved = new Set<number>();

  /** The segments of a value that was put together, as they are numbered. */
  static loaded(segments: readonly Segment[]): NumberedSegments {
    const numbered = new NumberedSegments();
    numbered.#saved = new Set(segments.map(({ number }) => number));
    for (const segment of segments) {
      segment.changed = false;
      numbered.#next = Math.max(numbered.#next, segment.number + 1);
    }
    return numbered;
  }

  /**
   * Begins to read the changed segments.
   * @param segments all segments of the value
   * @param write appends one
   */
  read(segments: readonly Segment[], everything: boolean, write: WriteSegment): NumberedReading {
    if (everything) {
      this.#saved.clear();
      this.#next = 1;
    }
    const changed: Segment[] = [];
    let known = 0;
    for (const segment of segments) {
      if (everything || segment.number === 0) segment.number = this.#next++;
      else {
        known += 1;
        if (!segment.changed) continue;
      }
      changed.push(segment);
    }
    // What is known was saved: only when some are missing is it worth looking for them.
    const removed = known < this.#saved.size ? this.#missingFrom(segments) : [];
    for (const number of removed) this.#saved.delete(number);
    for (const { number } of changed) this.#saved.add(number);
    return new NumberedReading(changed, removed, write, () => {
      for (const number of removed) this.#saved.add(number);
    });
  }

  #missingFrom(segments: readonly Segment[]): number[] {
    const present = new Set(segments.map(({ number }) => number));
    return [...this.#saved].filter((number) => !present.has(number));
  }
}

/** Writes the body of a segment. */
export type WriteSegment = (writer: RdbWriter, segment: Segment) => void;

/** Reads segments one by one; one that changes before its turn is copied. */
class NumberedReading implements Pick<Reading, 'removed' | 'next' | 'undo'>, SegmentReader {
  readonly #copies = new Map<Segment, Segment>();
  #at = 0;

  constructor(
    private readonly changed: readonly Segment[],
    readonly removed: readonly number[],
    private readonly write: WriteSegment,
    private readonly onUndo: () => void,
  ) {
    for (const segment of changed) {
      segment.changed = false;
      segment.reader = this;
    }
  }

  keep(segment: Segment): void {
    segment.reader = undefined;
    this.#copies.set(segment, segment.copy());
  }

  next(writer: RdbWriter): number | undefined {
    const segment = this.changed[this.#at];
    if (segment === undefined) return undefined;
    this.#at += 1;
    this.write(writer, this.#copies.get(segment) ?? segment);
    this.#copies.delete(segment);
    segment.reader = undefined;
    return segment.number;
  }

  undo(): void {
    this.#at = this.changed.length;
    for (const segment of this.changed) {
      segment.reader = undefined;
      segment.changed = true;
    }
    this.#copies.clear();
    this.onUndo();
  }
}

/** Appends the numbers of segments in their order, mostly a few runs of rising or falling numbers. */
export function writeNumbers(writer: RdbWriter, segments: readonly Segment[]): void {
  const runs: { readonly first: number; readonly step: number; count: number }[] = [];
  let run: (typeof runs)[number] | undefined;
  for (let i = 0; i < segments.length; i++) {
    const number = segments[i]?.number ?? 0;
    if (run !== undefined && number === run.first + run.step * run.count) {
      run.count += 1;
      continue;
    }
    const step = (segments[i + 1]?.number ?? 0) < number ? -1 : 1;
    runs.push((run = { first: number, step, count: 1 }));
  }
  writer.length(runs.length);
  for (const { first, step, count } of runs) {
    writer.length(first);
    writer.byte(step < 0 ? 1 : 0);
    writer.length(count);
  }
}

/** Undoes `writeNumbers`. */
export function readNumbers(reader: RdbReader): number[] {
  const numbers: number[] = [];
  for (let left = reader.length(); left > 0; left--) {
    const first = reader.length();
    const step = reader.byte() === 1 ? -1 : 1;
    for (let i = 0, count = reader.length(); i < count; i++) numbers.push(first + step * i);
  }
  return numbers;
}

/** Segments by number while they are collected. */
export class SegmentCollection<S extends Segment> {
  readonly #missing: Set<number>;
  readonly #found = new Map<number, S>();

  constructor(readonly numbers: readonly number[]) {
    this.#missing = new Set(numbers);
  }

  get complete(): boolean {
    return this.#missing.size === 0;
  }

  /** @returns false when no such segment is missing */
  add(number: number, segment: S): boolean {
    if (!this.#missing.delete(number)) return false;
    segment.number = number;
    this.#found.set(number, segment);
    return true;
  }

  /** In the order of the numbers. */
  *[Symbol.iterator](): Generator<S> {
    for (const number of this.numbers) {
      const segment = this.#found.get(number);
      if (segment !== undefined) yield segment;
    }
  }
}
