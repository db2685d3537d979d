import { RespiteError } from '../../../errors';

/** Longer keys are a mistake: they cost memory in every command and every node. In UTF-16 code units. */
const MAX_NAME_LENGTH = 1024;

/** @throws RespiteError `INPUT_INVALID` unless `value` is text of 1 to 1024 characters. */
export function checkName(what: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') throw invalid(what, `is ${kindOf(value)}`, 'Pass text.');
  if (value === '') throw invalid(what, 'is empty', 'Pass text of at least one character.');
  if (value.length > MAX_NAME_LENGTH) {
    throw invalid(
      what,
      `has ${value.length} characters`,
      `Pass at most ${MAX_NAME_LENGTH}; a digest of the text will do.`,
    );
  }
}

/** Limits of a number. */
interface Range {
  readonly min?: number;
  readonly max?: number;
}

/** @throws RespiteError `INPUT_INVALID` unless `value` is a whole number within the limits (default: from 0). */
export function checkInteger(
  what: string,
  value: unknown,
  { min = 0, max = Number.MAX_SAFE_INTEGER }: Range = {},
): asserts value is number {
  if (Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max) return;
  const limits = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  const found = typeof value === 'number' ? String(value) : kindOf(value);
  throw invalid(what, `is ${found}`, `Pass a whole number ${limits}.`);
}

/** The greatest time to live Redis keys may be given here: a hundred years, in milliseconds. */
const MAX_DURATION_MS = 100 * 365 * 86_400_000;

/** @throws RespiteError `INPUT_INVALID` unless `value` is a number of milliseconds (default: from 1). */
export function checkDuration(what: string, value: unknown, { min = 1 }: Range = {}): asserts value is number {
  checkInteger(`${what} (milliseconds)`, value, { min, max: MAX_DURATION_MS });
}

/** An argument that cannot be used. */
export function invalid(what: string, problem: string, remedy: string): RespiteError {
  return new RespiteError('INPUT_INVALID', { message: `${what} ${problem}. ${remedy}` });
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : typeof value;
}
