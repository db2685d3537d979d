import { concernsConnectionOnly } from '../commands';
import { PushReply, QUEUED, type Reply } from '../protocol/reply';
import type { Client } from '../session/client';

/** What becomes of something held when what it tells of cannot be kept: it leaves, an error does in its place, or nothing. */
export type Fate = 'leaves' | 'fails' | 'vanishes';

/** Pushes that answer a command. */
const CONFIRMATIONS: ReadonlySet<unknown> = new Set(
  ['subscribe', 'psubscribe', 'ssubscribe'].flatMap((name) => [name, name.replace('sub', 'unsub')]),
);

/** The fate of what a client is answered or told. What only its connection is about is true all the same. */
export function fateOf(reply: Reply, client: Client): Fate {
  if (reply instanceof PushReply) return CONFIRMATIONS.has(reply.items[0]) ? 'leaves' : 'vanishes';
  if (reply === QUEUED) return 'leaves';
  const [name = ''] = client.lastCommand?.split('|', 1) ?? [];
  return concernsConnectionOnly(name) ? 'leaves' : 'fails';
}
