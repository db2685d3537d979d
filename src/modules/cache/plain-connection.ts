import { Socket } from 'node:net';
import type { Redis } from 'ioredis';
import { isInProcess } from './engine-ways';

/** On a class of connectors: what they hand out is a socket to the server itself, with nobody between. */
export const CONNECTS_PLAINLY = Symbol('connects plainly');

/**
 * Whether another connection to the address of a client's socket reaches the same server: not where that is in this process, behind a proxy,
 * or one of a cluster's.
 */
export function isPlainlyConnected(client: Redis): boolean {
  if (isInProcess(client) || client.isCluster) return false;
  const { Connector } = client.options;
  if (Connector !== undefined && !(CONNECTS_PLAINLY in Connector)) return false;
  // Its types promise one, but clients of others may have none.
  const stream: unknown = client.stream;
  return stream instanceof Socket;
}
