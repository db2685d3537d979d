import type { JournalSettings } from '../config/journal-settings';

/** A snapshot that was not written for a reason its keeper knows and has reported; anything else is a defect of ours. */
export class SaveFailure extends Error {
  /** @param code of `errors/codes.ts` */
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** What INFO says of a journal. */
export interface JournalFigures {
  /** Bytes of the present file. */
  readonly length: number;
  /** Frames that are not written yet. */
  readonly pending: number;
  /** Whether a sync of `everysec` is under way. */
  readonly syncing: boolean;
  /** Whether all it was given is on the disk and counts; under `always` what tells of it leaves only then. */
  readonly synced: boolean;
  /** How often writers had to wait because a sync of `everysec` took too long. */
  readonly delayed: number;
  /** Whether it can be written. */
  readonly healthy: boolean;
}

/** What SAVE, BGSAVE and LASTSAVE do; the snapshot module provides it. */
export interface SaveHooks {
  /** Starts a snapshot in the background. @throws SaveFailure when one is running, or it cannot be written */
  save(): Promise<void>;
  /** Decides whether the last snapshot is written when the application stops, whatever the settings say. */
  setFinalSave?(wanted: boolean): void;
  /** When the last snapshot was finished, in milliseconds since the epoch; 0 = never. */
  lastSave(): number;
  /** Whether a snapshot is being written. */
  saving(): boolean;
  /** Writes a snapshot once the one being written is finished. @throws SaveFailure */
  saveNext?(): Promise<void>;
  /** Whether the last snapshot could not be written. */
  failed?(): boolean;
  /** Whether there is a journal, and how it syncs. */
  journalSettings?(): JournalSettings;
  /** The journal; undefined without one. */
  journal?(): JournalFigures | undefined;
  /** Waits until all that changed up to now is on the disk. @returns false when there is no journal, or it fails before */
  journalSynced?(): Promise<boolean>;
  /** What an operator should know: snapshots that keep failing, a snapshot that was set aside. Empty = all is well. */
  troubles?(): readonly string[];
}
