import { Worker } from 'node:worker_threads';
import { programOf } from '../store/programs';
import { messageOf } from '../system-error';
import type { HandedFile, JournalPlace } from './journal-file';
import { type JournalRequest, type JournalResponse, type JournalThreadData, READY } from './protocol';

/** Frames up to `sequence` were written. */
export type WrittenFrames = Omit<Extract<JournalResponse, { readonly type: 'done' }>, 'type'>;

/** What the journal hears of who writes it. */
export interface JournalSinkEvents {
  done(frames: WrittenFrames): void;
  /** What `sync` asked for: frames up to `sequence` are on the disk. */
  synced(sequence: number): void;
  /** Nothing more will be written to this file, whatever a later attempt says. */
  failed(reason: string): void;
}

/** What is heard of the thread besides. */
export interface JournalThreadEvents extends JournalSinkEvents {
  /** What `lend` asked for: until it is taken back, the file is written by who hears this. All of it is on the disk. */
  lent(file: HandedFile): void;
}

/** Who writes a journal for it, in the order in which it is told. */
export interface JournalSink {
  /** Ends the present file and begins another; what is appended from now on goes there. */
  begin(place: JournalPlace): Promise<void>;
  /** @param frame sealed; its buffer is transferred */
  append(frame: Uint8Array<ArrayBuffer>, sequence: number): void;
  /** Whether each group of frames is synced before it is reported. */
  policy(syncsAlways: boolean): void;
  sync(): void;
  /** Writes and syncs what is left, and ends. */
  close(): Promise<void>;
}

/** The thread that writes a journal. It lives as long as the journal does, and keeps no process alive. */
export class JournalThread implements JournalSink {
  readonly #worker: Worker;
  readonly #waiting = new Map<number | 'closed', { resolve: () => void; reject: (error: Error) => void }>();
  #failed: string | undefined;
  #closed = false;

  constructor(
    data: JournalThreadData,
    private readonly events: JournalThreadEvents,
  ) {
    // No execArgv: a host's loaders and flags are not for this thread.
    this.#worker = new Worker(programOf('journal-worker'), {
      eval: true,
      workerData: data,
      execArgv: [],
      name: 'respite-journal',
    });
    this.#worker.on('message', (response: JournalResponse) => {
      this.#hear(response);
    });
    this.#worker.on('error', (cause) => {
      this.#fail(messageOf(cause));
    });
    this.#worker.on('exit', () => {
      if (!this.#closed) this.#fail('its thread ended');
    });
  }

  async begin(place: JournalPlace): Promise<void> {
    // Who waits for a start or a snapshot must not find the process ended.
    this.#worker.ref();
    this.#post({ type: 'begin', ...place });
    await this.#answer(place.number).finally(() => {
      this.#rest();
    });
  }

  append(frame: Uint8Array<ArrayBuffer>, sequence: number): void {
    this.#post({ type: 'append', frame, sequence }, [frame.buffer]);
  }

  policy(syncsAlways: boolean): void {
    this.#post({ type: 'policy', syncsAlways });
  }

  sync(): void {
    this.#post({ type: 'sync' });
  }

  /** Asks for the file, to write it here. Nothing more may be asked until it is `lent`, nothing of the file until it is taken back. */
  lend(): void {
    // What waits for it must not find the process ended.
    this.#worker.ref();
    this.#post({ type: 'lend' });
  }

  /** Goes on with the file. @param sequence of the last frame in it */
  takeBack(file: HandedFile, sequence: number): void {
    this.#post({ type: 'takeBack', file, sequence });
  }

  /** Never `terminate`: that may lose what is being synced. */
  async close(): Promise<void> {
    if (this.#failed !== undefined) return;
    this.#worker.ref();
    this.#post({ type: 'close' });
    await this.#answer('closed');
  }

  /** Keeps the process alive only while somebody waits. */
  #rest(): void {
    if (this.#waiting.size === 0) this.#worker.unref();
  }

  #post(request: JournalRequest, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(request, transfer);
  }

  /** @param to the number of the file that was begun, or `closed` */
  #answer(to: number | 'closed'): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failed !== undefined) reject(new Error(this.#failed));
      else this.#waiting.set(to, { resolve, reject });
    });
  }

  #hear(response: JournalResponse): void {
    switch (response.type) {
      case 'ready':
        if (response.signature === READY) this.#rest();
        else this.#fail('it is not ours');
        return;
      case 'done':
        this.events.done(response);
        return;
      case 'synced':
        this.events.synced(response.sequence);
        return;
      case 'lent':
        this.#rest();
        this.events.lent(response.file);
        return;
      case 'failed':
        this.#fail(response.message);
        return;
      case 'begun':
        this.#resolve(response.number);
        return;
      case 'closed':
        this.#closed = true;
        this.#resolve('closed');
    }
  }

  #resolve(to: number | 'closed'): void {
    const waiting = this.#waiting.get(to);
    this.#waiting.delete(to);
    waiting?.resolve();
  }

  #fail(reason: string): void {
    if (this.#failed !== undefined) return;
    this.#failed = reason;
    for (const { reject } of this.#waiting.values()) reject(new Error(reason));
    this.#waiting.clear();
    this.events.failed(reason);
  }
}
