import { RecordBatchReader } from '../../../engine/snapshot/record-batch';
import { type DatasetPrefixes, datasetPrefixes, plainNames, type RecordNames, storedKeyOf } from './record-format';

/** Where a record waits to be written. Its parts are read again then: a million of them would fill the heap. */
export interface PendingRecord {
  readonly storedKey: string;
  readonly batch: RecordBatchReader;
  readonly at: number;
}

/** The records of one snapshot, until it is written. */
export class PendingRecords {
  readonly #records: PendingRecord[] = [];
  readonly #prefixes = new Map<number, DatasetPrefixes>();

  constructor(private readonly names: RecordNames = plainNames) {}

  /** Takes a packed batch. Its keys are made now, while the next one is on its way. */
  add(packed: Uint8Array): void {
    const batch = new RecordBatchReader(packed);
    while (batch.next()) {
      const storedKey = storedKeyOf(this.#prefixesOf(batch.dataset), this.names, batch);
      this.#records.push({ storedKey, batch, at: batch.at });
    }
  }

  /** LMDB writes sorted keys about twice as fast. Of two records of one key the later wins. */
  sorted(): readonly PendingRecord[] {
    return this.#records.sort((a, b) => (a.storedKey < b.storedKey ? -1 : a.storedKey > b.storedKey ? 1 : 0));
  }

  #prefixesOf(dataset: number): DatasetPrefixes {
    let prefixes = this.#prefixes.get(dataset);
    if (prefixes === undefined) this.#prefixes.set(dataset, (prefixes = datasetPrefixes(dataset)));
    return prefixes;
  }
}
