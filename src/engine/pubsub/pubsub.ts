import { matchGlob } from '../values/glob';
import { PushReply } from '../protocol/reply';
import { REMEMBERED_BYTES, type Session } from '../session/client';

/** Who listens to what. Delivery goes to each session's output, never into the publisher's stack. */
export class PubSub {
  readonly channels = new Map<string, Set<Session>>();
  readonly patterns = new Map<string, Set<Session>>();
  readonly shardChannels = new Map<string, Set<Session>>();

  /** @returns how many clients got the message */
  publish(channel: string, message: string): number {
    let receivers = deliver(this.channels.get(channel), ['message', channel, message]);
    for (const [pattern, sessions] of this.patterns)
      if (matchChannel(pattern, channel)) receivers += deliver(sessions, ['pmessage', pattern, channel, message]);
    return receivers;
  }

  /** @returns how many clients got the message */
  publishSharded(channel: string, message: string): number {
    return deliver(this.shardChannels.get(channel), ['smessage', channel, message]);
  }
}

/** @returns to how many; one that is dropped because it does not read counts, and leaves the set */
function deliver(sessions: ReadonlySet<Session> | undefined, items: readonly string[]): number {
  if (sessions === undefined) return 0;
  const { size } = sessions;
  const push = new PushReply(items);
  for (const session of sessions) session.output.send(push);
  return size;
}

/** Whether a pattern covers a channel. The empty channel is covered by the empty pattern only, not even by `*`. */
export function matchChannel(pattern: string, channel: string): boolean {
  return channel === '' ? pattern === '' : matchGlob(pattern, channel);
}

/** Adds a session to one of the registries. @returns whether it was not there yet */
export function subscribe(
  registry: Map<string, Set<Session>>,
  own: Set<string>,
  name: string,
  session: Session,
): boolean {
  if (own.has(name)) return false;
  own.add(name);
  let sessions = registry.get(name);
  if (sessions === undefined) registry.set(name, (sessions = new Set()));
  sessions.add(session);
  session.subscribedBytes += name.length + REMEMBERED_BYTES;
  return true;
}

/** Takes a session out of one of the registries. @returns whether it was there */
export function unsubscribe(
  registry: Map<string, Set<Session>>,
  own: Set<string>,
  name: string,
  session: Session,
): boolean {
  if (!own.delete(name)) return false;
  session.subscribedBytes -= name.length + REMEMBERED_BYTES;
  const sessions = registry.get(name);
  sessions?.delete(session);
  if (sessions?.size === 0) registry.delete(name);
  return true;
}
