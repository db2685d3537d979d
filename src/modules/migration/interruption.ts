import { RespiteError } from '../../errors';

/** @throws RespiteError `MIGRATION_INTERRUPTED` once the signal was given */
export function unlessInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new RespiteError('MIGRATION_INTERRUPTED', {
    message: 'The transfer was interrupted. What was written by then are whole keys; it can be started again.',
    cause: signal.reason,
  });
}
