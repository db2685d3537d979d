import { RawString, type StringObserver } from '../../values/raw-string';
import type { RdbReader, RdbWriter } from '../rdb-primitives';
import { range, type Reading, type Segmentation, type SegmentLoader } from './segmentation';

/** Strings are cut at multiples of so many bytes: a record with such a segment fills four pages of LMDB's. */
const SEGMENT_BYTES = 4 * 4_096 - 64;

export class StringSegmentation implements Segmentation, StringObserver {
  #changed = new Set<number>();
  #saved = 0;
  #reading: StringReading | undefined;

  constructor(readonly value: RawString) {
    value.observer = this;
  }

  /** A string that was put together from its segments. */
  static loaded(value: RawString): StringSegmentation {
    const segmentation = new StringSegmentation(value);
    segmentation.#saved = segmentCount(value.length);
    return segmentation;
  }

  get fits(): boolean {
    return this.value.observer === this;
  }

  beforeChange(start: number, end: number): void {
    for (let number = Math.floor(start / SEGMENT_BYTES); number * SEGMENT_BYTES < end; number++) {
      this.#changed.add(number);
      if (this.#reading !== undefined) this.#reading.keep(number);
    }
  }

  read(everything: boolean): Reading {
    const count = segmentCount(this.value.length);
    const changed = everything ? range(0, count) : [...this.#changed].filter((number) => number < count);
    const removed = everything ? [] : range(count, this.#saved);
    const saved = Math.max(count, this.#saved);
    this.#changed.clear();
    this.#saved = count;
    this.#reading = new StringReading(this.value, changed, removed, (undone) => {
      this.#reading = undefined;
      if (!undone) return;
      for (const number of changed) this.#changed.add(number);
      this.#saved = Math.max(this.#saved, saved);
    });
    return this.#reading;
  }
}

class StringReading implements Reading {
  readonly #length: number;
  readonly #waiting: Set<number>;
  readonly #order: Iterator<number>;
  /** Segments as they were. */
  readonly #kept = new Map<number, string>();
  #ended = false;

  constructor(
    private readonly value: RawString,
    changed: readonly number[],
    readonly removed: readonly number[],
    private readonly onEnd: (undone: boolean) => void,
  ) {
    this.#length = value.length;
    this.#waiting = new Set(changed);
    this.#order = changed.values();
  }

  /** A segment is about to change. */
  keep(number: number): void {
    if (this.#waiting.delete(number)) this.#kept.set(number, this.#live(number));
  }

  head(writer: RdbWriter): void {
    writer.length(this.#length);
  }

  next(writer: RdbWriter): number | undefined {
    const { value: number } = this.#order.next() as IteratorResult<number, undefined>;
    if (number === undefined || this.#ended) {
      this.#end(false);
      return undefined;
    }
    writer.latin1(this.#kept.get(number) ?? this.#live(number));
    this.#kept.delete(number);
    this.#waiting.delete(number);
    return number;
  }

  undo(): void {
    this.#end(true);
  }

  #live(number: number): string {
    const start = number * SEGMENT_BYTES;
    return this.value.slice(start, Math.min(this.#length, start + SEGMENT_BYTES));
  }

  #end(undone: boolean): void {
    if (this.#ended && !undone) return;
    this.#ended = true;
    this.#kept.clear();
    this.onEnd(undone);
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
