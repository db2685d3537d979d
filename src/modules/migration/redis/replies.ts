import type { ChainableCommander } from 'ioredis';

/** Runs a pipeline. @returns the replies in order, errors among them. @throws when the connection is lost */
export async function allReplies(pipeline: ChainableCommander): Promise<unknown[]> {
  if (pipeline.length === 0) return [];
  const results = (await pipeline.exec()) ?? [];
  return results.map(([error, reply]) => {
    // Errors of the server are answers; all others mean that there is none.
    if (error !== null && error.name !== 'ReplyError') throw error;
    return error ?? reply;
  });
}

/** A reply's bytes. */
export function bytesOf(reply: unknown): Buffer {
  return Buffer.isBuffer(reply) ? reply : Buffer.from(typeof reply === 'string' ? reply : '', 'latin1');
}
