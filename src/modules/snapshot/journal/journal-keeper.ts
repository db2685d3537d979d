import { rm } from 'node:fs/promises';
import type { Clock, Logger } from '../../../container';
import type { JournalFigures, JournalSettings, SnapshotSource, SyncPolicy } from '../../../engine/snapshot/source';
import { RespiteError } from '../../../errors';
import type { DataDirectory } from '../directory/data-directory';
import { messageOf } from '../system-error';
import { systemFiles } from './file-layer';
import { Journal, notWritten, type OpenSink } from './journal';
import { openQuickDisk } from './quick-disk';
import { adoptJournal, type JournalPlace, journalPath } from './journal-file';

/** What a keeper works with. */
export interface JournalKeeperParts {
  readonly source: SnapshotSource;
  readonly durability: 'snapshot' | 'everysec' | 'always';
  readonly clock: Clock;
  readonly logger: Logger;
  /** Asks for a snapshot: it takes the place of a long journal, and begins another where there is none, or one failed. */
  readonly wantSnapshot: () => void;
  /** Snapshots there are to fall back on: more than 1 need the journals since. */
  readonly generations: number;
  /** Who writes: by default a thread. */
  readonly openSink?: OpenSink;
}

/** The file of what changes from a snapshot's point in time on. */
export interface RotatedJournal {
  readonly number: number;
  /** Whether there is, or will be, such a file. */
  readonly exists: boolean;
  /** When it is there. */
  readonly begun: Promise<void>;
}

/** What a snapshot in the making brings about once it is written. */
interface Rotation extends JournalPlace {
  readonly exists: boolean;
  readonly gaps: number;
}

/**
 * The journals of a data directory: the one being written, if any, and those a snapshot has not replaced yet. While
 * something changed that is in neither a snapshot nor a journal (there was none, or it failed) what is written is
 * provisional: it counts from the next snapshot on.
 */
export class JournalKeeper implements JournalSettings {
  #directory: DataDirectory | undefined;
  #journal: Journal | undefined;
  #closing: Promise<void> = Promise.resolve();
  #wanted: boolean;
  #policy: SyncPolicy;
  /** Number of the next file. */
  #next = 1;
  /** Number of the oldest file there may be. */
  #oldest = 1;
  /** Counts the times from which on changes were not, or not surely, written. */
  #gaps = 0;
  /** How many of them a snapshot has made good. */
  #healed = 0;
  #rotation: Rotation = { number: 1, isProvisional: false, exists: false, gaps: 0 };
  #failure: string | undefined;
  #delayed = 0;
  /** Who waits for what was written to count. */
  readonly #waiting: ((counts: boolean) => void)[] = [];

  constructor(private readonly parts: JournalKeeperParts) {
    this.#wanted = parts.durability !== 'snapshot';
    this.#policy = parts.durability === 'always' ? 'always' : 'everysec';
  }

  /** Why the journal cannot be written; undefined = it can, or there is none. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Whether the journal counts only with the next snapshot, even if nothing has changed. */
  get needsSnapshot(): boolean {
    return this.#wanted && this.#gaps > this.#healed;
  }

