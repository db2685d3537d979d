import type { Workflow } from '../definitions/workflow';
import type { Problem } from '../errors/host-error';

export type RunStatus = 'running' | 'done' | 'failed' | 'cancelled';

/** How a step ended; written once. */
export interface Outcome {
  readonly status: 'done' | 'failed' | 'skipped';
  readonly output?: unknown;
  readonly error?: Problem;
  readonly attempts: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What a step that has not ended is at. */
export interface Progress {
  readonly status: 'running' | 'waiting' | 'retrying';
  readonly attempt: number;
  readonly error?: Problem;
}

/** A run as of one moment. */
export interface Run {
  readonly id: string;
  readonly owner: string;
  readonly workflow: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly status: RunStatus;
  readonly created: number;
  readonly finished?: number;
  readonly output?: unknown;
  readonly error?: Problem;
  readonly outcomes: Readonly<Record<string, Outcome>>;
  readonly progress: Readonly<Record<string, Progress>>;
  readonly signals: Readonly<Record<string, unknown>>;
}

/** What a run goes by until it ends, whatever becomes of its workflow meanwhile. */
export interface RunPlan {
  readonly definition: Workflow;
  /** Of the workflow as it was; empty for an agent that was asked directly. */
  readonly etag: string;
}

/** What happened in a run, as it is told to who watches. */
export interface RunEvent {
  /** Of the stream in Redis: what Last-Event-ID names. */
  readonly id: string;
  readonly type: 'started' | 'step' | 'signal' | 'finished';
  readonly data: Readonly<Record<string, unknown>>;
}
