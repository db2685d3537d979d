import { rm } from 'node:fs/promises';
import type { Clock, Logger } from '../../../container';
import type { JournalFigures, SnapshotSource } from '../../../engine/snapshot/source';
import { RespiteError } from '../../../errors';
import type { DataDirectory } from '../directory/data-directory';
import { messageOf } from '../system-error';
import { Journal, notWritten } from './journal';
import { journalPath } from './journal-file';

/** What a keeper works with. */
export interface JournalKeeperParts {
  readonly source: SnapshotSource;
  readonly durability: 'snapshot' | 'everysec' | 'always';
  readonly clock: Clock;
  readonly logger: Logger;
  /** Asks for a snapshot: it takes the place of a long journal, and begins another where one failed. */
  readonly wantSnapshot: () => void;
}

/** The journals of a data directory: the one being written, if any, and those a snapshot has not replaced yet. */
export class JournalKeeper {
  #directory: DataDirectory | undefined;
  #journal: Journal | undefined;
  /** Number of the next file where none is being written. */
  #next = 1;
  /** Number of the oldest file there may be. */
  #oldest = 1;

  constructor(private readonly parts: JournalKeeperParts) {}

  /** Why the journal cannot be written; undefined = it can, or there is none. */
  get failure(): string | undefined {
    return this.#journal?.failure;
  }

  get figures(): JournalFigures | undefined {
    return this.#journal?.figures;
  }

  /**
   * Begins to write, unless snapshots are all there is to be.
   * @param next number of the first file
   * @throws RespiteError `SNAPSHOT_DIR_UNUSABLE` when that file cannot be made
   */
  async start(directory: DataDirectory, next: number): Promise<void> {
    const { source, durability, clock, logger, wantSnapshot } = this.parts;
    this.#directory = directory;
    this.#next = next;
    this.#oldest = (await directory.journals())[0]?.number ?? next;
    if (durability === 'snapshot') return;
    await directory.noteJournal();
    let started = false;
    const journal = Journal.start({
      effects: source.effects,
      directory: directory.path,
      datasetId: directory.datasetId,
      encryptionKey: directory.encryptionKey,
      durability,
      clock,
      number: next,
      onLong: (bytes) => {
        logger.info({ event: 'journal_long', bytes }, 'the journal has grown long: a snapshot takes its place');
        wantSnapshot();
      },
      onFailure: (reason) => {
        source.refuseWrites(notWritten(reason));
        logger.error({ event: 'journal_failed', reason }, `the journal cannot be written: ${reason}`);
        // A start that fails says so itself.
        if (started) wantSnapshot();
      },
    });
    this.#journal = await journal.catch((cause: unknown) => {
      throw new RespiteError('SNAPSHOT_DIR_UNUSABLE', {
        message: `The journal ${journalPath(directory.path, next)} cannot be begun: ${messageOf(cause)}. Check the data directory's owner and its free space.`,
        cause,
      });
    });
    started = true;
  }

  /**
   * Begins another file, at a snapshot's point in time.
   * @param dataBytes what the last snapshot takes
   */
  rotate(dataBytes: number | undefined): { readonly number: number; readonly begun: Promise<void> } {
    return this.#journal?.rotate(dataBytes) ?? { number: this.#next, begun: Promise.resolve() };
  }

  /** A snapshot holds what the files before the present one say: they go, and writes are taken again. */
  async replaced(): Promise<void> {
    if (this.failure === undefined) this.parts.source.refuseWrites(undefined);
    const first = this.#journal?.number ?? this.#next;
    const directory = this.#directory?.path ?? '';
    try {
      for (; this.#oldest < first; this.#oldest++) await rm(journalPath(directory, this.#oldest), { force: true });
    } catch (err) {
      const message = 'a journal that a snapshot replaced could not be removed; the next snapshot tries again';
      this.parts.logger.warn({ event: 'journal_kept', err }, message);
    }
  }

  /** Writes and syncs what is left. */
  async close(): Promise<void> {
    await this.#journal?.close();
  }
}
