import type { JournalPlace } from '../journal/journal-file';
import type { Stamp } from '../store/stamp';
import { differences, type Marker } from './marker';
import { DATA, MARKER, WITNESS } from './recognise';

/** A journal file by its name. */
export interface NamedJournal extends JournalPlace {
  readonly name: string;
}

/** What a restore asks a data directory, be it locked for us or only looked at. */
export interface DirectoryFacts {
  readonly path: string;
  readonly dataFile: string;
  readonly datasetId: string;
  /** What the data is encrypted with; `undefined` = it is not. */
  readonly encryptionKey: Uint8Array | undefined;
  /** The journal files, in the order of their numbers. */
  journals(): Promise<readonly NamedJournal[]>;
  /** Number of the last journal file that a start began; 0 = not known. */
  readonly lastJournal: number;
  /** Sequence of the last snapshot known to be written; 0 = none. */
  lastSequence(): Promise<number>;
  /** What says that a snapshot was written here; `undefined` when nothing does. */
  lostSnapshot(): Promise<string | undefined>;
  /** Whether something says, surely, that none was ever written here: then a data file with no whole one was being made. */
  neverWritten(): Promise<boolean>;
  /** Whether a snapshot belongs into this directory. */
  owns(stamp: Stamp): boolean;
}

/**
 * What says that a snapshot was written into a directory, so that a data file without one has lost it.
 * @param last sequence of the last snapshot known to be written
 * @returns `undefined` when nothing does
 */
export function lostSnapshot(marker: Marker, last: number, hasDataFile: boolean): string | undefined {
  if (marker.written === true) return `${MARKER} says that a snapshot was written`;
  if (last > 0) return `${WITNESS} says that snapshot ${String(last)} was written`;
  // The data file of a directory is made before its marker.
  return marker.written === undefined && !hasDataFile ? `${DATA} is gone` : undefined;
}

/** Whether a marker that is not damaged, and the witness, say that no snapshot was ever written. @param trouble what is wrong with the marker. @param last as of `lostSnapshot` */
export function neverWritten(marker: Marker, trouble: string | undefined, last: number): boolean {
  return marker.sealed && marker.written === false && trouble === undefined && last === 0;
}

/**
 * Whether a snapshot belongs into the directory of a marker. Where that has no checksum, an identity that differs in one
 * letter is a damaged one: two random ones differ in most.
 * @returns the marker, with the right identity; `undefined` when it does not
 */
export function markerOwning(marker: Marker, { datasetId }: Stamp): Marker | undefined {
  if (datasetId === marker.datasetId) return marker;
  if (marker.sealed || differences(datasetId, marker.datasetId) !== 1) return undefined;
  return { ...marker, datasetId };
}
