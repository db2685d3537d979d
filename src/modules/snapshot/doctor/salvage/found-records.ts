import {
  RecordBatchReader,
  RecordBatchWriter,
  RecordKind,
  parseSegmentKey,
} from '../../../../engine/snapshot/record-batch';
import { RdbReader } from '../../../../engine/rdb/rdb-primitives';
import type { RecordDecoder } from '../../store/record-codec';
import { isStamp, type StoredEntry } from '../../store/record-format';
import { decodeStamp, type Stamp } from '../../store/stamp';
import type { Found } from './page-salvage';

/** Records become batches of about so many bytes. */
const BATCH_BYTES = 128 * 1024;

/** A packed record, which is a batch of one. */
export type Packed = Uint8Array;

/** A value in segments, as far as it was found. */
export interface FoundValue {
  head: Packed | undefined;
  readonly segments: Map<number, Packed>;
}

/** A record that may be older than the snapshot. */
interface OlderRecord {
  readonly packed: Packed;
  readonly transaction: number;
}

/** Collects what is found in a data file: each record once, the newest. */
export class FoundRecords {
  /** Whole values that the snapshot holds, by `nameOf`. */
  readonly whole = new Map<string, Packed>();
  /** Values in segments, by dataset and value id. */
  readonly big = new Map<string, FoundValue>();
  /** Whole values that may be older, or deleted since. Parts of others cannot be put together: each may be of another time. */
  readonly older = new Map<string, OlderRecord>();
  stamp: Stamp | undefined;
  /** Whether the stamp is that of the snapshot. */
  stampProven = false;
  /** Entries whose checksum or tag is wrong. */
  damaged = 0;
  /** Records that the snapshot holds. */
  proven = 0;
  #stampTransaction = -1;
  readonly #batch = new RecordBatchWriter();
  readonly #places: (Found & { readonly end: number })[] = [];

  constructor(private readonly decoder: RecordDecoder) {}

  /** @returns whether it is what was written */
  take(entry: StoredEntry, found: Found): boolean {
    try {
      if (isStamp(entry)) this.#takeStamp(decodeStamp(entry), found);
      else {
        this.decoder.relay(entry, this.#batch);
        this.#places.push({ ...found, end: this.#batch.byteLength });
      }
    } catch {
      // Whatever it is, it is not what was written.
      this.damaged += 1;
      return false;
    }
    if (this.#batch.byteLength >= BATCH_BYTES) this.flush();
    return true;
  }

  /** Sorts what was taken. */
  flush(): void {
    if (this.#places.length === 0) return;
    const reader = new RecordBatchReader(this.#batch.finish());
    for (const place of this.#places.splice(0)) {
      reader.next();
      this.#sort(reader, reader.buffer.subarray(reader.at, reader.end), place);
    }
  }

  #takeStamp(stamp: Stamp, { proven, transaction }: Found): void {
    const isBetter = proven !== this.stampProven ? proven : transaction > this.#stampTransaction;
    if (!isBetter) return;
    this.stamp = stamp;
    this.stampProven = proven;
    this.#stampTransaction = transaction;
  }

  #sort(record: RecordBatchReader, packed: Packed, { proven, transaction }: Found): void {
    const isPart = record.kind !== RecordKind.whole;
    const name = `${String(record.dataset)}:${isPart ? '' : record.key}`;
    if (!proven) {
      const known = this.older.get(name);
      if (!isPart && (known === undefined || known.transaction < transaction))
        this.older.set(name, { packed, transaction });
      return;
    }
    if (!isPart) this.#count(this.whole, name, packed);
    else if (record.kind === RecordKind.segment) {
      const { valueId, segment } = parseSegmentKey(record.key);
      this.#count(this.#valueOf(name, valueId).segments, segment, packed);
    } else {
      const head = new RdbReader(record.value);
      head.byte();
      const value = this.#valueOf(name, head.length());
      if (value.head === undefined) this.proven += 1;
      value.head ??= packed;
    }
  }

  /** What the tree has comes before what a search finds. */
  #count<K>(into: Map<K, Packed>, name: K, packed: Packed): void {
    if (into.has(name)) return;
    into.set(name, packed);
    this.proven += 1;
  }

  #valueOf(dataset: string, id: number): FoundValue {
    const name = `${dataset}${String(id)}`;
    let value = this.big.get(name);
    if (value === undefined) this.big.set(name, (value = { head: undefined, segments: new Map() }));
    return value;
  }
}