  get figures(): JournalFigures | undefined {
    if (!this.#wanted) return undefined;
    const { length = 0, pending = 0, syncing = false, synced = false } = this.#journal ?? {};
    const healthy = this.#failure === undefined;
    return {
      length,
      pending,
      syncing,
      synced: synced && healthy && !this.needsSnapshot,
      delayed: this.#delayed,
      healthy,
    };
  }

  /** Waits until all that changed up to now is on the disk and counts. @returns false when there is no journal, or it fails before */
  async whenSynced(): Promise<boolean> {
    if (!((await this.#journal?.whenSynced()) ?? false)) return false;
    return !this.needsSnapshot || new Promise((resolve) => this.#waiting.push(resolve));
  }

  #answerWaiting(counts: boolean): void {
    for (const resolve of this.#waiting.splice(0)) resolve(counts);
  }

  get enabled(): boolean {
    return this.#wanted;
  }

  /** A journal begins with a snapshot, as Redis rewrites its file; what one said until it ends is kept until there is one. */
  set enabled(wanted: boolean) {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    this.parts.logger.info({ event: 'journal_switched', on: wanted }, `CONFIG SET turned the journal ${onOff(wanted)}`);
    if (!wanted) this.#stop();
    this.parts.wantSnapshot();
  }

  get policy(): SyncPolicy {
    return this.#policy;
  }

  set policy(policy: SyncPolicy) {
    this.#policy = policy;
    this.#journal?.setPolicy(policy);
  }

  /**
   * Begins to write, unless snapshots are all there is to be.
   * @param next number of the first file
   * @throws RespiteError `SNAPSHOT_DIR_UNUSABLE` when that file cannot be made
   */
  async start(directory: DataDirectory, next: number): Promise<void> {
    this.#directory = directory;
    this.#next = next;
    const found = await directory.journals();
    this.#oldest = found[0]?.number ?? next;
    try {
      // What no snapshot named by now never counts.
      for (const { number, isProvisional } of found) if (isProvisional) await this.#remove(number, true);
      if (!this.#wanted) {
        this.#gaps += 1;
        return;
      }
      await this.prepare();
      const journal = this.#open({ number: next, isProvisional: false }, undefined);
      await journal.begun;
      await directory.noteJournal(next);
    } catch (cause) {
      throw new RespiteError('SNAPSHOT_DIR_UNUSABLE', {
        message: `The journal ${journalPath(directory.path, next)} cannot be begun: ${messageOf(cause)}. Check the data directory's owner and its free space.`,
        cause,
      });
    }
  }

  /** To be called before `rotate`. @throws errors of the system */
  async prepare(): Promise<void> {
    if (this.#wanted) await this.#directory?.allowJournals();
  }

  /**
   * Begins another file, if there is to be a journal, at a snapshot's point in time.
   * @param dataBytes what the last snapshot takes
   * @throws Error when no thread can be had
   */
  rotate(dataBytes: number | undefined): RotatedJournal {
    // What changed in between is in none: the gap in the numbers says so to who falls back on an older snapshot.
    const isProvisional = this.#gaps > this.#healed;
    const isGap = isProvisional && this.parts.generations > 1;
    const place = { number: this.#next + (isGap ? 1 : 0), isProvisional };
    this.#rotation = { ...place, exists: this.#wanted, gaps: this.#gaps };
    if (!this.#wanted) return { number: place.number, exists: false, begun: Promise.resolve() };
    const begun = this.#journal?.rotate(place, dataBytes) ?? this.#open(place, dataBytes).begun;
    this.#next = place.number + 1;
    // It fails the snapshot, unless something else has done so before.
    begun.catch(() => undefined);
    return { number: place.number, exists: true, begun };
  }

  /**
   * A snapshot holds what the files before the last `rotate` say: they go, and writes are taken again.
   * @param needed number of the first file that somebody still needs
   */
  async replaced(needed = Infinity): Promise<void> {
    const { number, isProvisional, exists, gaps } = this.#rotation;
    // What changes after a snapshot without a journal is in neither.
    if (exists) this.#healed = gaps;
    const directory = this.#directory?.path ?? '';
    await this.#closing;
    try {
      if (isProvisional && exists) adoptJournal(systemFiles, directory, number);
      // From now on nothing says that journals know all that changes.
      if (!exists && (this.#directory?.lastJournal ?? 0) > 0) await this.#directory?.noteJournal(0);
      for (; this.#oldest < Math.min(number, needed); this.#oldest++)
        for (const provisional of [false, true]) await this.#remove(this.#oldest, provisional);
    } catch (err) {
      const message = 'a journal that a snapshot replaced could not be removed; the next snapshot tries again';
      this.parts.logger.warn({ event: 'journal_kept', err }, message);
    }
    if (this.#gaps > this.#healed) return;
    this.#takeWrites();
    this.#answerWaiting(true);
  }

  /** Writes and syncs what is left. */
  async close(): Promise<void> {
    this.#answerWaiting(false);
    await this.#closing;
    await this.#journal?.close();
  }

  #open(place: JournalPlace, dataBytes: number | undefined): Journal {
    const { source, clock, logger, wantSnapshot, openSink = openQuickDisk } = this.parts;
    const directory = this.#directory;
    if (directory === undefined) throw new Error('there is no data directory');
    const journal = new Journal({
      effects: source.effects,
      directory: directory.path,
      datasetId: directory.datasetId,
      encryptionKey: directory.encryptionKey,
      policy: this.#policy,
      clock,
      place,
      dataBytes,
      openSink,
      onLong: (bytes) => {
        logger.info({ event: 'journal_long', bytes }, 'the journal has grown long: a snapshot takes its place');
        wantSnapshot();
      },
      onSlow: (ms) => {
        this.#delayed += 1;
        const message = 'the disk is slow: a sync of the journal takes long, and writers wait for it';
        logger.warn({ event: 'journal_slow', ms }, message);
      },
      onFailure: (reason) => {
        if (this.#journal === journal) this.#failed(reason);
      },
    });
    this.#journal = journal;
    this.#next = place.number + 1;
    return journal;
  }

  #failed(reason: string): void {
    const { source, logger, wantSnapshot } = this.parts;
    this.#journal = undefined;
    this.#gaps += 1;
    this.#failure = reason;
    source.refuseWrites(notWritten(reason));
    logger.error({ event: 'journal_failed', reason }, `the journal cannot be written: ${reason}`);
    // A start that fails says so itself.
    if (source.restored) wantSnapshot();
  }

  #stop(): void {
    const journal = this.#journal;
    this.#journal = undefined;
    this.#gaps += 1;
    this.#answerWaiting(false);
    this.#takeWrites();
    this.#closing = (journal?.close() ?? Promise.resolve()).catch((err: unknown) => {
      this.parts.logger.error({ event: 'journal_failed', err }, 'the journal could not be ended');
    });
  }

  #takeWrites(): void {
    this.#failure = undefined;
    this.parts.source.refuseWrites(undefined);
  }

  async #remove(number: number, isProvisional: boolean): Promise<void> {
    await rm(journalPath(this.#directory?.path ?? '', number, isProvisional), { force: true });
  }
}

function onOff(on: boolean): string {
  return on ? 'on' : 'off';
}
