import { asError, RespiteError } from '../errors';
import type { Token } from './token';

/** What is thrown at who asks for a token without a value. @param cause why it has none, if somebody tried to make it */
export function notAvailable(token: Token<unknown>, cause?: unknown): RespiteError {
  return new RespiteError('TOKEN_NOT_AVAILABLE', {
    message:
      cause === undefined
        ? `Nothing is bound to ${token.name}. Add the module that provides it; a module's own values exist once it has started.`
        : `${token.name} could not be made: ${asError(cause).message}`,
    cause,
  });
}
