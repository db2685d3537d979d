import { asError, RespiteError } from '../../../errors';

/** The greatest value a store takes, as JSON, in bytes: what is larger blocks every other client while it travels. */
export const MAX_VALUE_BYTES = 16 * 2 ** 20;

/**
 * Writes a value as JSON.
 * @throws RespiteError `VALUE_NOT_JSON`, `VALUE_TOO_LARGE`
 */
export function toJson(what: string, value: unknown): string {
  const json = stringify(what, value);
  refuseLarge(what, json);
  return json;
}

/** @throws RespiteError `VALUE_TOO_LARGE` */
export function refuseLarge(what: string, json: string): void {
  // A code unit is at most three bytes of UTF-8, so most values need no counting.
  if (json.length * 3 <= MAX_VALUE_BYTES) return;
  const bytes = Buffer.byteLength(json);
  if (bytes <= MAX_VALUE_BYTES) return;
  throw new RespiteError('VALUE_TOO_LARGE', {
    message: `${what} is ${bytes} bytes as JSON; ${MAX_VALUE_BYTES} are the limit. Keep it elsewhere and store where it is.`,
  });
}

/**
 * @param write what makes the text
 * @throws RespiteError `VALUE_NOT_JSON`
 */
export function stringify(
  what: string,
  value: unknown,
  write: (value: unknown) => unknown = (plain) => JSON.stringify(plain),
): string {
  let json: unknown;
  try {
    json = write(value);
  } catch (cause) {
    throw notJson(what, asError(cause).message, cause);
  }
  // Undefined, functions and symbols have no JSON, although its type promises text.
  if (typeof json !== 'string') throw notJson(what, `it is ${typeof value}`);
  return json;
}

/**
 * Reads what a store wrote.
 * @throws RespiteError `STORED_DATA_INVALID` when somebody else wrote something else there
 */
export function fromJson(where: string, json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch (cause) {
    throw foreignData(where, 'is not JSON', cause);
  }
}

/** What is found in Redis was not written by the store that reads it. */
export function foreignData(where: string, problem: string, cause?: unknown): RespiteError {
  return new RespiteError('STORED_DATA_INVALID', {
    message: `${where} ${problem}: another program wrote it. Correct or delete it, and keep other programs off the prefix.`,
    cause,
  });
}

function notJson(what: string, reason: string, cause?: unknown): RespiteError {
  return new RespiteError('VALUE_NOT_JSON', {
    message: `${what} cannot be written as JSON: ${reason}. Pass plain data.`,
    cause,
  });
}
