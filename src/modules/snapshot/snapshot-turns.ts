import type { SnapshotResult } from './snapshot-manager';
import type { SnapshotKind } from './snapshot-kind';

/** One thing at a time is done to the data file: a snapshot, or what needs that none is written. */
export class SnapshotTurns {
  #running: Promise<unknown> | undefined;
  #next: { promise: Promise<SnapshotResult>; full: boolean } | undefined;

  constructor(private readonly write: (kind: SnapshotKind, full: boolean) => Promise<SnapshotResult>) {}

  get busy(): boolean {
    return this.#running !== undefined;
  }

  /** Resolves when nothing is done. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running.catch(() => undefined);
  }

  /** Writes a snapshot. Whoever asks while something is done shares one that follows it. */
  snapshot(kind: SnapshotKind, full = false): Promise<SnapshotResult> {
    const running = this.#running;
    if (running === undefined) return this.#launch(() => this.write(kind, full));
    if (this.#next !== undefined) {
      this.#next.full ||= full;
      return this.#next.promise;
    }
    const launch = (): Promise<SnapshotResult> => {
      const wanted = this.#next?.full ?? full;
      this.#next = undefined;
      // Not `#launch`: somebody else may have been quicker to start one.
      return this.snapshot(kind, wanted);
    };
    this.#next = { full, promise: running.then(launch, launch) };
    return this.#next.promise;
  }

  /** Does something to the data file while no snapshot is written. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    await this.idle();
    return this.#launch(work);
  }

  #launch<T>(work: () => Promise<T>): Promise<T> {
    const running = work().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }
}
