import { RawString, type StringObserver } from '../../values/raw-string';
import type { RdbReader, RdbWriter } from '../../rdb/rdb-primitives';
import { PlacedReading, PlacedSegments } from './placed-segments';
import type { Reading, Segmentation, SegmentLoader } from './segmentation';

/** Strings are cut at multiples of so many bytes: a record with such a segment fills four pages of LMDB's. */
const SEGMENT_BYTES = 4 * 4_096 - 64;

/** Long strings that are changed in place: a change rewrites the pieces it touches. */
export class StringSegmentation implements Segmentation, StringObserver {
  #reading: StringReading | undefined;

  constructor(
    readonly value: RawString,
    private readonly segments = new PlacedSegments(),
  ) {
    value.observer = this;
  }

  /** A string that was put together from its segments. */
  static loaded(value: RawString): StringSegmentation {
    return new StringSegmentation(value, new PlacedSegments(segmentCount(value.length)));
  }

  get fits(): boolean {
    return this.value.observer === this;
  }

  beforeChange(start: number, end: number): void {
    for (let number = Math.floor(start / SEGMENT_BYTES); number * SEGMENT_BYTES < end; number++) {
      this.segments.change(number);
      if (this.#reading !== undefined) this.#reading.keep(number);
    }
  }

  read(everything: boolean): Reading {
    const taken = this.segments.take(segmentCount(this.value.length), everything);
    return (this.#reading = new StringReading(this.value, taken, () => {
      this.#reading = undefined;
    }));
  }
}

/** Keeps segments as they were, by number. */
class StringReading extends PlacedReading<string> {
  readonly #length: number;

  constructor(
    private readonly value: RawString,
    ...rest: ConstructorParameters<typeof PlacedReading>
  ) {
    super(...rest);
    this.#length = value.length;
  }

  /** A segment is about to change. */
  keep(number: number): void {
    if (this.waiting.delete(number)) this.kept.set(number, this.#live(number));
  }

  head(writer: RdbWriter): void {
    writer.length(this.#length);
  }

  protected write(writer: RdbWriter, number: number): void {
    writer.latin1(this.kept.get(number) ?? this.#live(number));
    this.kept.delete(number);
  }

  #live(number: number): string {
    const start = number * SEGMENT_BYTES;
    return this.value.slice(start, Math.min(this.#length, start + SEGMENT_BYTES));
  }
}

/** Collects the segments of a string. */
export class StringLoader implements SegmentLoader {
  readonly #length: number;
  readonly #parts: string[] = [];

  constructor(head: RdbReader) {
    this.#length = head.length();
  }

  get complete(): boolean {
    return this.#parts.length === segmentCount(this.#length);
  }

  segment(number: number, reader: RdbReader): void {
    const expected = Math.min(SEGMENT_BYTES, this.#length - number * SEGMENT_BYTES);
    if (number !== this.#parts.length || reader.remaining !== expected)
      reader.fail(`an unexpected segment ${String(number)} of a string`);
    this.#parts.push(reader.bytes(expected).latin1Slice());
  }

  finish(): { readonly value: RawString; readonly segmentation: Segmentation } {
    const value = new RawString(this.#parts.join(''));
    return { value, segmentation: StringSegmentation.loaded(value) };
  }
}

function segmentCount(length: number): number {
  return Math.ceil(length / SEGMENT_BYTES);
}
