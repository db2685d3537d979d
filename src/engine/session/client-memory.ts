import type { Session } from './session';

/** Bytes a connection takes here beyond what its commands hold; measured with V8's heap statistics. */
const SESSION_BYTES = 2048;

/** Estimated bytes of a watched key, a subscription or a tracked prefix. */
const ENTRY_BYTES = 120;

/** Estimated bytes of the commands a client has queued with MULTI. */
export function queuedBytes({ transaction }: Session): number {
  if (transaction === undefined) return 0;
  return transaction.queue.reduce((sum, { args }) => sum + args.reduce((bytes, arg) => bytes + arg.length, 0), 0);
}

/** Estimated bytes a client takes in all: what it sent, what it did not read, and what it made us remember. */
export function clientBytes(session: Session): number {
  const { output, watched, subscriptions, tracking } = session;
  const remembered = watched.size + subscriptions + (tracking?.prefixes.length ?? 0);
  const buffers = (output.unread?.() ?? 0) + (output.unanswered?.() ?? 0);
  return SESSION_BYTES + queuedBytes(session) + buffers + remembered * ENTRY_BYTES;
}
