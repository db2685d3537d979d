import type { SnapshotKind } from './snapshot-kind';

/** Upper bounds of the buckets, seconds. */
export const SNAPSHOT_DURATION_BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;

/** How long snapshots of one kind took. */
export interface SnapshotDurations {
  readonly kind: SnapshotKind;
  readonly count: number;
  /** Seconds. */
  readonly sum: number;
  /** How many took no longer than each of `SNAPSHOT_DURATION_BOUNDS`. */
  readonly atMost: readonly number[];
}

/** Counts how long snapshots of one kind take. */
export class DurationCounter {
  #count = 0;
  #sum = 0;
  readonly #atMost = SNAPSHOT_DURATION_BOUNDS.map(() => 0);

  constructor(private readonly kind: SnapshotKind) {}

  /** @param duration milliseconds */
  add(duration: number): void {
    const seconds = duration / 1_000;
    this.#count++;
    this.#sum += seconds;
    for (const [i, bound] of SNAPSHOT_DURATION_BOUNDS.entries())
      if (seconds <= bound) this.#atMost[i] = (this.#atMost[i] ?? 0) + 1;
  }

  get figures(): SnapshotDurations {
    return { kind: this.kind, count: this.#count, sum: this.#sum, atMost: [...this.#atMost] };
  }
}
