import { resolve } from 'node:path';
import { type Clock, every, type Logger, systemClock } from '../../container';
import type { SaveHooks, SnapshotSource } from '../../engine/snapshot/source';
import { RespiteError } from '../../errors';
import { JournalKeeper } from './journal/journal-keeper';
import type { DataDirectory } from './directory/data-directory';
import type { HolderSockets } from './directory/lock-file';
import { writeBackupFile } from './backup/backup-file';
import { type BackupResult, type BackupSink, writeBackup } from './backup/write-backup';
import { ChangeFeed, type FeedSink } from './feed/change-feed';
import { GenerationKeeper } from './generation-keeper';
import { freeBytesAt, troublesOf } from './health';
import { openData, type OpenedData } from './open-data';
import { readerSettings } from './restore';
import type { RestoreOutcome } from './restore-context';
import type { RestoreProgress, SnapshotSettings } from './settings';
import type { SnapshotManager, SnapshotOptions, SnapshotResult, SnapshotStatus } from './snapshot-manager';
import { assertPrograms } from './store/programs';
import { saveHooksOf } from './save-hooks';
import type { SnapshotKind } from './snapshot-kind';
import { SnapshotOutcomes } from './snapshot-outcomes';
import { rewriteDataFile } from './rewrite-data-file';
import { SnapshotTurns } from './snapshot-turns';
import { writeSnapshot } from './write-snapshot';

/** What a snapshot manager is made of. */
export interface SnapshotManagerOptions {
  readonly source: SnapshotSource;
  readonly settings: SnapshotSettings;
  readonly logger: Logger;
  /** What the interval and the times of snapshots go by; default the system's. */
  readonly clock?: Clock;
  /** Called after every batch of a restore. */
  readonly onProgress?: (progress: RestoreProgress) => void;
}

/**
 * Keeps an engine's data in a directory: restores it at the start, writes what changed at every interval, on demand and
 * at the end. One snapshot at a time.
 */
export class LmdbSnapshotManager implements SnapshotManager {
  readonly #source: SnapshotSource;
  readonly #settings: SnapshotSettings;
  #savesOnStop: boolean;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #onProgress: ((progress: RestoreProgress) => void) | undefined;

  #opened: OpenedData | undefined;
  #stopTimer: (() => void) | undefined;
  readonly #turns = new SnapshotTurns((kind, full) => this.#take(kind, full));
  readonly #stopping = new AbortController();

  readonly #outcomes: SnapshotOutcomes;
  #restore: RestoreOutcome | undefined;
  /** Milliseconds since the epoch: what was restored need not be written again. */
  #started = 0;
  readonly #journals: JournalKeeper;
  readonly #generations: GenerationKeeper;

