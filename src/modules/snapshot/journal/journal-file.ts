import { dirname, join } from 'node:path';
import { asError } from '../../../errors';
import type { FileLayer } from './file-layer';
import type { FrameSealer } from './sealed-frames';
import { encodeHeader, HEADER_BYTES, type JournalHeader, noteSynced } from './frame';

/** Zeros written ahead of the frames, bytes: a sync of what has its place on the disk already is cheaper. */
const AHEAD = 4 * 1024 * 1024;

/** Names of journal files: `journal-1`, `journal-2`, ...; of provisional ones `journal-3.new`. */
export const JOURNAL_FILE = /^journal-(\d+)(\.new)?$/;

/** Which file of a journal. */
export interface JournalPlace {
  readonly number: number;
  /**
   * It does not continue the file before it: something changed in between that is in neither. It counts once a snapshot
   * names it as its first; then it gets its plain name (`adoptJournal`), by the next start at the latest.
   */
  readonly isProvisional: boolean;
}

/** Path of a journal file; by default of one that is not provisional. */
export function journalPath(directory: string, number: number, isProvisional = false): string {
  return join(directory, `journal-${String(number)}${isProvisional ? '.new' : ''}`);
}

/** Gives a provisional file its plain name, durably. @throws errors of the system */
export function adoptJournal(
  files: Pick<FileLayer, 'rename' | 'syncDirectory'>,
  directory: string,
  number: number,
): void {
  files.rename(journalPath(directory, number, true), journalPath(directory, number));
  files.syncDirectory(directory);
}

/** Where the writer of a file has got to, for another one that goes on. */
export interface HandedFile {
  readonly fd: number;
  /** Bytes of header and frames. */
  readonly length: number;
  /** Of those on the disk. */
  readonly synced: number;
  /** Bytes that have their place on the disk. */
  readonly filled: number;
}

/** How a file is written. */
export interface JournalFileOptions {
  /** Bytes of zeros written ahead; default 4 MB. */
  readonly ahead?: number | undefined;
  /** Encrypts the frames; none = they are as they come. */
  readonly sealer?: FrameSealer | undefined;
}

/**
 * The journal file that is being written. After a failure it takes nothing more: a later sync may say that all is well
 * when what failed is lost.
 */
export class JournalFile {
  #at = HEADER_BYTES;
  #synced = HEADER_BYTES;
  #filled = 0;
  #poisoned: Error | undefined;

  private constructor(
    private readonly files: FileLayer,
    private readonly fd: number,
    readonly header: JournalHeader,
    private readonly ahead: number,
    private readonly sealer: FrameSealer | undefined,
  ) {}

  /** Makes a new file; when it returns, the file and its name are on the disk. */
  static create(
    files: FileLayer,
    path: string,
    { number, datasetId }: JournalHeader,
    { ahead = AHEAD, sealer }: JournalFileOptions = {},
  ): JournalFile {
    const header: JournalHeader = { number, datasetId, ...(sealer && { salt: sealer.salt }) };
    const file = new JournalFile(files, files.create(path), header, ahead, sealer);
    try {
      file.#write(encodeHeader(header), 0);
      file.#fill(HEADER_BYTES);
      files.sync(file.fd);
      files.syncDirectory(dirname(path));
    } catch (failure) {
      files.close(file.fd);
      throw failure;
    }
    return file;
  }

  /** Goes on with a file that another one, which encrypted nothing, has handed over. */
  static resume(
    files: FileLayer,
    header: JournalHeader,
    { fd, length, synced, filled }: HandedFile,
    ahead = AHEAD,
  ): JournalFile {
    const file = new JournalFile(files, fd, header, ahead, undefined);
    file.#at = length;
    file.#synced = synced;
    file.#filled = filled;
    return file;
  }

  /** Leaves the file to another writer: this one takes nothing more. */
  handOver(): HandedFile {
    return this.#once(() => {
      this.#poisoned = new Error('another one writes the file');
      return { fd: this.fd, length: this.#at, synced: this.#synced, filled: this.#filled };
    });
  }

  /** Bytes of header and frames. */
  get length(): number {
    return this.#at;
  }

  /** Whether a frame of so many bytes has its place on the disk already. */
  hasPlaceFor(bytes: number): boolean {
    return this.#at + bytes <= this.#filled;
  }

  /** Whether there is something that `sync` would sync. */
  get isDirty(): boolean {
    return this.#at > this.#synced;
  }

  /** Appends a sealed frame; with encryption it has room for what that adds. */
  append(frame: Buffer): void {
    this.#once(() => {
      this.sealer?.seal(frame);
      noteSynced(frame, this.header.number, this.#synced);
      this.#fill(this.#at + frame.length);
      this.#write(frame, this.#at);
      this.#at += frame.length;
    });
  }

  sync(): void {
    this.#once(() => {
      if (!this.isDirty) return;
      this.files.sync(this.fd);
      this.#synced = this.#at;
    });
  }

  /** Syncs, and cuts off the zeros. */
  close(): void {
    try {
      if (this.#poisoned !== undefined) return;
      this.sync();
      this.files.truncate(this.fd, this.#at);
      this.files.sync(this.fd);
    } finally {
      this.files.close(this.fd);
    }
  }

  /** Closes it as it is. */
  abandon(): void {
    this.#poisoned ??= new Error('the file was given up');
    try {
      this.files.close(this.fd);
    } catch {
      // It failed already; nothing can be done about it.
    }
  }

  #once<T>(work: () => T): T {
    if (this.#poisoned !== undefined) throw this.#poisoned;
    try {
      return work();
    } catch (failure) {
      this.#poisoned = asError(failure);
      throw failure;
    }
  }

  #fill(until: number): void {
    while (this.#filled < until) {
      const from = Math.max(this.#filled, this.#at);
      this.#write(new Uint8Array(this.ahead), from);
      this.#filled = from + this.ahead;
    }
  }

  /** Writes come back short where the disk is full, and a smaller one may then succeed: damage in the middle. */
  #write(bytes: Uint8Array, at: number): void {
    for (let done = 0; done < bytes.length;) {
      const written = this.files.write(this.fd, bytes.subarray(done), at + done);
      if (written === 0) throw new Error('nothing was written');
      done += written;
    }
  }
}
