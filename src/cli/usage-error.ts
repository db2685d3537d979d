/** A command line that makes no sense; what it says is for the user. */
export class CommandUsageError extends Error {
  override readonly name = 'CommandUsageError';
}
