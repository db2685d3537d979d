import type { CacheBackend } from './cache-backend';

/** What one kind of command did since it is counted. */
export interface OperationStatistics {
  /** The command, in lower case; a subcommand of the engine's as `client|list`. */
  readonly name: string;
  readonly succeeded: number;
  readonly failed: number;
  readonly durations: Durations;
}

/** How long commands took, in seconds. */
export interface Durations {
  readonly count: number;
  readonly sum: number;
  /** How many took no longer than `seconds`. */
  readonly atMost: (seconds: number) => number;
}

/** An engine in this process, at this moment. */
export interface EngineStatistics {
  readonly memoryBytes: number;
  /** What the data may take. */
  readonly memoryLimitBytes: number;
  /** In all databases. */
  readonly keys: number;
  /** Connected ones: in this process and at the listener. */
  readonly clients: number;
  /** Redis servers that follow what changes. */
  readonly replicas: number;
  /** Bytes of changes that the slowest of them has not acknowledged; 0 without one. */
  readonly replicaLagBytes: number;
}

/** What a backend knows of itself. */
export interface BackendStatistics {
  /** Only commands that were run. */
  readonly operations: readonly OperationStatistics[];
  /** `undefined` when the data lives elsewhere. */
  readonly engine: EngineStatistics | undefined;
}

/** Upper bounds, in seconds, that `Durations.atMost` is asked for. */
export const DURATION_BOUNDS = [0.00001, 0.00005, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5] as const;

/** A backend that counts what is done with it. */
export interface MeasuredBackend extends CacheBackend {
  /** Counts from now on, unless it does already. @returns reads what was counted */
  measure(): () => BackendStatistics;
}

/** Whether a backend can count. */
export function isMeasured(backend: CacheBackend): backend is MeasuredBackend {
  return 'measure' in backend;
}
