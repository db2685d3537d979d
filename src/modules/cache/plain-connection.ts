import { Socket } from 'node:net';
import type { Redis } from 'ioredis';
import { isInProcess } from './engine-ways';

/** On a class of connectors: what they hand out is a socket to the server itself, with nobody between. */
export const CONNECTS_PLAINLY = Symbol('connects plainly');

/** Whether whoever connects to the address that a client's socket has reaches the same server: there is none, a proxy, or several otherwise. */
export function isPlainlyConnected(client: Redis): boolean {
  if (isInProcess(client) || client.isCluster) return false;
  const { Connector } = client.options;
  if (Connector !== undefined && !(CONNECTS_PLAINLY in Connector)) return false;
  // Its types promise one, but clients of others may have none.
  const stream: unknown = client.stream;
  return stream instanceof Socket;
}
