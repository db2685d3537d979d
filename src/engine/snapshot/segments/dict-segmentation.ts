import type { EncodingLimits } from '../../keyspace/entry';
import type { Dict, DictEntry, DictObserver } from '../../values/dict';
import { HashValue } from '../../values/hash';
import { SetValue } from '../../values/set';
import { SortedSetValue } from '../../values/sorted-set';
import { RdbFormatError, type RdbReader, type RdbWriter } from '../../rdb/rdb-primitives';
import { PlacedReading, PlacedSegments } from './placed-segments';
import {
  type Reading,
  type Segmentation,
  SEGMENT_BYTES_LOG2,
  SEGMENT_ELEMENTS_LOG2,
  type SegmentLoader,
} from './segmentation';

/** The values that are hash tables, which are cut alike. */
export type DictValue = HashValue | SetValue | SortedSetValue;

/** Segments may become so many times larger than meant before they are cut anew. */
const TOLERATED_GROWTH = 16;

/**
 * Hashes, sets and sorted sets are cut by the index array of their hash table, which deletion changes in two places at
 * most: so many elements from place 0 are segment 0, and so on.
 */
export class DictSegmentation implements Segmentation, DictObserver {
  #reading: DictReading | undefined;

  private constructor(
    readonly value: DictValue,
    readonly table: Dict<DictEntry>,
    /** Base 2 logarithm of the elements in a segment. */
    readonly shift: number,
    private readonly segments = new PlacedSegments(),
  ) {
    table.observer = this;
  }

  /** @returns undefined for a value without a hash table: it is small, whatever it may hold */
  static of(value: DictValue): DictSegmentation | undefined {
    return value.table === undefined ? undefined : new DictSegmentation(value, value.table, shiftFor(value));
  }

  /** A value that was put together from its segments. */
  static loaded(value: DictValue, shift: number): DictSegmentation | undefined {
    const { table } = value;
    if (table === undefined) return undefined;
    return new DictSegmentation(value, table, shift, new PlacedSegments(segmentCount(table.size, shift)));
  }

  get fits(): boolean {
    if (this.value.table !== this.table || this.table.observer !== this) return false;
    return 2 ** this.shift <= TOLERATED_GROWTH * 2 ** shiftFor(this.value);
  }

  beforeChange(index: number): void {
    this.segments.change(index >> this.shift);
    if (this.#reading !== undefined) this.#reading.keep(index);
  }

  read(everything: boolean): Reading {
    const taken = this.segments.take(segmentCount(this.table.size, this.shift), everything);
    return (this.#reading = new DictReading(this, taken, () => {
      this.#reading = undefined;
    }));
  }
}

/** Keeps entries as they were, by place. */
class DictReading extends PlacedReading<DictEntry> {
  readonly #entries: readonly DictEntry[];
  readonly #size: number;

  constructor(
    private readonly segmentation: DictSegmentation,
    ...rest: ConstructorParameters<typeof PlacedReading>
  ) {
    super(...rest);
    this.#entries = segmentation.table.entries();
    this.#size = segmentation.table.size;
  }

  /** The entry at a place is about to change. */
  keep(index: number): void {
    if (index >= this.#size || !this.waiting.has(index >> this.segmentation.shift) || this.kept.has(index)) return;
    const entry = this.#entries[index];
    if (entry !== undefined) this.kept.set(index, { ...entry });
  }

  head(writer: RdbWriter): void {
    writer.length(this.#size);
    writer.byte(this.segmentation.shift);
  }

  protected write(writer: RdbWriter, number: number): void {
    const { shift, value } = this.segmentation;
    const start = number << shift;
    const end = Math.min(this.#size, start + (1 << shift));
    writer.length(end - start);
    for (let at = start; at < end; at++) writeElement(writer, value, this.kept.get(at) ?? this.#entries[at]);
  }
}

/** Collects the segments of a hash, a set or a sorted set. */
export class DictLoader implements SegmentLoader {
  readonly #size: number;
  readonly #shift: number;
  #next = 0;

  constructor(
    private readonly value: DictValue,
    limits: EncodingLimits,
    head: RdbReader,
  ) {
    this.#size = head.length();
    this.#shift = head.byte();
    // The places of the elements have to be those they had: a compact form would sort them before it gives up.
    if (value instanceof SetValue && this.#size > limits['set-max-intset-entries']) value.expand();
    if (value instanceof SortedSetValue && this.#size > limits['zset-max-listpack-entries']) value.expand();
  }

  get complete(): boolean {
    return this.#next === segmentCount(this.#size, this.#shift);
  }

  segment(number: number, reader: RdbReader): void {
    if (number !== this.#next) reader.fail(`segment ${String(number)} instead of ${String(this.#next)}`);
    this.#next += 1;
    const expected = Math.min(1 << this.#shift, this.#size - (number << this.#shift));
    const count = reader.length();
    if (count !== expected) reader.fail(`${String(count)} elements in a segment of ${String(expected)}`);
    const { value } = this;
    if (value instanceof HashValue) for (let i = 0; i < count; i++) value.set(reader.string(), reader.string());
    else if (value instanceof SetValue) for (let i = 0; i < count; i++) value.add(reader.string());
    else for (let i = 0; i < count; i++) value.set(reader.string(), reader.doubleLE());
  }

  finish(): { readonly value: DictValue; readonly segmentation: Segmentation | undefined } {
    const { value } = this;
    if (value.size !== this.#size) throw new RdbFormatError('an element twice in the segments of a value');
    return { value, segmentation: DictSegmentation.loaded(value, this.#shift) };
  }
}

function writeElement(writer: RdbWriter, value: DictValue, entry: DictEntry | undefined): void {
  if (entry === undefined) throw new RangeError('an element is missing');
  writer.string(entry.key);
  // What a table holds is told by the value it belongs to.
  if (value.type === 'hash') writer.string((entry as DictEntry & { readonly value: string }).value);
  else if (value.type === 'zset') writer.doubleLE((entry as DictEntry & { readonly score: number }).score);
}

function segmentCount(size: number, shift: number): number {
  return Math.ceil(size / 2 ** shift);
}

function shiftFor(value: DictValue): number {
  const elementBytes = Math.max(1, value.bytes / Math.max(1, value.size));
  return Math.max(0, Math.min(SEGMENT_ELEMENTS_LOG2, SEGMENT_BYTES_LOG2 - Math.ceil(Math.log2(elementBytes / 4))));
}
