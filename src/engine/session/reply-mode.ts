import { PushReply, type Reply } from '../protocol/reply';
import type { Session } from './client';
import { NO_REPLY, type NoReply } from '../command/answers';

/** Applies CLIENT REPLY OFF and SKIP to what a command answered. Pushes (SUBSCRIBE's confirmations) are no answers. */
export function filterReply(session: Session, reply: Reply | NoReply): Reply | NoReply {
  // SKIP means the answer: it holds until a command that waits has one.
  if (session.blocked !== undefined) return reply;
  if (session.replyMode === 'skip-next') {
    session.replyMode = 'skip';
    return NO_REPLY;
  }
  if (session.replyMode === 'skip') {
    session.replyMode = 'on';
    return reply instanceof PushReply ? reply : NO_REPLY;
  }
  return session.replyMode === 'off' && !(reply instanceof PushReply) ? NO_REPLY : reply;
}