  constructor(options: SnapshotManagerOptions) {
    this.#source = options.source;
    this.#settings = options.settings;
    this.#savesOnStop = options.settings.onShutdown;
    this.#logger = options.logger;
    this.#outcomes = new SnapshotOutcomes(options.logger);
    this.#clock = options.clock ?? systemClock;
    const { generations = 1, generationsAge = 0 } = options.settings;
    const kept = { count: generations, maxAge: generationsAge };
    this.#generations = new GenerationKeeper(kept, this.#clock, options.logger);
    this.#journals = new JournalKeeper({
      source: this.#source,
      durability: options.settings.durability ?? 'snapshot',
      generations,
      clock: this.#clock,
      logger: options.logger,
      wantSnapshot: () => {
        this.#turns.snapshot('on demand').catch(() => undefined); // logged where it failed
      },
    });
    this.#onProgress = options.onProgress;
  }

  /**
   * Locks the data directory, restores what is in it and starts the timer.
   * @param sockets where other processes reach us, which the lock is to say
   * @throws RespiteError `SNAPSHOT_BUILD_MISSING`, `RESTORE_CORRUPT`, `RESTORE_FAILED`, and those of `DataDirectory.open`
   */
  async start(signal?: AbortSignal, sockets?: HolderSockets): Promise<void> {
    // Before anything is waited for: a client of the listener must not write to what is about to be replaced.
    this.#source.beginRestore();
    try {
      assertPrograms();
      const opened = await openData({
        source: this.#source,
        settings: this.#settings,
        logger: this.#logger,
        clock: this.#clock,
        onProgress: this.#onProgress,
        journals: this.#journals,
        signal,
        sockets,
      });
      this.#restore = opened.restored;
      this.#opened = opened;
    } catch (error) {
      this.#source.abortRestore();
      throw error;
    }
    this.#outcomes.lastSuccess = this.#restore.snapshotTime;
    this.#started = this.#clock.now();
    // The data file is an older one, and its stamp speaks of journals that may be gone: nothing is acknowledged before there is one of now.
    if (this.#restore.generation !== undefined) await this.#turns.snapshot('on demand', true);
    if (this.#settings.interval > 0)
      this.#stopTimer = every(this.#clock, this.#settings.interval, () => {
        this.#tick();
      });
  }

  snapshotNow({ full = false }: SnapshotOptions = {}): Promise<SnapshotResult> {
    // No failure of a snapshot: there was none.
    if (this.#opened === undefined) return Promise.reject(notReady());
    return this.#turns.snapshot('on demand', full);
  }

  /**
   * Stops the timer, waits for a running snapshot, writes the last one (`onShutdown`), closes the file and the lock.
   * @throws RespiteError of the last snapshot; everything is closed nevertheless.
   */
  async stop(): Promise<void> {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    // A backup may take long; what is missing in it says so.
    this.#stopping.abort();
    const opened = this.#opened;
    if (opened === undefined) return;
    try {
      await this.#turns.idle();
      if (this.#savesOnStop) await this.#turns.snapshot('final');
    } finally {
      this.#opened = undefined;
      await this.#turns.idle();
      await opened.store.close();
      await this.#journals.close();
      await opened.directory.close();
    }
  }

  backup(path: string): Promise<BackupResult> {
    return writeBackupFile(resolve(path), (sink) => this.backupTo(sink));
  }

  /** As `backup`, to whoever takes the pieces. */
  backupTo(sink: BackupSink): Promise<BackupResult> {
    const opened = this.#opened;
    if (opened === undefined) return Promise.reject(notReady());
    return this.#turns.alone(async () => {
      const started = performance.now();
      const isEmpty = this.#outcomes.status().last === undefined && (await opened.directory.lastSequence()) === 0;
      await this.#take('on demand', isEmpty);
      const written = await writeBackup(readerSettings(opened.directory), sink, this.#stopping.signal);
      return { ...written, duration: performance.now() - started };
    });
  }

  /** Tells somebody all of the data, and what changes since; no snapshot is written before the data was told. */
  feedTo(id: string, sink: FeedSink, open: (feed: ChangeFeed) => void): Promise<void> {
    if (this.#opened === undefined || !this.#source.restored) return Promise.reject(notReady());
    const feed = new ChangeFeed(id, this.#source, sink);
    open(feed);
    return this.#turns.alone(() => feed.begin(() => this.#clock.now()));
  }

  /**
   * Writes all of the data into a new data file, under another key or none, which takes the place of the present one when it
   * has been read back. For a directory that serves nobody: nothing is written to it afterwards.
   * @throws RespiteError `SNAPSHOT_WRITE_FAILED`, `RESTORE_CORRUPT`; the present file is then the one that counts
   */
  async rewriteWith(encryptionKey: Uint8Array | undefined): Promise<SnapshotResult> {
    if (this.#opened === undefined) throw notReady();
    const { directory } = this.#opened;
    const started = performance.now();
    const { written, keys, bytes } = await this.#turns.alone(() =>
      rewriteDataFile(this.#source, directory, encryptionKey, this.#clock.now()),
    );
    this.#savesOnStop = false;
    return { skipped: false, written, keys, bytes, duration: performance.now() - started };
  }

  /** For the commands SAVE, BGSAVE and LASTSAVE. */
  readonly saveHooks: SaveHooks = saveHooksOf({
    snapshotNow: () => this.snapshotNow(),
    setFinalSave: (wanted) => {
      this.#savesOnStop = wanted;
    },
    lastSave: () => this.#outcomes.lastSuccess,
    saving: () => this.#turns.busy,
    failed: () => this.#outcomes.hasFailed,
    troubles: () => this.#troubles(),
    journal: () => this.#journals.figures,
    journalSynced: () => this.#journals.whenSynced(),
    journalSettings: () => this.#journals,
  });

  status(): SnapshotStatus {
    const troubles = this.#troubles();
    return {
      ...this.#outcomes.status(),
      health: troubles.length > 0 ? 'degraded' : 'ok',
      troubles,
      running: this.#turns.busy,
      restore: this.#restore,
    };
  }

  #troubles(): string[] {
    return troublesOf({
      now: this.#clock.now(),
      lastSuccess: Math.max(this.#outcomes.lastSuccess, this.#started),
      interval: this.#opened === undefined ? 0 : this.#settings.interval,
      failing: this.#outcomes.trouble,
      journal: this.#journals.failure,
      quarantined: this.#restore?.quarantined,
      dataBytes: this.#outcomes.status().last?.bytes ?? 0,
      freeBytes: freeBytesAt(this.#settings.dataDirectory),
    });
  }

  #tick(): void {
    // A slow snapshot is not followed by a queue of others.
    if (this.#turns.busy) return;
    // Logged and counted where it happened; the next tick tries again.
    this.#turns.snapshot('periodic').catch(() => undefined);
  }

  async #take(kind: SnapshotKind, full: boolean): Promise<SnapshotResult> {
    try {
      return await this.#write(kind, full);
    } catch (error) {
      throw this.#outcomes.failed(kind, error);
    }
  }

  async #write(kind: SnapshotKind, full: boolean): Promise<SnapshotResult> {
    const opened = this.#opened;
    if (opened === undefined || !this.#source.restored) throw notReady();
    // Also when there is nothing to write: "saved" means that it is there.
    await opened.directory.assertUsable();
    const isNeeded = this.#source.changes > 0 || full || this.#journals.needsSnapshot;
    if (!isNeeded) return this.#outcomes.skipped(this.#clock.now());
    const started = performance.now();
    this.#outcomes.started(kind);
    await opened.directory.upgrade();
    await this.#journals.prepare();
    let time = 0;
    const { written, keys, bytes, sequence } = await writeSnapshot(this.#source, opened.store, {
      full,
      now: () => (time = this.#clock.now()),
      rotate: () => this.#journals.rotate(this.#outcomes.status().last?.bytes),
      beforeItCounts: () => opened.directory.noteSnapshot(),
    });
    await this.#note(opened.directory, sequence);
    await this.#journals.replaced(await this.#generations.keep(opened.directory.path, opened.store, sequence));
    const duration = performance.now() - started;
    return this.#outcomes.written(kind, time, { skipped: false, written, keys, bytes, duration });
  }

  /** The snapshot is on the disk whatever becomes of this. */
  async #note(directory: DataDirectory, sequence: number): Promise<void> {
    try {
      await directory.noteSequence(sequence);
    } catch (err) {
      this.#logger.warn({ event: 'snapshot_sequence', err }, 'the sequence of the snapshot could not be noted');
    }
  }
}

function notReady(): RespiteError {
  return new RespiteError('SNAPSHOT_NOT_READY', {
    message:
      'No snapshot can be taken before the data directory was restored or after it was closed: it would replace ' +
      'what is stored by a state that never knew it.',
  });
}
