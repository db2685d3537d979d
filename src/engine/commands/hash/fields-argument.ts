import { integer, isOption } from '../../command/arguments';
import { error } from '../../command/errors';
import type { ErrorReply } from '../../protocol/reply';

const MISPLACED = error('Mandatory argument FIELDS is missing or not at the right position');
const MISMATCH = error('The `numfields` parameter must match the number of arguments');
const NOT_POSITIVE = error('Number of fields must be a positive integer');

/**
 * Reads `FIELDS numfields field [field ...]`, which ends a command.
 * @param at where it begins
 * @param notPositive what is said of a number that is none
 */
export function fieldsArgument(
  args: readonly string[],
  at: number,
  notPositive: ErrorReply = NOT_POSITIVE,
): readonly string[] {
  if (!isOption(args[at] ?? '', 'fields')) throw MISPLACED;
  const count = integer(args[at + 1] ?? '', notPositive);
  if (count < 1) throw notPositive;
  const fields = args.slice(at + 2);
  if (fields.length !== count) throw MISMATCH;
  return fields;
}
