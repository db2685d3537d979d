import type { IncomingMessage } from 'node:http';
import { RestProblem } from '../command-line';

/** The longest request, in bytes: as much as Redis takes in one argument (proto-max-bulk-len) would block everybody while it is parsed. */
export const MAX_BODY_BYTES = 64 * 2 ** 20;

/** @throws RestProblem when it is too long, or ends early */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > MAX_BODY_BYTES)
        throw new RestProblem(`the request is longer than ${String(MAX_BODY_BYTES)} bytes`, 413);
      pieces.push(piece);
    }
  } catch (failure) {
    if (failure instanceof RestProblem) throw failure;
    throw new RestProblem('the request ended early');
  }
  return Buffer.concat(pieces);
}
