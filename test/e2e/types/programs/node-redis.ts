// A program on node-redis, whichever major it has.
import { createClient, type RedisClientOptions } from 'redis';
import { createClient as createClient5 } from 'redis5';
import { CacheBackend, createApp, type NodeRedisOptions } from 'respite';

export async function greet(): Promise<string | null> {
  const app = await createApp({ config: { mode: 'standalone' } }).start();
  const options: NodeRedisOptions | undefined = await app.get(CacheBackend).nodeRedisOptions?.();
  const ours: RedisClientOptions = { ...options, name: 'greeter' };
  await createClient5(options).connect();
  const client = await createClient({ ...ours, ...options }).connect();
  await client.set('greeting', 'hello');
  return client.get('greeting');
}
