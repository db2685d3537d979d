import type { ErrorReply } from '../../protocol/reply';
import { error, printable } from '../errors';

/** What a container's subcommand answers when its options make no sense. */
export function wrongSubcommandArguments(container: string, subcommand: string): ErrorReply {
  return error(
    `unknown subcommand or wrong number of arguments for '${printable(subcommand, 128)}'. Try ${container.toUpperCase()} HELP.`,
  );
}
