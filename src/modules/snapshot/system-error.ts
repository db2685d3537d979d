/**
 * Looks into errors without `instanceof`: under jest, and in any other `vm` context, errors of Node's own modules are
 * not instances of the `Error` our code sees.
 */
export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}
