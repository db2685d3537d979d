import type { Engine } from '../engine';
import type { Dataset } from '../keyspace/dataset';
import { KeySet } from '../keyspace/key-set';
import { readRecordBatch, RecordBatchWriter } from '../record-batch';
import type { DatasetLayout, SnapshotCut, SnapshotSource } from '../snapshot-source';
import { RdbReader, RdbWriter } from './rdb-primitives';
import { readValue, writeValue } from './rdb-value';

const BATCH_BYTES = 1_048_576;
/** Looking at the time costs as much as serialising a small key, so it is done every few keys. */
const KEYS_BETWEEN_LOOKS = 16;

/** Knows which keys changed since the last snapshot, and reads them out as of one point in time. */
export class SnapshotTracker implements SnapshotSource {
  restored = false;
  #cut: Cut | undefined;
  #saved: DatasetLayout = { datasets: [], libraries: [] };
  #restoring: Map<number, Dataset> | undefined;

  constructor(private readonly engine: Engine) {}

  get changes(): number {
    let changed = 0;
    for (const { dataset } of this.engine.keyspace.databases) changed += dataset.changed?.size ?? 0;
    return changed > 0 ? changed : sameLayout(this.#layout(), this.#saved) ? 0 : 1;
  }

  begin(options: { readonly full?: boolean } = {}): SnapshotCut {
    if (this.#cut !== undefined) throw new Error('a snapshot is being read already');
    const cut = new Cut(this.#datasets(), this.#layout(), options.full === true, (layout) => {
      this.#cut = undefined;
      if (layout !== undefined) this.#saved = layout;
    });
    this.#cut = cut;
    return cut;
  }

  beginRestore(): void {
    this.engine.loading = true;
    this.#restoring = new Map();
  }

  importBatch(batch: Uint8Array): number {
    if (this.#restoring === undefined) throw new Error('importBatch outside of a restore');
    const now = this.engine.clock.now();
    let loaded = 0;
    for (const record of readRecordBatch(batch)) {
      const dataset = this.#datasetFor(this.#restoring, record.dataset);
      if (record.expireAt !== 0 && record.expireAt < now) {
        // Gone while we were away; the next snapshot has to forget it too.
        dataset.changed?.add(record.key);
        continue;
      }
      const value = readValue(new RdbReader(record.value), this.engine.limits);
      const entry = dataset.put(record.key, value, this.engine.accessStamp());
      if (record.expireAt !== 0) dataset.expiries.set(entry, record.expireAt);
      loaded += 1;
    }
    return loaded;
  }

  finishRestore(layout: DatasetLayout | undefined): void {
    const { keyspace } = this.engine;
    if (layout !== undefined) this.#show(layout);
    this.#saved = layout ?? this.#layout();
    this.#restoring = undefined;
    this.restored = true;
    this.engine.loading = false;
    for (const { dataset } of keyspace.databases) {
      if (dataset.expiries.size > 0) keyspace.armExpiry(dataset.expiries.firstTime);
    }
  }

  abortRestore(): void {
    this.#restoring = undefined;
  }

  #show(layout: DatasetLayout): void {
    const { databases } = this.engine.keyspace;
    const beyond = layout.datasets.findLastIndex((id) => id !== 0);
    if (beyond >= databases.length) {
      throw new RangeError(
        `the snapshot uses database ${String(beyond)}, but only ${String(databases.length)} are configured`,
      );
    }
    databases.forEach((database, index) => {
      const id = layout.datasets[index] ?? 0;
      database.dataset = this.#restoring?.get(id) ?? this.engine.keyspace.newDataset(id === 0 ? undefined : id);
    });
    this.engine.libraries.restore(layout.libraries);
  }

  #datasetFor(restoring: Map<number, Dataset>, id: number): Dataset {
    let dataset = restoring.get(id);
    if (dataset === undefined) restoring.set(id, (dataset = this.engine.keyspace.newDataset(id)));
    return dataset;
  }

