import type { Logger } from '../../container';
import { printCount, RespiteError } from '../../errors';
import type { SnapshotResult, SnapshotStatus } from './snapshot-manager';
import { DurationCounter } from './durations';
import { SNAPSHOT_KINDS, type SnapshotKind } from './snapshot-kind';
import { messageOf } from './system-error';

/** Milliseconds; a longer one is worth a warning. */
const SLOW = 5_000;

const DEGRADED_AFTER = 3;

/** How the snapshots since the start went: counted for health, metrics and INFO, and logged. */
export class SnapshotOutcomes {
  readonly #logger: Logger;
  /** When the data file last held everything, milliseconds since the epoch; 0 = never. */
  lastSuccess = 0;
  #last: SnapshotResult | undefined;
  #snapshots = 0;
  readonly #durations = SNAPSHOT_KINDS.map((kind) => new DurationCounter(kind));
  #failures = 0;
  #failuresInARow = 0;
  #lastFailure: RespiteError | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get hasFailed(): boolean {
    return this.#failuresInARow > 0;
  }

  /** What is wrong, in words; nothing after fewer than three failures in a row. */
  get trouble(): string | undefined {
    if (this.#failuresInARow < DEGRADED_AFTER) return undefined;
    return `the last ${String(this.#failuresInARow)} snapshots failed: ${this.#lastFailure?.message ?? 'unknown'}`;
  }

  status(): Omit<SnapshotStatus, 'running' | 'restore' | 'health' | 'troubles'> {
    return {
      lastSuccess: this.lastSuccess,
      last: this.#last,
      snapshots: this.#snapshots,
      durations: this.#durations.map(({ figures }) => figures),
      failures: this.#failures,
      failuresInARow: this.#failuresInARow,
      lastFailure: this.#lastFailure,
    };
  }

  /** Nothing had changed. @param now milliseconds since the epoch */
  skipped(now: number): SnapshotResult {
    this.lastSuccess = now;
    return { skipped: true, written: 0, keys: this.#last?.keys ?? 0, bytes: this.#last?.bytes ?? 0, duration: 0 };
  }

  started(kind: SnapshotKind): void {
    this.#logger.info({ event: 'snapshot_started', kind }, `snapshot (${kind}) started`);
  }

  /** @param time its point in time, milliseconds since the epoch */
  written(kind: SnapshotKind, time: number, result: SnapshotResult): SnapshotResult {
    const { written, keys, bytes, duration } = result;
    this.#last = result;
    this.lastSuccess = time;
    this.#snapshots++;
    this.#durations[SNAPSHOT_KINDS.indexOf(kind)]?.add(duration);
    this.#failuresInARow = 0;
    const fields = { event: 'snapshot_written', kind, written, keys, bytes, durationMs: Math.round(duration) };
    this.#logger.info(fields, `snapshot (${kind}) written: ${printCount(written, 'record')}`);
    if (duration > SLOW) this.#tellSlow(kind, result);
    return result;
  }

  #tellSlow(kind: SnapshotKind, { duration, bytes, written }: SnapshotResult): void {
    const durationMs = Math.round(duration);
    this.#logger.warn(
      { event: 'snapshot_slow', kind, durationMs, bytes, written },
      `the snapshot took ${String(durationMs)} ms for ${printCount(written, 'record')}; the data file has ${printCount(bytes, 'byte')}`,
    );
  }

  /** @returns the failure as the one who asked for the snapshot gets it: `SNAPSHOT_WRITE_FAILED`, unless it is coded */
  failed(kind: SnapshotKind, error: unknown): RespiteError {
    const failure = RespiteError.is(error)
      ? error
      : new RespiteError('SNAPSHOT_WRITE_FAILED', {
          message: `The snapshot was not written: ${messageOf(error)}. The previous one is intact.`,
          cause: error,
        });
    this.#failures++;
    this.#failuresInARow++;
    this.#lastFailure = failure;
    this.#logger.error(
      { event: 'snapshot_failed', kind, err: failure, failuresInARow: this.#failuresInARow },
      failure.message,
    );
    return failure;
  }
}
