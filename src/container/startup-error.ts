import { RespiteError } from '../errors';

/**
 * A start that failed, after everything started before was stopped again. `code` is the code of what went wrong in the
 * module, or `STARTUP_FAILED` when that error carries none.
 */
export class StartupError extends RespiteError {
  /** The module whose `onInit` failed. */
  readonly module: string;

  constructor(module: string, cause: Error) {
    super(RespiteError.is(cause) ? cause.code : 'STARTUP_FAILED', {
      message: `Module "${module}" did not start: ${cause.message}`,
      cause,
    });
    this.name = 'StartupError';
    this.module = module;
  }
}
