import type { Dataset } from '../keyspace/dataset';
import type { Entry } from '../keyspace/entry';
import { KeySet } from '../keyspace/key-set';
import { RecordBatchWriter, RecordKind, segmentKey, segmentsKey } from './record-batch';
import type { CutExtent, DatasetLayout, SnapshotCut } from './source';
import { RdbWriter } from '../rdb/rdb-primitives';
import { writeWhole } from '../rdb/whole-value';
import { type Reading, segmentedType } from './segments';
import type { BigValues, Plan } from './segments/big-values';

const BATCH_BYTES = 1_048_576;
/** Looking at the time costs as much as serialising a small key, so it is done every few keys. */
const KEYS_BETWEEN_LOOKS = 16;

/** One dataset in an open snapshot. */
interface Pending {
  readonly dataset: Dataset;
  /** What changed since the last snapshot, as of the point in time. */
  readonly taken: KeySet;
  /**
   * Keys that are not read in their turn any more: those that changed since the point in time, whose value was read just
   * before, big values, and where no key may come twice all that were read. A key that is not here has the value it had then, so that
   * reading it twice is harmless.
   */
  readonly ahead: KeySet;
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
  /** Keys still to be looked at, about. */
  #toRead = 0;
  #closed = false;

  constructor(
    datasets: readonly Dataset[],
    readonly layout: DatasetLayout,
    private readonly extent: CutExtent,
    private readonly big: BigValues,
    private readonly onClose: (saved: DatasetLayout | undefined) => void,
  ) {
    const full = extent.full === true;
    this.keys = datasets.reduce((sum, { size }) => sum + size, 0);
    for (const dataset of datasets) {
      for (const id of big.takeOrphans(dataset)) this.#dropSegments(dataset, id);
      const pending: Pending = { dataset, taken: takeChanges(dataset), ahead: new KeySet() };
      if (pending.taken.size === 0 && !(full && dataset.size > 0)) continue;
      this.#pending.push(pending);
      this.#toRead += pending.taken.size + (full ? dataset.size : 0);
      dataset.beforeChange = (_, key) => {
        this.#readAhead(pending, key);
      };
    }
  }

  get remaining(): number {
    return Math.max(0, this.#toRead) + this.#open.length;
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
    for (const { dataset, taken } of this.#pending) giveBack(dataset, taken);
    for (const undo of this.#undo) undo();
    this.#close(undefined);
  }

  #close(saved: DatasetLayout | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { dataset } of this.#pending) dataset.beforeChange = undefined;
    this.onClose(saved);
  }

  /** Serialises everything, a key or a segment at a time. */
  *#read(): Generator<void> {
    for (const pending of this.#pending) {
      for (const key of pending.taken) yield* this.#readInTurn(pending, key);
      if (this.extent.full === true) yield* this.#sweep(pending);
    }
    // Those opened by a change since.
    while (this.#readSegment()) yield;
  }

  /**
   * Reads every key that is not among the changed ones, from the last place of the dataset to the first: a key that moves
   * because another one goes only ever moves towards the places still to come.
   */
  *#sweep(pending: Pending): Generator<void> {
    const { keys } = pending.dataset;
    for (let at = keys.size - 1; at >= 0; at = Math.min(at, keys.size) - 1) {
      const entry = keys.at(at);
      if (entry !== undefined && !pending.taken.has(entry.key)) yield* this.#readInTurn(pending, entry.key);
    }
  }

  *#readInTurn(pending: Pending, key: string): Generator<void> {
    this.#toRead -= 1;
    if (!pending.ahead.has(key)) {
      if (this.extent.once === true) pending.ahead.add(key);
      this.#serialize(pending, key, true);
    }
    yield;
    while (this.#readSegment()) yield;
  }

  /** A key is about to change: what it holds is what it held at the point in time, if this is the first time. */
  #readAhead(pending: Pending, key: string): void {
    if (this.extent.full !== true && !pending.taken.has(key)) return;
    if (pending.ahead.has(key)) return;
    pending.ahead.add(key);
    // In a full snapshot a key that neither changed nor was there needs no record.
    if (pending.taken.has(key) || pending.dataset.keys.has(key)) this.#serialize(pending, key, false);
  }

  /** @param inTurn whether the key is read in its turn, not because it is about to change */
  #serialize({ dataset, ahead }: Pending, key: string, inTurn: boolean): void {
    const entry = dataset.keys.get(key);
    const plan = entry === undefined ? undefined : this.big.plan(dataset, key, entry.value);
    if (plan === undefined || plan.anew) this.#forgetSegments(dataset, key);
    if (entry === undefined) this.#append(RecordKind.gone, dataset, key);
    else if (plan === undefined) this.#writeWhole(dataset, entry);
    else {
      ahead.add(key);
      this.#openValue(dataset, entry, plan, inTurn);
    }
  }

  #writeWhole(dataset: Dataset, entry: Entry): void {
    this.#rdb.reset();
    writeWhole(this.#rdb, entry.value);
    this.#append(RecordKind.whole, dataset, entry.key, this.#rdb.view(), dataset.expireAt(entry));
  }

  /** Writes the head and leaves the segments for later, in slices. */
  #openValue(dataset: Dataset, entry: Entry, { value, id, segmentation, anew }: Plan, inTurn: boolean): void {
    const { key } = entry;
    // A plain string knows no segments. About to change, it will be replaced by another one anyway.
    if (inTurn && entry.value !== value) dataset.put(key, value, entry.access);
    if (anew) this.big.keep(dataset, key, value, id, segmentation);
    const reading = segmentation.read(this.extent.full === true || anew);
    this.#undo.push(() => {
      reading.undo();
      dataset.changed?.add(key);
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
    if (id === undefined) return;
    this.#dropSegments(dataset, id);
    // A full snapshot reads keys that did not change: when it fails, the kept head of this one has lost its segments.
    this.#undo.push(() => dataset.changed?.add(key));
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

function takeChanges(dataset: Dataset): KeySet {
  const changed = dataset.changed ?? new KeySet();
  if (dataset.changed !== undefined) dataset.changed = new KeySet();
  return changed;
}

/** A snapshot failed: what it took counts as changed again, beside what changed since, which is less as a rule. */
function giveBack(dataset: Dataset, taken: KeySet): void {
  if (dataset.changed === undefined) return;
  for (const key of dataset.changed) taken.add(key);
  dataset.changed = taken;
}
