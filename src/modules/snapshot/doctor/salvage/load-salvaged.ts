import { RecordBatchReader } from '../../../../engine/snapshot/record-batch';
import type { DatasetLayout, SnapshotSource } from '../../../../engine/snapshot/source';
import type { FoundRecords, FoundValue, Packed } from './found-records';

/** Batches are loaded when they are about this large, bytes. */
const BATCH_BYTES = 1024 * 1024;

/** Databases of a new engine show the datasets from 1 on. */
const FIRST_DATASETS = 16;

/** A key, and the dataset it is in. */
export interface KeyOfDataset {
  readonly dataset: number;
  readonly key: string;
}

/** What could not be put together. */
export interface IncompleteValues {
  /** Keys of values of which segments are missing. */
  readonly named: readonly KeyOfDataset[];
  /** Values of which only segments are there: what their keys were is not known. */
  readonly nameless: number;
}

/**
 * Loads what was found, up to the point where `showRestored` is to be called.
 * @param probe an engine's door on which values are tried
 * @param asOf keys that had expired by then are left out; `undefined` = now
 */
export function loadSalvaged(
  source: SnapshotSource,
  probe: SnapshotSource,
  found: FoundRecords,
  asOf: number | undefined,
): IncompleteValues {
  const heads = new Set<string>();
  const whole: Packed[] = [];
  const named: KeyOfDataset[] = [];
  let nameless = 0;
  for (const value of found.big.values()) {
    const parts = partsOf(value);
    if (value.head === undefined) nameless += 1;
    else if (isComplete(probe, parts)) {
      heads.add(nameOf(value.head));
      whole.push(Buffer.concat(parts));
    } else named.push(keyOf(value.head));
  }
  for (const [name, packed] of found.whole) {
    heads.add(name);
    whole.push(packed);
  }
  for (const [name, { packed }] of found.older) if (!heads.has(name)) whole.push(packed);
  for (const batch of batchesOf(whole)) load(source, batch, asOf);
  return { named, nameless };
}

/** Keys that may be older than the snapshot. */
export function olderKeys(found: FoundRecords): KeyOfDataset[] {
  return [...found.older].flatMap(([name, { packed }]) => {
    return found.whole.has(name) ? [] : [keyOf(packed)];
  });
}

/** What the databases most likely showed, where no stamp says it: datasets are numbered from 1 on, a flushed database gets the next. */
export function likelyLayout(found: FoundRecords): DatasetLayout {
  const names = [...found.whole.keys(), ...found.big.keys(), ...found.older.keys()];
  const ids = [...new Set(names.map((name) => Number(name.slice(0, name.indexOf(':')))))].sort((a, b) => a - b);
  const datasets: number[] = new Array<number>(FIRST_DATASETS).fill(0);
  for (const id of ids) {
    const free = id <= FIRST_DATASETS ? id - 1 : datasets.indexOf(0);
    if (free === -1) datasets.push(id);
    else datasets[free] = id;
  }
  return { datasets, libraries: [] };
}

function partsOf({ head, segments }: FoundValue): Packed[] {
  const sorted = [...segments].sort(([a], [b]) => a - b).map(([, packed]) => packed);
  return head === undefined ? sorted : [head, ...sorted];
}

/** Whether a value can be put together. */
function isComplete(probe: SnapshotSource, parts: readonly Packed[]): boolean {
  probe.beginRestore();
  try {
    // As of the beginning of time nothing has expired.
    return probe.importBatch(Buffer.concat(parts), 0) === 1;
  } catch {
    return false; // segments that do not belong together
  } finally {
    probe.abortRestore();
  }
}

/** A record that cannot be loaded costs no other one. */
function load(source: SnapshotSource, records: readonly Packed[], asOf: number | undefined): void {
  try {
    source.importBatch(Buffer.concat(records), asOf);
  } catch (error) {
    const [only] = records;
    if (records.length > 1) for (const record of records) load(source, [record], asOf);
    else if (only === undefined) throw error;
  }
}

function* batchesOf(records: readonly Packed[]): Generator<Packed[]> {
  let batch: Packed[] = [];
  let bytes = 0;
  for (const record of records) {
    batch.push(record);
    bytes += record.length;
    if (bytes < BATCH_BYTES) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}

function recordOf(packed: Packed): RecordBatchReader {
  const reader = new RecordBatchReader(packed);
  reader.next();
  return reader;
}

function keyOf(packed: Packed): KeyOfDataset {
  const { dataset, key } = recordOf(packed);
  return { dataset, key };
}

function nameOf(packed: Packed): string {
  const { dataset, key } = recordOf(packed);
  return `${String(dataset)}:${key}`;
}
