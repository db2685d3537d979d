import type { DatasetLayout } from '../../../engine/snapshot-source';
import { seal, SEAL_BYTES, STAMP_FORMAT, STAMP_KEY, unseal } from './record-format';

/** Written with every snapshot, in its transaction: what the snapshot is and how many records it must have. */
export interface Stamp {
  /** Identity of the data directory, as in its marker file. */
  readonly datasetId: string;
  /** Counts committed snapshots, from 1. */
  readonly sequence: number;
  /** The snapshot's point in time, milliseconds since the epoch. */
  readonly time: number;
  /** Records in the data file, the stamp not counted. */
  readonly count: number;
  /** Keys at that time; format 1 has none and a record per key. */
  readonly keys?: number;
  readonly layout: DatasetLayout;
}

/** Format byte, JSON, checksum. */
export function encodeStamp(stamp: Stamp): Buffer {
  const json = JSON.stringify(stamp);
  const entry = Buffer.allocUnsafe(1 + Buffer.byteLength(json) + SEAL_BYTES);
  entry.writeUInt8(STAMP_FORMAT, 0);
  entry.write(json, 1);
  return seal(STAMP_KEY, entry);
}

/** @throws DamagedRecordError when it is not what was written. */
export function decodeStamp(entry: Buffer): Stamp {
  // The checksum vouches that these are the bytes `encodeStamp` made, so the shape needs no second look.
  return JSON.parse(unseal(STAMP_KEY, entry).toString('utf8', 1)) as Stamp;
}
