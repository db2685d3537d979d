import { PushReply, type Reply } from '../protocol/reply';
import type { Client } from './client';
import { NO_REPLY, type NoReply } from '../command/answers';

/**
 * Applies CLIENT REPLY OFF and SKIP to what a command answered. Pushes (SUBSCRIBE's confirmations) are no answers. A replica that makes
 * us answer is hung up on: the answer would stand in the stream.
 */
export function filterReply(client: Client, reply: Reply | NoReply): Reply | NoReply {
  if (client.replyMode === 'hangs up') {
    if (reply !== NO_REPLY) client.closing = true;
    return NO_REPLY;
  }
  // SKIP means the answer: it holds until a command that waits has one.
  if (client.blocked !== undefined) return reply;
  if (client.replyMode === 'skip-next') {
    client.replyMode = 'skip';
    return NO_REPLY;
  }
  if (client.replyMode === 'skip') {
    client.replyMode = 'on';
    return reply instanceof PushReply ? reply : NO_REPLY;
  }
  return client.replyMode === 'off' && !(reply instanceof PushReply) ? NO_REPLY : reply;
}
