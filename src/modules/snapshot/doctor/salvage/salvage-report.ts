import type { JournalStop } from './salvage-journals';

/** What was saved of a data file, and what was not. */
export interface SalvagedData {
  /** Pages that are not what they have to be. */
  readonly damagedPages: number;
  /** Records whose checksum or tag is wrong. */
  readonly damagedRecords: number;
  /** Records that the snapshot has and that were not found; `undefined` when it does not say how many it has. */
  readonly missingRecords: number | undefined;
  /** Keys that were found where they may be older than the snapshot, or deleted since. */
  readonly olderKeys: number;
  /** Whether the snapshot is not the last that was written here, or not surely. */
  readonly isOlder: boolean;
  /** Whether it had to be guessed which database the keys belong to. */
  readonly databasesGuessed: boolean;
  readonly librariesLost: boolean;
  /** Keys of values of which segments are missing; they were left out. */
  readonly incompleteValues: readonly string[];
  /** Values of which not even the key is known. */
  readonly namelessValues: number;
}

/** What was saved of a directory, and what was not. */
export interface SalvageReport {
  /** Keys there are now. */
  readonly keys: number;
  /** Point in time of the snapshot, milliseconds since the epoch; 0 = there is none, or it is not known. */
  readonly snapshotTime: number;
  /** Name of the copy of the data file that was taken in its place; `undefined` = none was. */
  readonly generation?: string;
  readonly data: SalvagedData;
  readonly journals: {
    /** Commands that were run again. */
    readonly commands: number;
    /** Time of the last of them, milliseconds since the epoch. */
    readonly until: number | undefined;
    /** Commands that were left out, because what they change may be lost or older. */
    readonly skipped: number;
    /** Keys that lack these changes. */
    readonly doubtfulKeys: readonly string[];
    readonly stop: JournalStop | undefined;
  };
}

/** Whether everything was saved, as it was at the end. */
export function isWhole({ data, journals }: SalvageReport): boolean {
  const { missingRecords, isOlder, databasesGuessed, librariesLost, incompleteValues, namelessValues } = data;
  const hasData = missingRecords === 0 && !isOlder && !databasesGuessed && !librariesLost;
  const hasValues = incompleteValues.length === 0 && namelessValues === 0;
  return hasData && hasValues && journals.stop === undefined && journals.skipped === 0;
}
