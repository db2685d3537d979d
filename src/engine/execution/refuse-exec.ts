import { ErrorReply } from '../protocol/reply';
import type { Client } from '../session/client';

/** Whether a command, as a client wrote it, is EXEC. */
export function isExec(name: string): boolean {
  return name.length === 4 && name.toLowerCase() === 'exec';
}

/** A refused EXEC ends the transaction, and says why it was refused. */
export function refuseExec(client: Client, refusal: ErrorReply): ErrorReply {
  client.discardTransaction();
  return new ErrorReply(`EXECABORT Transaction discarded because of: ${refusal.text.replace(/^ERR /, '')}`);
}
