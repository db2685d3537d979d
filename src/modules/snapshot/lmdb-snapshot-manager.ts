import { resolve } from 'node:path';
import { type Clock, every, type Logger, systemClock } from '../../container';
import type { SaveHooks, SnapshotSource } from '../../engine/snapshot/source';
import { RespiteError } from '../../errors';
import { JournalKeeper } from './journal/journal-keeper';
import type { DataDirectory } from './directory/data-directory';
import type { HolderSockets } from './directory/lock-file';
import { writeBackupFile } from './backup/backup-file';
import { type BackupResult, type BackupSink, writeBackup } from './backup/write-backup';
import { openData, type OpenedData } from './open-data';
import { readerSettings, type RestoreOutcome } from './restore';
import type { RestoreProgress, SnapshotSettings } from './settings';
import type { SnapshotManager, SnapshotOptions, SnapshotResult, SnapshotStatus } from './snapshot-manager';
import { assertPrograms } from './store/programs';
import { saveHooksOf } from './save-hooks';
import { type SnapshotKind, SnapshotOutcomes } from './snapshot-outcomes';
import { rewriteDataFile } from './rewrite-data-file';
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
  /** A snapshot, or a backup that is being made of one. */
  #running: Promise<unknown> | undefined;
  readonly #stopping = new AbortController();
  #next: { promise: Promise<SnapshotResult>; full: boolean } | undefined;

  readonly #outcomes: SnapshotOutcomes;
  #restore: RestoreOutcome | undefined;
  readonly #journals: JournalKeeper;

  constructor(options: SnapshotManagerOptions) {
    this.#source = options.source;
    this.#settings = options.settings;
    this.#savesOnStop = options.settings.onShutdown;
    this.#logger = options.logger;
    this.#outcomes = new SnapshotOutcomes(options.logger);
    this.#clock = options.clock ?? systemClock;
    this.#journals = new JournalKeeper({
      source: this.#source,
      durability: options.settings.durability ?? 'snapshot',
      clock: this.#clock,
      logger: options.logger,
      wantSnapshot: () => {
        this.#snapshot('on demand').catch(() => undefined); // logged where it failed
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
    if (this.#settings.interval > 0)
      this.#stopTimer = every(this.#clock, this.#settings.interval, () => {
        this.#tick();
      });
  }

  snapshotNow({ full = false }: SnapshotOptions = {}): Promise<SnapshotResult> {
    // No failure of a snapshot: there was none.
    if (this.#opened === undefined) return Promise.reject(notReady());
    return this.#snapshot('on demand', full);
  }

  #snapshot(kind: SnapshotKind, full = false): Promise<SnapshotResult> {
    const running = this.#running;
    if (running === undefined) return this.#launch(kind, full);
    if (this.#next !== undefined) {
      this.#next.full ||= full;
      return this.#next.promise;
    }
    const launch = (): Promise<SnapshotResult> => {
      const wanted = this.#next?.full ?? full;
      this.#next = undefined;
      // Not `#launch`: somebody else may have been quicker to start one.
      return this.#snapshot(kind, wanted);
    };
    this.#next = { full, promise: running.then(launch, launch) };
    return this.#next.promise;
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
      await this.#idle();
      if (this.#savesOnStop) await this.#snapshot('final');
    } finally {
      this.#opened = undefined;
      await this.#idle();
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
    return this.#alone(async () => {
      const started = performance.now();
      const isEmpty = this.#outcomes.status().last === undefined && (await opened.directory.lastSequence()) === 0;
      await this.#take('on demand', isEmpty);
      const written = await writeBackup(readerSettings(opened.directory), sink, this.#stopping.signal);
      return { ...written, duration: performance.now() - started };
    });
  }

  /** Does something to the data file while no snapshot is written. */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    await this.#idle();
    const running = work();
    this.#running = running;
    try {
      return await running;
    } finally {
      this.#running = undefined;
    }
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
    const { written, keys, bytes } = await this.#alone(() =>
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
    saving: () => this.#running !== undefined,
    failed: () => this.#outcomes.hasFailed,
    troubles: () => this.#troubles(),
    journal: () => this.#journals.figures,
  });

  status(): SnapshotStatus {
    return { ...this.#outcomes.status(), running: this.#running !== undefined, restore: this.#restore };
  }

  #troubles(): string[] {
    const { trouble } = this.#outcomes;
    const troubles = trouble === undefined ? [] : [trouble];
    const { failure } = this.#journals;
    if (failure !== undefined) troubles.push(`the journal cannot be written, writes are refused: ${failure}`);
    const quarantined = this.#restore?.quarantined;
    if (quarantined !== undefined) troubles.push(`the start found a damaged snapshot and moved it to ${quarantined}`);
    return troubles;
  }

  async #idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running.catch(() => undefined);
  }

  #tick(): void {
    // A slow snapshot is not followed by a queue of others.
    if (this.#running !== undefined) return;
    // Logged and counted where it happened; the next tick tries again.
    this.#snapshot('periodic').catch(() => undefined);
  }

  #launch(kind: SnapshotKind, full: boolean): Promise<SnapshotResult> {
    const running = this.#take(kind, full).finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
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
    const isWritten = this.#journals.failure === undefined;
    if (this.#source.changes === 0 && !full && isWritten) return this.#outcomes.skipped(this.#clock.now());
    const started = performance.now();
    this.#outcomes.started(kind);
    await opened.directory.upgrade();
    let time = 0;
    const { written, keys, bytes, sequence } = await writeSnapshot(this.#source, opened.store, {
      full,
      now: () => (time = this.#clock.now()),
      rotate: () => this.#journals.rotate(this.#outcomes.status().last?.bytes),
      beforeItCounts: () => opened.directory.noteSnapshot(),
    });
    await this.#note(opened.directory, sequence);
    await this.#journals.replaced();
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
