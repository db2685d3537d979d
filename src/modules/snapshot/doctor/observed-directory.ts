import { join } from 'node:path';
import { checkKey } from '../directory/check-key';
import {
  type DirectoryFacts,
  lostSnapshot,
  markerOwning,
  type NamedJournal,
  neverWritten,
} from '../directory/directory-facts';
import type { Marker } from '../directory/marker';
import { journalsIn } from '../directory/move-files';
import { identityIfThere, ownFileSize } from '../directory/own-file';
import { DATA, recognise, type Recognised, REPLACEMENT, WITNESS } from '../directory/recognise';
import { readWitness } from '../directory/witness';
import type { DatasetKey } from '../store/sealed-records';
import type { Stamp } from '../store/stamp';

/** A data directory that is looked at as a start would find it, and neither locked nor changed. */
export class ObservedDirectory implements DirectoryFacts {
  private constructor(
    readonly path: string,
    readonly marker: Marker,
    readonly markerTrouble: Recognised['markerTrouble'],
    readonly encryptionKey: Uint8Array | undefined,
    readonly dataFile: string,
  ) {}

  /**
   * @returns `undefined` when it was never used
   * @throws RespiteError as `recognise`; nothing is said about the key
   */
  static async look(path: string, encryptionKey: Uint8Array | undefined): Promise<ObservedDirectory | undefined> {
    const found = await recognise(path);
    return found && ObservedDirectory.as(path, found, encryptionKey);
  }

  /** A directory of which is known what its marker says, or has to say. */
  static async as(
    path: string,
    { marker, markerTrouble }: Recognised,
    encryptionKey: Uint8Array | undefined,
  ): Promise<ObservedDirectory> {
    // The start finishes first what a crash left of a rewrite.
    const isReplaced = marker.replacedBy !== undefined && (await ownFileSize(join(path, REPLACEMENT))) !== undefined;
    const dataFile = join(path, isReplaced ? REPLACEMENT : DATA);
    return new ObservedDirectory(path, marker, markerTrouble, encryptionKey, dataFile);
  }

  get datasetId(): string {
    return this.marker.datasetId;
  }

  get encryption(): DatasetKey | undefined {
    return this.encryptionKey && { key: this.encryptionKey, datasetId: this.datasetId };
  }

  get lastJournal(): number {
    return this.marker.journal ?? 0;
  }

  /** @throws RespiteError as `checkKey`, where a start would */
  async checkKey(): Promise<void> {
    const { written } = this.marker;
    const isNew = written === false && this.markerTrouble === undefined && (await this.journals()).length === 0;
    if (!isNew || (await this.dataBytes()) > 0) checkKey(this.path, this.marker, this.encryptionKey);
  }

  /** Whether there is, or was, something to restore. */
  async hasData(): Promise<{ readonly snapshot: boolean; readonly journals: boolean }> {
    const snapshot = (await this.dataBytes()) > 0 || (await this.lostSnapshot()) !== undefined;
    return { snapshot, journals: this.lastJournal > 0 || (await this.journals()).length > 0 };
  }

  async dataBytes(): Promise<number> {
    return (await ownFileSize(this.dataFile)) ?? 0;
  }

  /** Journals whose data a rewrite holds go before anything is restored. */
  journals(): Promise<readonly NamedJournal[]> {
    return this.marker.replacedBy === undefined ? journalsIn(this.path) : Promise.resolve([]);
  }

  lastSequence(): Promise<number> {
    return readWitness(join(this.path, WITNESS));
  }

  async lostSnapshot(): Promise<string | undefined> {
    const hasDataFile = identityIfThere(join(this.path, DATA)) !== undefined;
    return lostSnapshot(this.marker, await this.lastSequence(), hasDataFile);
  }

  async neverWritten(): Promise<boolean> {
    return neverWritten(this.marker, this.markerTrouble, await this.lastSequence());
  }

  owns(stamp: Stamp): boolean {
    return markerOwning(this.marker, stamp) !== undefined;
  }
}
