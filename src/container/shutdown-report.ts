import { RespiteError } from '../errors';

/** How one module's shutdown went. */
export interface ModuleShutdown {
  readonly module: string;
  readonly status: 'stopped' | 'failed' | 'timed-out';
  readonly durationMs: number;
  /** Everything that went wrong in its hook and its cleanups. */
  readonly errors: readonly Error[];
}

/** How a stop went: every hook was attempted, whatever the others did. */
export interface ShutdownReport {
  readonly durationMs: number;
  /** In the order they were stopped. */
  readonly modules: readonly ModuleShutdown[];
}

/** A stop that could not finish everything; `report` says what. `code` is `SHUTDOWN_INCOMPLETE`. */
export class ShutdownError extends RespiteError {
  readonly report: ShutdownReport;

  constructor(report: ShutdownReport) {
    const failed = report.modules.filter(({ status }) => status !== 'stopped');
    const errors = failed.flatMap((module) => module.errors);
    super('SHUTDOWN_INCOMPLETE', {
      message: `Not everything was stopped cleanly. ${failed.map(describe).join(' ')}`,
      cause: errors.length === 1 ? errors[0] : new AggregateError(errors),
    });
    this.name = 'ShutdownError';
    this.report = report;
  }
}

function describe({ module, status, durationMs, errors }: ModuleShutdown): string {
  const reasons = errors.map(({ message }) => message).join('; ');
  return status === 'timed-out'
    ? `"${module}" was still busy after ${String(durationMs)} ms.`
    : `"${module}" failed: ${reasons}.`;
}
