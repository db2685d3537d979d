import { withDeadline } from '../../../container/deadline';
import type { Cluster, Redis } from 'ioredis';
import type { BackendHealth } from '../cache-backend';
import { clusterOf } from '../cluster-client';
import { down, ping } from '../ping';

/** Asks the server for a sign of life, for at most `limitMs`. Never rejects. */
export async function checkHealth(client: Redis, limitMs: number): Promise<BackendHealth> {
  if (client.status !== 'ready') return down(`the connection is ${client.status}`);
  const health = await ping(client, limitMs);
  const cluster = clusterOf(client);
  return health.status === 'ok' && cluster !== undefined ? checkCluster(cluster, health, limitMs) : health;
}

/** One node has answered; does the cluster as a whole serve, and every master? */
async function checkCluster(client: Cluster, { latencyMs }: BackendHealth, limitMs: number): Promise<BackendHealth> {
  let state = '';
  const reasons: string[] = [];
  const asked = await withDeadline(limitMs, async () => {
    state = await client.cluster('INFO');
  });
  if (asked.status !== 'done') return down('no reply to CLUSTER INFO');
  if (!state.includes('cluster_state:ok')) return down('cluster_state is not ok: slots are without a master');
  if (!state.includes('cluster_slots_ok:16384')) reasons.push('slots are without a master');
  await Promise.all(
    client.nodes('master').map(async (node) => {
      const { host = '', port = 0 } = node.options;
      const outcome = await withDeadline(limitMs, async () => void (await node.ping()));
      if (outcome.status !== 'done') reasons.push(`no reply to PING from ${host}:${String(port)}`);
    }),
  );
  return { status: reasons.length === 0 ? 'ok' : 'degraded', latencyMs, reasons };
}
