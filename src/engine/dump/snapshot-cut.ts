import type { Dataset } from '../keyspace/dataset';
import type { Entry } from '../keyspace/entry';
import { KeySet } from '../keyspace/key-set';
import { RecordBatchWriter, RecordKind, segmentKey, segmentsKey } from '../record-batch';
import type { DatasetLayout, SnapshotCut } from '../snapshot-source';
import { RdbWriter } from './rdb-primitives';
import { writeValue } from './rdb-value';
import { type Reading, segmentedType } from './segments';
import type { BigValues, Plan } from './segments/big-values';

const BATCH_BYTES = 1_048_576;
/** Looking at the time costs as much as serialising a small key, so it is done every few keys. */
const KEYS_BETWEEN_LOOKS = 16;

/** Keys of one dataset in an open snapshot. */
interface Pending {
  readonly dataset: Dataset;
  /** Not yet serialised; a change to one of these serialises it first. */
  readonly waiting: KeySet;
  /** Already serialised: they count as changed again if the snapshot fails. */
  readonly done: string[];
}

/** A big value being read. */
interface OpenValue {
  readonly dataset: Dataset;
  readonly id: number;
  readonly reading: Reading;
}

/** One open snapshot. */
export class Cut implements SnapshotCut {
  readonly keys: number;
  readonly #pending: Pending[] = [];
  readonly #batch = new RecordBatchWriter();
  readonly #rdb = new RdbWriter();
  /** Big values whose segments are still to be read, the first one first. */
  readonly #open: OpenValue[] = [];
  /** What has to be done when the snapshot fails. */
  readonly #undo: (() => void)[] = [];
  readonly #work = this.#read();
  #closed = false;

  constructor(
    datasets: readonly Dataset[],
    readonly layout: DatasetLayout,
    private readonly full: boolean,
    private readonly big: BigValues,
    private readonly onClose: (saved: DatasetLayout | undefined) => void,
  ) {
    this.keys = datasets.reduce((sum, { size }) => sum + size, 0);
    for (const dataset of datasets) {
      for (const id of big.takeOrphans(dataset)) this.#dropSegments(dataset, id);
      const waiting = this.#take(dataset);
      if (waiting.size === 0) continue;
      const pending: Pending = { dataset, waiting, done: [] };
      this.#pending.push(pending);
      dataset.beforeChange = (_, key) => {
        this.#serialize(pending, key, false);
      };
    }
  }

  get remaining(): number {
    return this.#pending.reduce((sum, { waiting }) => sum + waiting.size, this.#open.length);
  }

  next(budgetMs: number): Uint8Array<ArrayBuffer> | undefined {
    const deadline = performance.now() + budgetMs;
    let untilLook = 1;
    while (this.#work.next().done !== true) {
      if (this.#batch.byteLength >= BATCH_BYTES) break;
      if (--untilLook > 0) continue;
      if (performance.now() >= deadline && this.#batch.byteLength > 0) break;
      // A segment takes about as long as so many keys.
      untilLook = this.#open.length > 0 ? 1 : KEYS_BETWEEN_LOOKS;
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
    for (const undo of this.#undo) undo();
    this.#close(undefined);
  }

  #close(saved: DatasetLayout | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { dataset } of this.#pending) dataset.beforeChange = undefined;
    this.onClose(saved);
  }

  #take(dataset: Dataset): KeySet {
    const changed = dataset.changed ?? new KeySet();
    if (dataset.changed !== undefined) dataset.changed = new KeySet();
    if (this.full) for (const entry of dataset.keys.entries()) changed.add(entry.key);
    return changed;
  }

  /** Serialises everything, a key or a segment at a time. */
  *#read(): Generator<void> {
    for (const pending of this.#pending) {
      for (const key of pending.waiting) {
        this.#serialize(pending, key, true);
        yield;
        while (this.#readSegment()) yield;
      }
    }
    // Those opened by a change since.
    while (this.#readSegment()) yield;
  }

  /** @param inTurn whether the key is read in its turn, not because it is about to change */
  #serialize({ dataset, waiting, done }: Pending, key: string, inTurn: boolean): void {
    if (!waiting.delete(key)) return;
    done.push(key);
    const entry = dataset.keys.get(key);
    const plan = entry === undefined ? undefined : this.big.plan(dataset, key, entry.value);
    if (plan === undefined || plan.anew) this.#forgetSegments(dataset, key);
    if (entry === undefined) this.#append(RecordKind.gone, dataset, key);
    else if (plan === undefined) this.#writeWhole(dataset, entry);
    else this.#openValue(dataset, entry, plan, inTurn);
  }

  #writeWhole(dataset: Dataset, entry: Entry): void {
    this.#rdb.reset();
    writeValue(this.#rdb, entry.value);
    this.#append(RecordKind.whole, dataset, entry.key, this.#rdb.view(), dataset.expireAt(entry));
  }

  /** Writes the head and leaves the segments for later, in slices. */
  #openValue(dataset: Dataset, entry: Entry, { value, id, segmentation, anew }: Plan, inTurn: boolean): void {
    const { key } = entry;
    // A plain string knows no segments. About to change, it will be replaced by another one anyway.
    if (inTurn && entry.value !== value) dataset.put(key, value, entry.access);
    if (anew) this.big.keep(dataset, key, value, id, segmentation);
    const reading = segmentation.read(this.full || anew);
    this.#undo.push(() => {
      reading.undo();
      if (!anew) return;
      this.big.forget(dataset, key);
      this.big.orphan(dataset, id);
    });
    this.#rdb.reset();
    this.#rdb.byte(segmentedType(value));
    this.#rdb.length(id);
    reading.head(this.#rdb);
    this.#append(RecordKind.head, dataset, key, this.#rdb.view(), dataset.expireAt(entry));
    for (const number of reading.removed) this.#append(RecordKind.segmentGone, dataset, segmentKey(id, number));
    this.#open.push({ dataset, id, reading });
  }

  /** @returns whether there was one */
  #readSegment(): boolean {
    for (let open = this.#open[0]; open !== undefined; open = this.#open[0]) {
      this.#rdb.reset();
      const number = open.reading.next(this.#rdb);
      if (number !== undefined) {
        this.#append(RecordKind.segment, open.dataset, segmentKey(open.id, number), this.#rdb.view());
        return true;
      }
      this.#open.shift();
    }
    return false;
  }

  #forgetSegments(dataset: Dataset, key: string): void {
    const id = this.big.forget(dataset, key);
    if (id !== undefined) this.#dropSegments(dataset, id);
  }

  #dropSegments(dataset: Dataset, id: number): void {
    this.#append(RecordKind.segmentsGone, dataset, segmentsKey(id));
    this.#undo.push(() => {
      this.big.orphan(dataset, id);
    });
  }

  #append(kind: RecordKind, dataset: Dataset, key: string, value?: Uint8Array, expireAt = 0): void {
    this.#batch.append({ kind, dataset: dataset.id, expireAt, key, value });
  }
}
