import { join, resolve } from 'node:path';
import { RespiteError } from '../../../errors';
import type { DatasetKey } from '../store/sealed-records';
import type { Stamp } from '../store/stamp';
import { FORMAT_VERSION, JOURNAL_VERSION } from '../store/record-format';
import { completeFiles, createDataFile, createFiles } from './complete-files';
import { DirectoryLock, type LockOptions } from './directory-lock';
import { checkKey } from './check-key';
import { unusable } from './unusable';
import { makeDirectory, makePrivate } from './make-directory';
import { dataFilesIn, journalsIn, moveAside, moveNewer } from './move-files';
import { type DirectoryFacts, lostSnapshot, markerOwning, type NamedJournal, neverWritten } from './directory-facts';
import { encryptionFields, type Marker, writeMarker } from './marker';
import { refuseNetworkFilesystem } from './network-filesystem';
import { assertSameFile, emptyIfZero, type FileIdentity, identityIfThere, identityOf, ownFileSize } from './own-file';
import { DATA, MARKER, recognise, type Recognised, REPLACEMENT, WITNESS } from './recognise';
import { adoptReplacement, discardReplacement, finishReplacement } from './replacement';
import { readWitness, writeWitness } from './witness';

/** How a data directory is opened. */
export interface DataDirectoryOptions extends LockOptions {
  /** What the data is, or is to be, encrypted with; none = it is not. */
  readonly encryptionKey?: Uint8Array | undefined;
  /** Told about what is odd and not fatal. */
  readonly onWarning?: (message: string) => void;
}

/** The directory that holds one data file (`recognise.ts` lists the files in it), locked for this process. */
export class DataDirectory implements DirectoryFacts {
  readonly path: string;
  readonly dataFile: string;
  readonly #lock: DirectoryLock;
  #marker: Marker;
  #markerTrouble: string | undefined;
  /** The data file as it was found, or made; `undefined` while it is missing. */
  #dataFile: FileIdentity | undefined;

  private constructor(
    path: string,
    lock: DirectoryLock,
    { marker, markerTrouble }: Recognised,
    readonly encryptionKey: Uint8Array | undefined,
  ) {
    this.path = path;
    this.dataFile = join(path, DATA);
    this.#lock = lock;
    this.#marker = marker;
    this.#markerTrouble = markerTrouble;
    this.#dataFile = identityIfThere(this.dataFile);
  }

  /**
   * Creates the directory (0700) if needed, refuses one that is not ours, and locks it.
   * @throws RespiteError `ENCRYPTION_KEY_MISSING`, `ENCRYPTION_KEY_UNUSED`, `ENCRYPTION_KEY_WRONG`, `SNAPSHOT_DIR_FOREIGN`,
   * `SNAPSHOT_DIR_UNUSABLE`, `SNAPSHOT_FILE_UNSAFE`, `SNAPSHOT_FORMAT_UNSUPPORTED`, `SNAPSHOT_LOCKED`, `SNAPSHOT_NETWORK_FILESYSTEM`
   */
  static async open(directory: string, options: DataDirectoryOptions = {}): Promise<DataDirectory> {
    const path = resolve(directory);
    try {
      await makeDirectory(path);
      // Looked at before anything is changed in it: a mistyped path may name any directory of the machine.
      await recognise(path);
      await refuseNetworkFilesystem(path);
      await makePrivate(path, options.onWarning);
      const lock = await DirectoryLock.acquire(path, options);
      try {
        const { encryptionKey } = options;
        const found = (await recognise(path)) ?? (await createFiles(path, encryptionKey));
        const directory = new DataDirectory(path, lock, found, encryptionKey);
        await directory.#adoptKey();
        await directory.#settleReplacement();
        await completeFiles(path, directory.#marker);
        return directory;
      } catch (error) {
        await lock.release();
        throw error;
      }
    } catch (error) {
      if (RespiteError.is(error)) throw error;
      throw unusable(path, error);
    }
  }

  get datasetId(): string {
    return this.#marker.datasetId;
  }

  /** What the data is encrypted with; `undefined` = it is not. */
  get encryption(): DatasetKey | undefined {
    return this.encryptionKey && { key: this.encryptionKey, datasetId: this.datasetId };
  }

  /** A directory in which nothing was written yet takes any key, or none. @throws as `checkKey` */
  async #adoptKey(): Promise<void> {
    const isEmpty =
      this.#marker.written === false && this.#markerTrouble === undefined && (await this.journals()).length === 0;
    if (!isEmpty || ((await ownFileSize(this.dataFile)) ?? 0) > 0) {
      checkKey(this.path, this.#marker, this.encryptionKey);
      return;
    }
    const wanted: Pick<Marker, 'encryption' | 'keyCheck'> = encryptionFields(this.encryptionKey, this.datasetId);
    const { encryption, keyCheck } = this.#marker;
    if (wanted.encryption !== encryption || wanted.keyCheck !== keyCheck) await this.#writeMarker(wanted);
  }

  /** What a crash left of a data file that was to take the place of the present one. */
  async #settleReplacement(): Promise<void> {
    if (this.#marker.replacedBy === undefined) await discardReplacement(this.path);
    else await this.#finishReplacement();
  }

  async #finishReplacement(): Promise<void> {
    await finishReplacement(this.path);
    this.#dataFile = identityIfThere(this.dataFile);
    const { replacedBy: _, ...settled } = this.#marker;
    this.#marker = settled;
    await this.#writeMarker({});
  }

