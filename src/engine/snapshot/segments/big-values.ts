import type { Dataset } from '../../keyspace/dataset';
import type { StoredValue } from '../../keyspace/entry';
import { RawString } from '../../values/raw-string';
import { cut, isBig, type Segmentation } from './index';

/** A value whose segments are kept. */
interface Kept {
  readonly dataset: Dataset;
  readonly key: string;
  readonly id: number;
  readonly segmentation: Segmentation;
}

/** What is kept of a dataset's big values. */
interface KeptDataset {
  /** Ids by key. */
  readonly ids: Map<string, number>;
  /** Ids whose segments may be there, although no value has them. */
  orphans: number[];
}

/** How a big value is to be written. */
export interface Plan {
  readonly value: Exclude<StoredValue, string>;
  readonly id: number;
  readonly segmentation: Segmentation;
  /** Whether nothing of it is kept under this id. */
  readonly anew: boolean;
}

/**
 * Knows under which ids the segments of big values are kept. An id stands for one value under one key and is never used
 * again: a value that was renamed, copied or replaced is written anew, and the segments of the old one go.
 */
export class BigValues {
  #nextId = 1;
  readonly #kept = new WeakMap<object, Kept>();
  readonly #datasets = new WeakMap<Dataset, KeptDataset>();

  /** How a value is to be written, or undefined when it is written whole. */
  plan(dataset: Dataset, key: string, stored: StoredValue): Plan | undefined {
    const id = this.#of(dataset).ids.get(key);
    if (!isBig(stored, id !== undefined)) return undefined;
    const value = typeof stored === 'string' ? new RawString(stored) : stored;
    const kept = this.#kept.get(value);
    if (kept !== undefined && kept.id === id && kept.dataset === dataset && kept.key === key && kept.segmentation.fits)
      return { value, id, segmentation: kept.segmentation, anew: false };
    const segmentation = cut(value);
    return segmentation === undefined ? undefined : { value, id: this.#nextId++, segmentation, anew: true };
  }

  /** Notes that a value is kept under an id. */
  keep(dataset: Dataset, key: string, value: object, id: number, segmentation: Segmentation | undefined): void {
    this.#of(dataset).ids.set(key, id);
    this.#nextId = Math.max(this.#nextId, id + 1);
    if (segmentation !== undefined) this.#kept.set(value, { dataset, key, id, segmentation });
  }

  /** Notes that a key has no segments any more. @returns the id it had, whose segments have to go */
  forget(dataset: Dataset, key: string): number | undefined {
    const { ids } = this.#of(dataset);
    const id = ids.get(key);
    if (id !== undefined) ids.delete(key);
    return id;
  }

  /** Notes that segments may be kept under an id that is in no use. */
  orphan(dataset: Dataset, id: number): void {
    this.#of(dataset).orphans.push(id);
  }

  /** Ids whose segments have to go; they are asked for once. */
  takeOrphans(dataset: Dataset): readonly number[] {
    const kept = this.#of(dataset);
    const { orphans } = kept;
    kept.orphans = [];
    return orphans;
  }

  #of(dataset: Dataset): KeptDataset {
    let kept = this.#datasets.get(dataset);
    if (kept === undefined) this.#datasets.set(dataset, (kept = { ids: new Map(), orphans: [] }));
    return kept;
  }
}
