import type { DatasetLayout } from '../../../engine/snapshot/source';
import { ALGORITHM, keyCheckOf } from '../encryption/encryption-key';
import {
  blankEntry,
  DamagedRecordError,
  seal,
  STAMP_FORMAT,
  STAMP_KEY,
  type StoredEntry,
  unsealedEnd,
} from './record-format';
import type { DatasetKey, RecordOpener, RecordSealer } from './sealed-records';

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
  /** Number of the first journal file that is not in it; 0 or none = there was no journal. */
  readonly journal?: number;
  /** Whether that file was there when the snapshot was written. Versions before did not note it. */
  readonly journalExists?: boolean;
  /** How the records are encrypted; none = they are not. */
  readonly encryption?: typeof ALGORITHM;
  /** With `encryption`: what tells its key. */
  readonly keyCheck?: string;
  /** With `encryption`: the layout's libraries, encrypted, in base64. */
  readonly sealedLibraries?: string;
}

/** A stamp whose texts are encrypted. */
export function sealStamp(stamp: Stamp, { key }: DatasetKey, sealer: RecordSealer): Stamp {
  const { datasetId, layout } = stamp;
  const libraries = sealer.encodeText(JSON.stringify(layout.libraries), LIBRARIES);
  return {
    ...stamp,
    layout: { ...layout, libraries: [] },
    encryption: ALGORITHM,
    keyCheck: keyCheckOf(key, datasetId),
    sealedLibraries: libraries.toString('base64'),
  };
}

/** Undoes `sealStamp`. @throws DamagedRecordError */
export function openStamp(stamp: Stamp, opener: RecordOpener): Stamp {
  const { sealedLibraries } = stamp;
  if (sealedLibraries === undefined) throw new DamagedRecordError('the stamp is not encrypted');
  const text = opener.decodeText(Buffer.from(sealedLibraries, 'base64'), LIBRARIES);
  return { ...stamp, layout: { ...stamp.layout, libraries: JSON.parse(text) as string[] } }; // what was sealed
}

const LIBRARIES = 'libraries';

/** Format byte, JSON, checksum. */
export function encodeStamp(stamp: Stamp): StoredEntry {
  const json = Buffer.from(JSON.stringify(stamp));
  const entry = blankEntry(STAMP_KEY.latin1Slice(), 1 + json.length);
  entry.bytes[entry.valueAt] = STAMP_FORMAT;
  entry.bytes.set(json, entry.valueAt + 1);
  seal(entry);
  return entry;
}

/** @throws DamagedRecordError when it is not what was written. */
export function decodeStamp(entry: StoredEntry): Stamp {
  const json = entry.bytes.toString('utf8', entry.valueAt + 1, unsealedEnd(entry));
  // The checksum vouches that these are the bytes `encodeStamp` made, so the shape needs no second look.
  return JSON.parse(json) as Stamp;
}
