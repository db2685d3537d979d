import { withDeadline } from '../../container/deadline';
import type { BackendHealth, CacheBackend } from './cache-backend';

/** How long a client in this process may take to answer, in milliseconds; it may be paused, or wait behind others. */
const DEFAULT_LIMIT_MS = 5000;

/** Asks a client for a sign of life, for at most `limitMs` (default 5000). Never rejects. */
export async function ping(client: CacheBackend['client'], limitMs: number = DEFAULT_LIMIT_MS): Promise<BackendHealth> {
  const begin = performance.now();
  const outcome = await withDeadline(limitMs, async () => void (await client.ping()));
  if (outcome.status === 'failed') return down(outcome.error.message);
  if (outcome.status === 'timed-out') return down('no reply to PING');
  return { status: 'ok', latencyMs: performance.now() - begin, reasons: [] };
}

/** It does not serve, because of `reason`. */
export function down(reason: string): BackendHealth {
  return { status: 'down', latencyMs: undefined, reasons: [reason] };
}
