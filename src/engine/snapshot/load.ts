import type { Clock } from '../clock';
import type { Dataset } from '../keyspace/dataset';
import type { EncodingLimits } from '../keyspace/entry';
import type { Keyspace } from '../keyspace/keyspace';
import { type PackedRecord, parseSegmentKey, RecordBatchReader, RecordKind } from './record-batch';
import { IncompleteValueError } from './source';
import { RdbFormatError, RdbReader } from '../rdb/rdb-primitives';
import { readValue } from '../rdb/rdb-value';
import { loaderFor, type SegmentLoader } from './segments';
import type { BigValues } from './segments/big-values';

/** A big value whose segments are being collected. */
interface Loading {
  readonly key: string;
  readonly expireAt: number;
  readonly loader: SegmentLoader;
}

/** What a snapshot is loaded into. */
export interface LoadParts {
  readonly clock: Clock;
  readonly keyspace: Keyspace;
  readonly limits: EncodingLimits;
  accessStamp(): number;
}

/** Fills new datasets from the records of a snapshot. */
export class SnapshotLoad {
  readonly datasets = new Map<number, Dataset>();
  /** By dataset and value id. */
  readonly #loading = new Map<string, Loading>();
  /** Segments of values that have expired. */
  readonly #skipped = new Set<string>();

  constructor(
    private readonly parts: LoadParts,
    private readonly big: BigValues,
  ) {}

  /** @param now when a key counts as expired @returns how many keys were loaded. @throws IncompleteValueError */
  load(batch: Uint8Array, now = this.parts.clock.now()): number {
    const record = new RecordBatchReader(batch);
    const rdb = new RdbReader(record.buffer);
    let loaded = 0;
    while (record.next()) {
      const dataset = this.#datasetOf(record.dataset);
      if (record.kind === RecordKind.whole) loaded += this.#whole(dataset, record, rdb, now);
      else if (record.kind === RecordKind.head) loaded += consistently(record, () => this.#head(dataset, record, now));
      else if (record.kind === RecordKind.segment) loaded += consistently(record, () => this.#segment(dataset, record));
    }
    return loaded;
  }

  /** @throws IncompleteValueError when segments are missing */
  finish(): void {
    for (const { key } of this.#loading.values())
      throw new IncompleteValueError(`segments of '${key.slice(0, 64)}' are missing`);
  }

  #whole(dataset: Dataset, record: RecordBatchReader, rdb: RdbReader, now: number): number {
    const { key, expireAt } = record;
    if (this.#isExpired(dataset, key, expireAt, now)) return 0;
    rdb.narrow(record.valueAt, record.end);
    this.#put(dataset, key, expireAt, readValue(rdb, this.parts.limits));
    return 1;
  }

  #head(dataset: Dataset, { key, expireAt, value }: PackedRecord, now: number): number {
    const reader = new RdbReader(value);
    const type = reader.byte();
    const id = reader.length();
    const name = nameOf(dataset, id);
    if (this.#isExpired(dataset, key, expireAt, now)) {
      this.big.keep(dataset, key, this, id, undefined);
      this.#skipped.add(name);
      return 0;
    }
    this.#loading.set(name, { key, expireAt, loader: loaderFor(type, reader, this.parts.limits) });
    return this.#finishIfComplete(dataset, id);
  }

  #segment(dataset: Dataset, { key, value }: PackedRecord): number {
    const { valueId, segment } = parseSegmentKey(key);
    const name = nameOf(dataset, valueId);
    if (this.#skipped.has(name)) return 0;
    const loading = this.#loading.get(name);
    if (loading === undefined) throw new RdbFormatError('a segment of no value');
    loading.loader.segment(segment, new RdbReader(value));
    return this.#finishIfComplete(dataset, valueId);
  }

  #finishIfComplete(dataset: Dataset, id: number): number {
    const name = nameOf(dataset, id);
    const loading = this.#loading.get(name);
    if (loading?.loader.complete !== true) return 0;
    this.#loading.delete(name);
    const { value, segmentation } = loading.loader.finish();
    this.#put(dataset, loading.key, loading.expireAt, value);
    if (typeof value !== 'string') this.big.keep(dataset, loading.key, value, id, segmentation);
    return 1;
  }

  #put(dataset: Dataset, key: string, expireAt: number, value: Parameters<Dataset['put']>[1]): void {
    const entry = dataset.put(key, value, this.parts.accessStamp());
    if (expireAt !== 0) dataset.expiries.set(entry, expireAt);
  }

  #isExpired(dataset: Dataset, key: string, expireAt: number, now: number): boolean {
    if (expireAt === 0 || expireAt >= now) return false;
    // Gone while we were away; the next snapshot has to forget it too.
    dataset.changed?.add(key);
    return true;
  }

  #datasetOf(id: number): Dataset {
    let dataset = this.datasets.get(id);
    if (dataset === undefined) this.datasets.set(id, (dataset = this.parts.keyspace.newDataset(id)));
    return dataset;
  }
}

function nameOf(dataset: Dataset, valueId: number): string {
  return `${String(dataset.id)}:${String(valueId)}`;
}

/** What a checksum vouches for and is inconsistent all the same was not written together. */
function consistently<T>({ key }: PackedRecord, load: () => T): T {
  try {
    return load();
  } catch (cause) {
    if (!(cause instanceof RdbFormatError)) throw cause;
    const text = `the segments of a value do not belong together: ${cause.message} (${JSON.stringify(key.slice(0, 64))})`;
    throw new IncompleteValueError(text, { cause });
  }
}
