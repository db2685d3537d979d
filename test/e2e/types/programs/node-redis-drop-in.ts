// A test of somebody's that replaces node-redis by import.
import {
  closeEngines,
  createClient,
  createClientPool,
  createCluster,
  createEngine,
  engineOf,
  type RedisClientType,
} from 'respite/redis';

export async function greet(): Promise<string | null> {
  const engine = createEngine();
  const client = createClient({ ...engine.nodeRedisOptions(), name: 'greeter' });
  const typed: RedisClientType = createClient({ url: 'redis://localhost' }) as RedisClientType;
  await typed.connect();
  await client.connect();
  await client.hSet('key', { field: 'value' });
  const keys: number = engineOf(client).snapshot().keys;
  await createClientPool({ url: 'redis://localhost' }, { maximum: 2 }).connect();
  await createCluster({ rootNodes: [{ url: `redis://localhost:${keys}` }] }).connect();
  await closeEngines();
  return client.get('greeting');
}
