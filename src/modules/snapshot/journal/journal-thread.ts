import { Worker } from 'node:worker_threads';
import { programOf } from '../store/programs';
import { messageOf } from '../system-error';
import { type JournalRequest, type JournalResponse, type JournalThreadData, READY } from './protocol';

/** What the journal hears of its thread. */
export interface JournalThreadEvents {
  /** Frames up to `sequence` were taken; under `always` they are on the disk. @param length of the file, bytes */
  done(sequence: number, length: number): void;
  /** Nothing more will be written to this file, whatever a later attempt says. */
  failed(reason: string): void;
}

/** The thread that writes a journal. It lives as long as the journal does, and keeps no process alive. */
export class JournalThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<JournalResponse['type'], { resolve: () => void; reject: (error: Error) => void }>();
  #failed: string | undefined;

  private constructor(
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
      this.#fail('its thread ended');
    });
  }

  /** @throws Error when the thread is not ours, or does not start */
  static async start(data: JournalThreadData, events: JournalThreadEvents): Promise<JournalThread> {
    const thread = new JournalThread(data, events);
    await thread.#next('ready');
    thread.#worker.unref();
    return thread;
  }

  /** Ends the present file and begins another; what is appended from now on goes there. */
  begin(number: number): Promise<void> {
    this.#post({ type: 'begin', number });
    return this.#next('begun');
  }

  /** @param frame sealed; its buffer is transferred */
  append(frame: Uint8Array<ArrayBuffer>, sequence: number): void {
    this.#post({ type: 'append', frame, sequence }, [frame.buffer]);
  }

  sync(): void {
    this.#post({ type: 'sync' });
  }

  /** Writes and syncs what is left, and ends the thread. Never `terminate`: that may lose what is being synced. */
  async close(): Promise<void> {
    if (this.#failed !== undefined) return;
    this.#worker.ref();
    this.#post({ type: 'close' });
    await this.#next('closed');
  }

  #post(request: JournalRequest, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(request, transfer);
  }

  #next(type: JournalResponse['type']): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failed !== undefined) reject(new Error(this.#failed));
      else this.#waiting.set(type, { resolve, reject });
    });
  }

  #hear(response: JournalResponse): void {
    switch (response.type) {
      case 'ready':
        if (response.signature !== READY) {
          this.#fail('it is not ours');
          return;
        }
        break;
      case 'done':
        this.events.done(response.sequence, response.length);
        return;
      case 'synced':
        return; // nobody waits for it: `everysec` promises a second
      case 'failed':
        this.#fail(response.message);
        return;
      default:
    }
    const waiting = this.#waiting.get(response.type);
    this.#waiting.delete(response.type);
    waiting?.resolve();
  }

  #fail(reason: string): void {
    if (this.#failed !== undefined) return;
    this.#failed = reason;
    const isClosed = this.#waiting.size === 0 && reason === 'its thread ended';
    for (const { reject } of this.#waiting.values()) reject(new Error(reason));
    this.#waiting.clear();
    if (!isClosed) this.events.failed(reason);
  }
}