  #datasets(): Dataset[] {
    return this.engine.keyspace.databases.map((database) => database.dataset);
  }

  #layout(): DatasetLayout {
    return {
      datasets: this.#datasets().map((dataset) => (dataset.size > 0 ? dataset.id : 0)),
      libraries: this.engine.libraries.sources(),
    };
  }
}

function sameLayout(a: DatasetLayout, b: DatasetLayout): boolean {
  const same = <T>(x: readonly T[], y: readonly T[], none: T) =>
    Array.from({ length: Math.max(x.length, y.length) }).every((_, i) => (x[i] ?? none) === (y[i] ?? none));
  return same(a.datasets, b.datasets, 0) && same(a.libraries, b.libraries, '');
}

/** Keys of one dataset in an open snapshot. */
interface Pending {
  readonly dataset: Dataset;
  /** Not yet serialised; a change to one of these serialises it first. */
  readonly waiting: KeySet;
  /** Already serialised: they count as changed again if the snapshot fails. */
  readonly done: KeySet;
}

class Cut implements SnapshotCut {
  readonly #pending: Pending[] = [];
  readonly #batch = new RecordBatchWriter();
  readonly #rdb = new RdbWriter();
  #closed = false;

  constructor(
    datasets: readonly Dataset[],
    readonly layout: DatasetLayout,
    full: boolean,
    private readonly onClose: (saved: DatasetLayout | undefined) => void,
  ) {
    for (const dataset of datasets) {
      const waiting = this.#take(dataset, full);
      if (waiting.size === 0) continue;
      const pending: Pending = { dataset, waiting, done: new KeySet() };
      this.#pending.push(pending);
      dataset.beforeChange = (_, key) => {
        this.#serialize(pending, key);
      };
    }
  }

  get remaining(): number {
    return this.#pending.reduce((sum, { waiting }) => sum + waiting.size, 0);
  }

  next(budgetMs: number): Uint8Array<ArrayBuffer> | undefined {
    const deadline = performance.now() + budgetMs;
    let untilLook = KEYS_BETWEEN_LOOKS;
    for (const pending of this.#pending) {
      for (const key of pending.waiting) {
        this.#serialize(pending, key);
        if (this.#batch.byteLength >= BATCH_BYTES) return this.#batch.finish();
        if (--untilLook > 0) continue;
        if (performance.now() >= deadline) return this.#batch.finish();
        untilLook = KEYS_BETWEEN_LOOKS;
      }
    }
    return this.#batch.byteLength > 0 ? this.#batch.finish() : undefined;
  }

  commit(): void {
    this.#close(this.layout);
  }

  abort(): void {
    if (this.#closed) return;
    for (const { dataset, waiting, done } of this.#pending) {
      for (const key of waiting) dataset.changed?.add(key);
      for (const key of done) dataset.changed?.add(key);
    }
    this.#close(undefined);
  }

  #close(saved: DatasetLayout | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { dataset } of this.#pending) dataset.beforeChange = undefined;
    this.onClose(saved);
  }

  #take(dataset: Dataset, full: boolean): KeySet {
    const changed = dataset.changed ?? new KeySet();
    if (dataset.changed !== undefined) dataset.changed = new KeySet();
    if (full) for (const entry of dataset.keys.entries()) changed.add(entry.key);
    return changed;
  }

  #serialize(pending: Pending, key: string): void {
    const { dataset, waiting, done } = pending;
    if (!waiting.delete(key)) return;
    done.add(key);
    const entry = dataset.keys.get(key);
    if (entry === undefined) {
      this.#batch.append({ put: false, dataset: dataset.id, expireAt: 0, key, value: undefined });
      return;
    }
    this.#rdb.reset();
    writeValue(this.#rdb, entry.value);
    this.#batch.append({
      put: true,
      dataset: dataset.id,
      expireAt: dataset.expireAt(entry),
      key,
      value: this.#rdb.view(),
    });
  }
}
