import { matchGlob } from '../values/glob';
import { textBytes } from '../values/text-bytes';
import { PushReply } from '../protocol/reply';
import { REMEMBERED_BYTES, type Client } from '../session/client';

/** Who listens to what. Delivery goes to each client's output, never into the publisher's stack. */
export class PubSub {
  readonly channels = new Map<string, Set<Client>>();
  readonly patterns = new Map<string, Set<Client>>();
  readonly shardChannels = new Map<string, Set<Client>>();

  /** @returns how many clients got the message */
  publish(channel: string, message: string): number {
    let receivers = deliver(this.channels.get(channel), ['message', channel, message]);
    for (const [pattern, clients] of this.patterns)
      if (matchChannel(pattern, channel)) receivers += deliver(clients, ['pmessage', pattern, channel, message]);
    return receivers;
  }

  /** @returns how many clients got the message */
  publishSharded(channel: string, message: string): number {
    return deliver(this.shardChannels.get(channel), ['smessage', channel, message]);
  }

  /** Ends all that a client listens to. */
  leave(client: Client): void {
    for (const name of [...client.channels]) unsubscribe(this.channels, client.channels, name, client);
    for (const name of [...client.patterns]) unsubscribe(this.patterns, client.patterns, name, client);
    for (const name of [...client.shardChannels]) unsubscribe(this.shardChannels, client.shardChannels, name, client);
  }
}

/** @returns to how many; one that is dropped because it does not read counts, and leaves the set */
function deliver(clients: ReadonlySet<Client> | undefined, items: readonly string[]): number {
  if (clients === undefined) return 0;
  const { size } = clients;
  const push = new PushReply(items);
  for (const client of clients)
    if (client.hearsLater) client.afterReply.push(push);
    else client.output.send(push);
  return size;
}

/** Whether a pattern covers a channel. The empty channel is covered by the empty pattern only, not even by `*`. */
export function matchChannel(pattern: string, channel: string): boolean {
  return channel === '' ? pattern === '' : matchGlob(pattern, channel);
}

/** Adds a client to one of the registries. @returns whether it was not there yet */
export function subscribe(registry: Map<string, Set<Client>>, own: Set<string>, name: string, client: Client): boolean {
  if (own.has(name)) return false;
  own.add(name);
  let clients = registry.get(name);
  if (clients === undefined) registry.set(name, (clients = new Set()));
  clients.add(client);
  client.subscribedBytes += textBytes(name) + REMEMBERED_BYTES;
  return true;
}

/** Takes a client out of one of the registries. @returns whether it was there */
export function unsubscribe(
  registry: Map<string, Set<Client>>,
  own: Set<string>,
  name: string,
  client: Client,
): boolean {
  if (!own.delete(name)) return false;
  client.subscribedBytes -= textBytes(name) + REMEMBERED_BYTES;
  const clients = registry.get(name);
  clients?.delete(client);
  if (clients?.size === 0) registry.delete(name);
  return true;
}
