import type { PackedRecord, RecordBatchWriter } from '../../../engine/snapshot/record-batch';
import { encodeRecord, plainNames, type RecordNames, relayRecord, type StoredEntry } from './record-format';
import { type DatasetKey, RecordOpener, RecordSealer, sealedNames } from './sealed-records';
import { openStamp, sealStamp, type Stamp } from './stamp';

/** How a directory's records are stored: as they are, or encrypted. */
export interface RecordCodec {
  readonly names: RecordNames;
  /** For the records of one snapshot, and no other. */
  encoder(): RecordEncoder;
  decoder(): RecordDecoder;
}

/** Writes records. */
export interface RecordEncoder {
  /** What is stored under `storedKey`. */
  encode(storedKey: string, record: PackedRecord): StoredEntry;
  /** The stamp as it is stored. */
  stamp(stamp: Stamp): Stamp;
}

/** Reads records. */
export interface RecordDecoder {
  /** Appends the record behind an LMDB entry to a batch. @throws DamagedRecordError */
  relay(entry: StoredEntry, batch: RecordBatchWriter): void;
  /** The stamp as it was. @throws DamagedRecordError */
  stamp(stamp: Stamp): Stamp;
}

const asIs = (stamp: Stamp): Stamp => stamp;

const plain: RecordCodec = {
  names: plainNames,
  encoder: () => ({ encode: encodeRecord, stamp: asIs }),
  decoder: () => ({ relay: relayRecord, stamp: asIs }),
};

/** @param key `undefined` = not encrypted */
export function codecOf(key: DatasetKey | undefined): RecordCodec {
  if (key === undefined) return plain;
  return {
    names: sealedNames(key),
    encoder() {
      const sealer = new RecordSealer(key);
      return {
        encode: (storedKey, record) => sealer.encode(storedKey, record),
        stamp: (stamp) => sealStamp(stamp, key, sealer),
      };
    },
    decoder() {
      const opener = new RecordOpener(key);
      return {
        relay(entry, batch) {
          opener.relay(entry, batch);
        },
        stamp: (stamp) => openStamp(stamp, opener),
      };
    },
  };
}
