import type { EventEmitter } from 'node:events';
import type { Cluster, Redis } from 'ioredis';

/** Disconnects a client that is open, or between two attempts to be. Resolves when it has ended. */
export async function endClient(client: Redis | Cluster): Promise<void> {
  const ended = untilEnd(client);
  const betweenAttempts = client.status === 'reconnecting';
  client.disconnect();
  if (betweenAttempts) {
    // Told to disconnect now, ioredis never settles the commands in its queue. The end of a last attempt does.
    const attempt = client.connect();
    if (!client.isCluster) client.disconnect();
    await attempt.then(
      () => {
        client.disconnect();
      },
      () => undefined,
    );
  }
  await ended;
}

/** Not `once` of node:events, which rejects when an error comes first. */
async function untilEnd(client: EventEmitter): Promise<void> {
  await new Promise((resolve) => client.once('end', resolve));
}
