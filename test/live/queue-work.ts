import { Queue, Worker } from 'bullmq';

/** Where a queue is. */
export interface QueuePlace {
  readonly host: string;
  readonly port: number;
}

/** Milliseconds after which a job whose worker is gone is taken over. */
const LOCK_MS = 4000;

/** A queue that jobs are added to, and worked off, while it is moved: what was promised, and what was done. */
export class QueueWork {
  /** Ids of jobs that were accepted. */
  readonly accepted = new Set<string>();
  /** How often each job was begun. */
  readonly begun = new Map<string, number>();
  /** Jobs whose end was accepted. */
  readonly completed = new Set<string>();
  /** Those that were begun and not known to have ended when their worker was given up, or that BullMQ had run again as it says it does. */
  readonly interrupted = new Set<string>();
  #next = 0;
  #end: (() => Promise<void>) | undefined;

  /** Adds jobs and works them off. */
  start(place: QueuePlace, adds: boolean): void {
    const connection = { ...place, maxRetriesPerRequest: null, retryStrategy: () => null };
    const queue = new Queue('work', { connection });
    const worker = new Worker(
      'work',
      async ({ id = '' }) => {
        this.begun.set(id, (this.begun.get(id) ?? 0) + 1);
        await new Promise((resolve) => setTimeout(resolve, 3));
        return id;
      },
      { connection, concurrency: 5, lockDuration: LOCK_MS, stalledInterval: LOCK_MS / 4, maxStalledCount: 5 },
    );
    queue.on('error', () => undefined); // the connection goes
    worker.on('error', () => undefined);
    // Its lock was over before it ended: BullMQ has it run again, and says so.
    worker.on('stalled', (id) => this.interrupted.add(id));
    worker.on('completed', ({ id = '' }) => this.completed.add(id));
    const stopped = new AbortController();
    if (adds) void this.#add(queue, stopped.signal);
    this.#end = async () => {
      stopped.abort();
      for (const id of this.begun.keys()) if (!this.completed.has(id)) this.interrupted.add(id);
      await Promise.allSettled([worker.close(true), queue.disconnect()]);
    };
  }

  /** The place is gone: nothing is waited for. */
  async leave(): Promise<void> {
    await this.#end?.();
    this.#end = undefined;
  }

  /** Resolves when everything that was accepted has ended. */
  async finished(): Promise<void> {
    while ([...this.accepted].some((id) => !this.completed.has(id)))
      await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** Jobs that were begun more than once without having been interrupted. */
  get twice(): string[] {
    return [...this.begun].filter(([id, times]) => times > 1 && !this.interrupted.has(id)).map(([id]) => id);
  }

  async #add(queue: Queue, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const id = `job-${String(this.#next++)}`;
      try {
        const delay = this.#next % 7 === 0 ? 200 : 0;
        await queue.add('job', {}, { jobId: id, delay, priority: this.#next % 5 });
        this.accepted.add(id);
      } catch {
        return; // the connection has gone: it was not accepted
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
