import { type CacheBackend, clusterOf } from '../../cache';
import { unescapeName } from './slot-keys';

/** How many keys a server looks at per call. */
const SCAN_COUNT = 500;

/**
 * The entities that have a key of this part, wherever in a Cluster they are, in the order of their names. It looks at
 * every key of the database, in small steps; names that come or go meanwhile may be missed.
 */
export async function scanNames(client: CacheBackend['client'], prefix: string, part: string): Promise<string[]> {
  const [head, tail] = [`${prefix}:{`, `}:${part}`];
  const nodes = clusterOf(client)?.nodes('master') ?? [client];
  const names = new Set<string>();
  for (const node of nodes) {
    for (let cursor = '0', first = true; first || cursor !== '0'; first = false) {
      const [next, keys] = await node.scan(cursor, 'MATCH', `${head}*${tail}`, 'COUNT', SCAN_COUNT);
      for (const key of keys) names.add(unescapeName(key.slice(head.length, -tail.length)));
      cursor = next;
    }
  }
  return [...names].sort();
}