  /**
   * Has a data file that is on the disk as a whole take the place of the present one and of all journals.
   * @param key what it is encrypted with; `undefined` = it is not
   */
  async replaceDataFile(key: Uint8Array | undefined): Promise<void> {
    // Journals begin anew: none of the former has to be there.
    const journal = 0;
    await this.#writeMarker({
      ...encryptionFields(key, this.datasetId),
      written: true,
      journal,
      replacedBy: REPLACEMENT,
    });
    await this.#finishReplacement();
  }

  /** Whether there is, or was, a snapshot to restore. */
  async hasSnapshot(): Promise<boolean> {
    return ((await ownFileSize(this.dataFile)) ?? 0) > 0 || (await this.lostSnapshot()) !== undefined;
  }

  /**
   * What says that a snapshot was written here, so that a data file without one has lost it.
   * @returns `undefined` when nothing does
   */
  async lostSnapshot(): Promise<string | undefined> {
    return lostSnapshot(this.#marker, await this.lastSequence(), this.#dataFile !== undefined);
  }

  async neverWritten(): Promise<boolean> {
    return neverWritten(this.#marker, this.#markerTrouble, await this.lastSequence());
  }

  /** Whether a snapshot belongs into this directory; a marker that was slightly damaged says so from now on. */
  owns(stamp: Stamp): boolean {
    const owning = markerOwning(this.#marker, stamp);
    if (owning !== undefined && owning !== this.#marker) {
      this.#marker = owning;
      this.#markerTrouble = 'damaged';
    }
    return owning !== undefined;
  }

  /**
   * To be called when the data file has proved to be what it has to be: from now on it may not be replaced, and the
   * marker says that there is a snapshot.
   * @param hasSnapshot whether it holds one
   * @returns what was wrong with the marker: `missing` or `damaged`
   * @throws RespiteError `SNAPSHOT_WRITE_FAILED` when it was replaced meanwhile; errors of the system
   */
  async settle(hasSnapshot: boolean): Promise<string | undefined> {
    assertSameFile(this.dataFile, this.dataFileIdentity);
    const trouble = this.#markerTrouble;
    const { sealed, written } = this.#marker;
    if (hasSnapshot && (trouble !== undefined || !sealed || written !== true))
      await this.#writeMarker({ written: true });
    this.#markerTrouble = undefined;
    return trouble;
  }

  /** Makes sure that the marker says, durably, that there may be journals: before the first one is begun. */
  async allowJournals(): Promise<void> {
    if (this.#marker.format !== JOURNAL_VERSION) await this.#writeMarker({ format: JOURNAL_VERSION });
  }

  /** Number of the last journal file that a start began; 0 = not known. */
  get lastJournal(): number {
    return this.#marker.journal ?? 0;
  }

  /** Notes, durably, that a start began this journal file: from now on it may not be missing. */
  async noteJournal(journal: number): Promise<void> {
    await this.#writeMarker({ journal });
  }

  /** Whether there are, or were, journals to replay. */
  async hasJournals(): Promise<boolean> {
    return this.lastJournal > 0 || (await this.journals()).length > 0;
  }

  /** The journal files, in the order of their numbers. */
  journals(): Promise<readonly NamedJournal[]> {
    return journalsIn(this.path);
  }

  /** The data file that snapshots are written to. */
  get dataFileIdentity(): FileIdentity {
    return (this.#dataFile ??= identityOf(this.dataFile));
  }

  /**
   * That the directory is locked for us, and that the data file is the one that was restored.
   * @throws RespiteError `SNAPSHOT_LOCK_LOST`, `SNAPSHOT_WRITE_FAILED`
   */
  async assertUsable(): Promise<void> {
    await this.#lock.assertHeld();
    assertSameFile(this.dataFile, this.dataFileIdentity);
  }

  /** Sequence of the last snapshot known to be written; the data file's may be higher, never lower. 0 = none. */
  lastSequence(): Promise<number> {
    return readWitness(join(this.path, WITNESS));
  }

  /** Makes sure that the marker says, durably, that a snapshot was written: before the first one counts. */
  async noteSnapshot(): Promise<void> {
    if (this.#marker.written !== true) await this.#writeMarker({ written: true });
  }

  noteSequence(sequence: number): Promise<void> {
    return writeWitness(join(this.path, WITNESS), sequence);
  }

  /** Gives a directory of an older format the format of this version, before anything is written that needs it. */
  async upgrade(): Promise<void> {
    if (this.#marker.format < FORMAT_VERSION) await this.#writeMarker({ format: FORMAT_VERSION });
  }

  /**
   * Moves the data away, as `moveAside` says, and leaves an empty directory of a new identity. The lock stays where it is, so that
   * nobody slips in between.
   * @returns where it is now.
   */
  setAside(reason: 'corrupt' | 'kept', time: number): Promise<string> {
    return this.#moving(async () => {
      const target = await moveAside(this.path, reason, time, await dataFilesIn(this.path));
      this.#marker = (await createFiles(this.path, this.encryptionKey)).marker;
      this.#markerTrouble = undefined;
      return target;
    });
  }

  /**
   * Clears the data file of what there is of a first snapshot that was never complete. The journals stay.
   * @returns where that is now; `undefined` when it was nothing
   */
  clearUnfinished(time: number): Promise<string | undefined> {
    return this.#moving(async () => {
      const target = (await emptyIfZero(this.dataFile))
        ? undefined
        : await moveAside(this.path, 'corrupt', time, [DATA]);
      await createDataFile(this.dataFile);
      return target;
    });
  }

  /**
   * Has the file of `beginReplacement`, a copy of an older snapshot, take the place of a damaged data file, which moves as by `setAside`,
   * with the copies that are newer and, unless they are complete, with the journals.
   * @returns where they are now
   */
  replaceDamaged(sequence: number, journalsAreComplete: boolean, time: number): Promise<string> {
    return this.#moving(async () => {
      const target = await moveNewer(this.path, sequence, { journals: !journalsAreComplete, time });
      await adoptReplacement(this.path);
      await this.noteSequence(sequence);
      if (!journalsAreComplete) await this.noteJournal(0);
      return target;
    });
  }

  /** What leaves another data file. */
  async #moving<T>(move: () => Promise<T>): Promise<T> {
    try {
      const result = await move();
      this.#dataFile = identityOf(this.dataFile);
      return result;
    } catch (error) {
      throw unusable(this.path, error);
    }
  }

  close(): Promise<void> {
    return this.#lock.release();
  }

  async #writeMarker(change: Partial<Marker>): Promise<void> {
    this.#marker = await writeMarker(join(this.path, MARKER), { ...this.#marker, ...change });
  }
}
