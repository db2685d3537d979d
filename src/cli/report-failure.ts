import { CommanderError } from 'commander';
import { ConfigError } from '../config';
import { ShutdownError } from '../container';
import { asError, RespiteError } from '../errors';
import { ConflictError } from '../modules/migration/conflict-error';
import { MismatchError } from '../modules/migration/mismatch-error';
import { EXIT } from './exit-codes';
import { CommandUsageError } from './usage-error';

/** Tells the user what went wrong: on stderr, or with `--json` as one object on stdout. @returns the exit code */
export function reportFailure(error: unknown, json: boolean): number {
  // commander has printed its usage errors, and help is not a failure.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (json) process.stdout.write(`${JSON.stringify({ error: asJson(error) }, undefined, 2)}\n`);
  else process.stderr.write(`${asText(error)}\n`);
  if (error instanceof ShutdownError) return EXIT.shutdownIncomplete;
  if (RespiteError.is(error) && ['IMPORT_CONFLICT', 'MIGRATION_MISMATCH'].includes(error.code)) return EXIT.conflicts;
  if (RespiteError.is(error) && error.code === 'MIGRATION_INTERRUPTED') return EXIT.interrupted;
  return isUsage(error) ? EXIT.usage : EXIT.failed;
}

function asText(error: unknown): string {
  if (RespiteError.is(error)) return `${error.message}\n(${error.code})`;
  const { stack, message } = asError(error);
  return isUsage(error) ? message : (stack ?? message);
}

function asJson(error: unknown): Readonly<Record<string, unknown>> {
  const { message } = asError(error);
  const code = RespiteError.is(error) ? error.code : isUsage(error) ? 'USAGE' : 'INTERNAL';
  return {
    code,
    message,
    ...(error instanceof ConfigError && { problems: error.problems }),
    ...(error instanceof ConflictError && { count: error.count, conflicts: error.conflicts }),
    ...(error instanceof MismatchError && { count: error.count, mismatches: error.mismatches }),
  };
}

const USAGE_CODES: readonly string[] = ['CONFIG_FILE_UNREADABLE', 'MIGRATION_OPTIONS_INVALID'];

function isUsage(error: unknown): boolean {
  if (error instanceof ConfigError || error instanceof CommandUsageError) return true;
  return RespiteError.is(error) && USAGE_CODES.includes(error.code);
}
