import { Worker } from 'node:worker_threads';
import { RespiteError } from '../../../errors';
import { messageOf } from '../system-error';
import { programOf } from './programs';
import {
  type CommitResult,
  READY,
  type SnapshotHeading,
  type WriterRequest,
  type WriterResponse,
  type WriterWorkerData,
} from './protocol';

/** Batches (about 1 MB each) handed over and not yet accepted by the worker. */
const MAX_UNACCEPTED = 8;

/** Milliseconds. A thread starts in a fraction of a second; a machine may be that busy. */
const ANSWER_WITHIN = 60_000;

interface Waiter {
  resolve(result: CommitResult | undefined): void;
  reject(error: unknown): void;
}

/**
 * Writes snapshots to the LMDB file of one data directory, in a worker thread of its own. The thread starts with the
 * first snapshot and keeps neither itself nor the process alive while it has nothing to do.
 */
export class SnapshotStore {
  readonly #settings: WriterWorkerData;
  readonly #answerWithin: number;
  #sequence: number;
  #worker: Worker | undefined;
  /** The thread that was told to end. */
  #closing: Worker | undefined;
  readonly #waiting: Waiter[] = [];

  /** @param answerWithin milliseconds a new thread has to say that it is ours */
  constructor(settings: WriterWorkerData, answerWithin = ANSWER_WITHIN) {
    this.#settings = settings;
    this.#answerWithin = answerWithin;
    this.#sequence = settings.sequence;
  }

  /** Starts a snapshot; one at a time. */
  begin(heading: SnapshotHeading): void {
    this.#post({ type: 'begin', heading });
  }

  /**
   * Hands over a batch; its buffer is transferred.
   * @returns resolves when the worker has room for another.
   * @throws RespiteError `SNAPSHOT_WRITE_FAILED`
   */
  async add(batch: Uint8Array<ArrayBuffer>): Promise<void> {
    const accepted = this.#ask({ type: 'batch', batch }, [batch.buffer]);
    // A failure reaches whoever waits for the batch or the commit; this one may have nobody waiting.
    accepted.catch(() => undefined);
    if (this.#waiting.length >= MAX_UNACCEPTED) await accepted;
  }

  /**
   * Writes everything handed over since `begin` in one transaction and returns when it is on the disk.
   * @throws RespiteError `SNAPSHOT_WRITE_FAILED`; the previous snapshot is then untouched.
   */
  async commit(): Promise<CommitResult> {
    const result = await this.#ask({ type: 'commit' });
    if (result === undefined) throw writeFailed('the worker answered out of order');
    this.#sequence = result.sequence;
    return result;
  }

  /**
   * Copies the data file as the last snapshot left it; when it resolves, the copy is on the disk.
   * @throws Error when it cannot be made; snapshots go on
   */
  async copy(to: string): Promise<void> {
    await this.#ask({ type: 'copy', to });
  }

  /** Gives up a snapshot that was begun. */
  abort(): void {
    if (this.#worker !== undefined) this.#post({ type: 'abort' });
  }

  /** Closes the data file and ends the thread. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    // Not `once` of node:events, which rejects when an error comes first: its end comes all the same.
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    this.#closing = worker;
    worker.ref();
    this.#post({ type: 'close' });
    await ended;
  }

  #ask(request: WriterRequest, transfer: readonly ArrayBuffer[] = []): Promise<CommitResult | undefined> {
    return new Promise((resolve, reject) => {
      this.#post(request, transfer).ref();
      this.#waiting.push({ resolve, reject });
    });
  }

  #post(request: WriterRequest, transfer: readonly ArrayBuffer[] = []): Worker {
    const worker = (this.#worker ??= this.#start());
    worker.postMessage(request, transfer);
    return worker;
  }

  #start(): Worker {
    const workerData: WriterWorkerData = { ...this.#settings, sequence: this.#sequence };
    // No execArgv: a host's loaders and flags are not for this thread.
    const worker = new Worker(programOf('worker'), {
      eval: true,
      workerData,
      execArgv: [],
      name: 'respite-snapshot',
    });
    worker.unref();
    this.#greet(worker);
    worker.on('error', (cause) => {
      this.#fail(worker, cause);
    });
    worker.on('exit', () => {
      this.#fail(worker, new Error('the snapshot thread ended'));
    });
    return worker;
  }

  /** Nothing is believed of a thread that does not first say that it is ours, and in time. */
  #greet(worker: Worker): void {
    const refuse = (reason: string): void => {
      this.#fail(worker, new Error(reason));
      void worker.terminate();
    };
    const unanswered = setTimeout(() => {
      refuse(`it did not answer within ${String(this.#answerWithin)} ms`);
    }, this.#answerWithin).unref();
    worker.once('exit', () => {
      clearTimeout(unanswered);
    });
    // Somebody else's thread may say anything.
    worker.once('message', (first: Partial<WriterResponse> | null) => {
      clearTimeout(unanswered);
      if (first?.type !== 'ready' || first.signature !== READY) {
        refuse('it is not ours');
        return;
      }
      worker.on('message', (response: WriterResponse) => {
        this.#settle(worker, response);
      });
    });
  }

  #settle(worker: Worker, response: WriterResponse): void {
    const waiter = this.#waiting.shift();
    // Its end is waited for, too.
    if (this.#waiting.length === 0 && worker !== this.#closing) worker.unref();
    if (response.type === 'failed') {
      // It ends itself; the next snapshot starts another.
      this.#worker = undefined;
      const { code, message } = response;
      waiter?.reject(code === undefined ? writeFailed(message) : new RespiteError(code, { message }));
    } else if (response.type === 'copied' && response.failure !== undefined)
      waiter?.reject(new Error(response.failure));
    else waiter?.resolve(response.type === 'committed' ? response.result : undefined);
  }

  /** The next snapshot starts a new thread. */
  #fail(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const waiter of this.#waiting.splice(0))
      waiter.reject(writeFailed(`its thread failed: ${messageOf(cause)}`, cause));
  }
}

function writeFailed(reason: string, cause?: unknown): RespiteError {
  return new RespiteError('SNAPSHOT_WRITE_FAILED', {
    message: `The snapshot was not written: ${reason}. The previous snapshot is intact; the next one is tried at the next interval.`,
    cause,
  });
}
