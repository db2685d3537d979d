import type { CommandRecord } from '../command/table';

const REDACTED = '(redacted)';

/** The arguments of a command with its secrets left out, as logs may show them. */
export function redactedArguments({ definition }: CommandRecord, args: readonly string[]): readonly string[] {
  const secrets = definition.secrets?.(args);
  return secrets === undefined ? args : args.map((word, position) => (secrets[position] === true ? REDACTED : word));
}
