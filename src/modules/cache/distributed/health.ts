import type { Redis } from 'ioredis';
import type { BackendHealth } from '../cache-backend';
import { clusterOf } from '../cluster-client';
import { down, ping } from '../ping';
import { checkCluster } from './cluster-health';

/** Asks the server for a sign of life, for at most `limitMs`; of a Redis Cluster every master. Never rejects. */
export async function checkHealth(client: Redis, limitMs: number): Promise<BackendHealth> {
  if (client.status !== 'ready') return down(`the connection is ${client.status}`);
  const cluster = clusterOf(client);
  return cluster === undefined ? ping(client, limitMs) : checkCluster(cluster, limitMs);
}
