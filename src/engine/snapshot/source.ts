import type { EffectListener } from '../effects/effect-log';

// Who keeps an engine's data answers SAVE and its like as well: both are known behind this door.
export type { Effect } from '../effects/effect-log';
export { EffectEncoder } from '../effects/effect-encoder';
export type { JournalSettings, SyncPolicy } from '../config/journal-settings';
export { type JournalFigures, SaveFailure, type SaveHooks } from '../execution/save-hooks';
/** Holds back what leaves the engine until what it shows is on the disk. */
export interface ReplyGate {
  /** From now on nothing leaves. @returns the number of the frame that has to be on the disk first */
  close(): number;
  /** What happens from now on belongs to the next frame. */
  advance(): void;
  /** Lets out what waited for frames up to this one. */
  open(sequence: number): void;
  /** What waits gets this error instead. */
  fail(text: string): void;
}

/** What commands change, for who writes it down. */
export interface EffectFeed {
  /** Hears of everything from now on, before any reply to it leaves. @returns what ends that */
  listen(listener: EffectListener): () => void;
  readonly gate: ReplyGate;
}

/**
 * The one interface between the engine and whoever keeps its data. The engine knows what changed; the keeper knows
 * where it is written.
 *
 * Databases are named by *dataset ids*: a number that is never used twice within a process' data. FLUSHDB gives the
 * logical database a new, empty dataset; SWAPDB exchanges two ids. So neither costs a record per key.
 */
export interface SnapshotSource {
  /** Resolves when no snapshot is open, in a turn of its own: no command, transaction or script is half done. Then call `begin` at once. */
  free(): Promise<void>;
  /**
   * Opens a snapshot whose point in time is now. Call it between commands (a macrotask of its own). Only one may be
   * open; a second call throws.
   */
  begin(extent?: CutExtent): SnapshotCut;

  /** Keys and datasets changed since the last committed snapshot; 0 means a snapshot would write nothing. */
  readonly changes: number;

  /** Whether a restore finished, or a keeper declared there was nothing to restore. Guards against saving an empty state. */
  readonly restored: boolean;

  /** Prepares for restoring: the engine answers `LOADING` until `finishRestore`. */
  beginRestore(): void;
  /**
   * Loads one batch of records (see `record-batch.ts`); heads come before segments.
   * @param asOf milliseconds since the epoch; default now. Keys that had expired by then are skipped
   * @returns how many keys were loaded
   * @throws IncompleteValueError when segments are not those their value was written with
   */
  importBatch(batch: Uint8Array, asOf?: number): number;
  /**
   * Shows what was loaded and stays `LOADING`, for `replay`; `finishRestore` ends that.
   * @throws IncompleteValueError when segments are missing
   */
  showRestored(layout: DatasetLayout | undefined): void;
  /**
   * Runs commands that were written down, as of their time: nothing expires but by them.
   * @param payload in RESP, see the journal's format
   * @param guard asked about each command, where keys may be missing: what it does not admit is left out, and so is what fails
   * @returns how many commands
   * @throws Error when one of them cannot be run
   */
  replay(payload: Buffer, time: number, guard?: ReplayGuard): number;
  /**
   * Ends a restore; `layout` is what the snapshot's cut held, or `undefined` when there was nothing to restore.
   * @throws IncompleteValueError when segments are missing
   */
  finishRestore(layout: DatasetLayout | undefined): void;
  /** Answers writes with an error (in Redis' words, without a line break), or takes them again. */
  refuseWrites(text: string | undefined): void;
  /** What commands change from now on. */
  readonly effects: EffectFeed;

  /** Gives up a restore: everything loaded so far is dropped, `restored` stays false, the engine stays `LOADING`. */
  abortRestore(): void;
}

/** A command that is about to be run again. */
export interface ReplayedCommand {
  /** In lower case; of a subcommand `xgroup|create`. */
  readonly name: string;
  readonly args: readonly string[];
  /** The database that is selected. */
  readonly database: number;
  /** Those among the arguments. */
  readonly keys: readonly string[];
  /** Whether the selected database has such a key. */
  has(key: string): boolean;
}

/** Says whether a command may be run again. */
export type ReplayGuard = (command: ReplayedCommand) => boolean;

/** Segments are missing, or are not those that were written with their value: the snapshot is damaged. */
export class IncompleteValueError extends Error {}

/** What a snapshot reads; everything is optional. */
export interface CutExtent {
  /** All keys instead of those that changed; default false. */
  readonly full?: boolean;
  /** No key comes twice, which takes a note of each; default false. */
  readonly once?: boolean;
}

/** Which dataset each logical database shows, and what belongs to the whole engine. */
export interface DatasetLayout {
  /** Dataset id by logical database; 0 for a database that was never written. */
  readonly datasets: readonly number[];
  /** Function libraries' source texts (latin1 strings); kept whole, they are few and small. */
  readonly libraries: readonly string[];
}

/** One open snapshot: a point in time being read in slices while commands go on. */
export interface SnapshotCut {
  readonly layout: DatasetLayout;
  /** Keys there are at the point in time. */
  readonly keys: number;
  /** Records still to come, as far as known: for progress only. */
  readonly remaining: number;
  /**
   * Serialises until about `budgetMs` have passed or the batch is full (about 1 MB).
   * @returns a packed batch that owns its buffer (transferable), or `undefined` when everything was handed out.
   */
  next(budgetMs: number): Uint8Array<ArrayBuffer> | undefined;
  /** The keeper has it safely: the changes are forgotten. */
  commit(): void;
  /** The keeper failed: the changes count as unsaved again. */
  abort(): void;
}
