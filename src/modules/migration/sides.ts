import { asError, type ErrorCode, RespiteError } from '../../errors';

/** One of the two places of a move, for messages. */
export interface Side {
  readonly name: string;
  /** What it means when it refuses a command. */
  readonly refusal: ErrorCode;
  /** A sentence on what is there when it fails in the middle; default: that what was written are whole keys. */
  readonly left?: string;
}

const WHOLE_KEYS = 'What was written by then are whole keys.';

/** Does something with one side. @throws RespiteError which side failed, and how: `MIGRATION_CONNECTION_LOST`, or its refusal */
export async function at<T>(side: Side, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw failureOf(side, error);
  }
}

/** The same for what a side hands out one after the other. */
export async function* allAt<T>(side: Side, items: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  try {
    yield* items;
  } catch (error) {
    throw failureOf(side, error);
  }
}

function failureOf({ name, refusal, left = WHOLE_KEYS }: Side, error: unknown): unknown {
  const { name: kind, message } = asError(error);
  if (kind === 'ReplyError') {
    return new RespiteError(refusal, {
      message: `${name} refused a command: ${message}. ${left}`,
      cause: error,
    });
  }
  // What ioredis and sockets say of connections are plain errors.
  if (RespiteError.is(error) || error instanceof TypeError || error instanceof RangeError) return error;
  if (kind === 'RdbFormatError') return error;
  return new RespiteError('MIGRATION_CONNECTION_LOST', {
    message: `The connection to ${name} was lost: ${message.replace(/\.$/, '')}. ${left}`,
    cause: error,
  });
}
