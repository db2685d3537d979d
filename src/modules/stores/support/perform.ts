import { asError, RespiteError } from '../../../errors';
import { foreignData } from './json';
import { counted } from './store-report';

/**
 * Runs one operation of a store. What Redis or the connection says becomes an error with a code that names the operation
 * and what it was done to.
 * @throws RespiteError `STORED_DATA_INVALID` for a key of another type, `STORE_FAILED` for anything else without a code
 */
export async function perform<T>(operation: string, subject: string, work: () => Promise<T>): Promise<T> {
  try {
    return await counted(operation, work);
  } catch (thrown) {
    if (RespiteError.is(thrown)) throw thrown;
    const { message } = asError(thrown);
    // Servers before 7.0 put their own words in front of it when it happens in a script.
    if (message.includes('WRONGTYPE')) {
      throw foreignData(`What ${operation} found for "${subject}"`, 'is not of the type it uses', thrown);
    }
    throw new RespiteError('STORE_FAILED', {
      message: `${operation} of "${subject}" failed: ${message}`,
      cause: thrown,
    });
  }
}

/** The replies of a transaction, in order; the first error among them is thrown. */
export async function replies(
  transaction: Promise<[error: Error | null, result: unknown][] | null>,
): Promise<unknown[]> {
  const results = await transaction.catch((failure: unknown) => {
    throw reasonOf(asError(failure));
  });
  // Null is the answer to a WATCH that failed, and the stores watch nothing.
  if (results === null) throw new Error('the transaction was not executed');
  return results.map(([error, result]) => {
    if (error !== null) throw error;
    return result;
  });
}

/** EXECABORT only says that a command was refused; ioredis keeps beside it why. */
function reasonOf(failure: Error & { readonly previousErrors?: readonly Error[] }): Error {
  return failure.previousErrors?.[0] ?? failure;
}
