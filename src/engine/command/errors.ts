import { cString } from '../values/c-string';
import { ErrorReply } from '../protocol/reply';

/** Redis' error replies. The texts are the contract: clients match on them. */

export const WRONG_TYPE = new ErrorReply('WRONGTYPE Operation against a key holding the wrong kind of value');
export const SYNTAX_ERROR = new ErrorReply('ERR syntax error');
export const NOT_AN_INTEGER = new ErrorReply('ERR value is not an integer or out of range');
export const NOT_A_FLOAT = new ErrorReply('ERR value is not a valid float');
export const OUT_OF_RANGE = new ErrorReply('ERR value is out of range');
export const MUST_BE_POSITIVE = new ErrorReply('ERR value is out of range, must be positive');
export const NO_SUCH_KEY = new ErrorReply('ERR no such key');
export const INDEX_OUT_OF_RANGE = new ErrorReply('ERR index out of range');
export const INCREMENT_OVERFLOW = new ErrorReply('ERR increment or decrement would overflow');
export const NAN_OR_INFINITY = new ErrorReply('ERR increment would produce NaN or Infinity');
export const STRING_TOO_LONG = new ErrorReply('ERR string exceeds maximum allowed size (proto-max-bulk-len)');
export const INVALID_CURSOR = new ErrorReply('ERR invalid cursor');
export const DB_INDEX_OUT_OF_RANGE = new ErrorReply('ERR DB index is out of range');
export const SAME_OBJECT = new ErrorReply('ERR source and destination objects are the same');
export const OUT_OF_MEMORY = new ErrorReply("OOM command not allowed when used memory > 'maxmemory'.");
export const NOT_ENOUGH_REPLICAS = new ErrorReply('NOREPLICAS Not enough good replicas to write.');
export const NO_AUTH = new ErrorReply('NOAUTH Authentication required.');
export const LOADING = new ErrorReply('LOADING Redis is loading the dataset in memory');
export const EXEC_ABORT = new ErrorReply('EXECABORT Transaction discarded because of previous errors.');
export const NOT_ALLOWED_IN_MULTI = new ErrorReply('ERR Command not allowed inside a transaction');
export const MIN_OR_MAX_NOT_FLOAT = new ErrorReply('ERR min or max is not a float');
export const TIMEOUT_NOT_FLOAT = new ErrorReply('ERR timeout is not a float or out of range');
export const TIMEOUT_OUT_OF_RANGE = new ErrorReply('ERR timeout is out of range');
export const TIMEOUT_NEGATIVE = new ErrorReply('ERR timeout is negative');

/** An error of the general kind. @param text what follows `ERR` */
export function error(text: string): ErrorReply {
  return new ErrorReply(`ERR ${text}`);
}

/** @param name as the client may know it: `get`, `client|kill` */
export function wrongArity(name: string): ErrorReply {
  return error(`wrong number of arguments for '${name}' command`);
}

/** A time to live that cannot be. @param command its name in lower case */
export function invalidExpire(command: string): ErrorReply {
  return error(`invalid expire time in '${command}' command`);
}

const SHOWN_NAME = 128;
const SHOWN_ARGUMENTS = 128;

/** What C's `%.*s` shows of a client's text: nothing after a NUL. */
export function printable(text: string, length = Infinity): string {
  return cString(text).slice(0, length);
}

/** A name that no command has. @param name as the client wrote it */
export function unknownCommand(name: string, args: readonly string[]): ErrorReply {
  let shown = '';
  for (const arg of args) {
    if (shown.length >= SHOWN_ARGUMENTS) break;
    shown += `'${printable(arg, SHOWN_ARGUMENTS - shown.length)}' `;
  }
  return error(`unknown command '${printable(name, SHOWN_NAME)}', with args beginning with: ${shown}`);
}

/** What a container's subcommand answers when its options make no sense. @param subcommand as the client wrote it */
export function wrongSubcommandArguments(container: string, subcommand: string): ErrorReply {
  return error(
    `unknown subcommand or wrong number of arguments for '${printable(subcommand, SHOWN_NAME)}'. Try ${container.toUpperCase()} HELP.`,
  );
}

/** A name that no subcommand has. @param name as the client wrote it */
export function unknownSubcommand(container: string, name: string): ErrorReply {
  return error(`unknown subcommand '${printable(name, SHOWN_NAME)}'. Try ${container.toUpperCase()} HELP.`);
}
