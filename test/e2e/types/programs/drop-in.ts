import Redis, {
  closeEngines,
  Cluster,
  createEngine,
  Redis as Named,
  type RedisEngine,
  type RedisOptions,
} from 'respite/ioredis';
import type { Redis as Actual } from 'ioredis';

const options: RedisOptions = { host: 'localhost' };
export const client: Redis = new Redis(options);
export const named: Named = new Named(6379, 'localhost', { keyPrefix: 'a:' });
export const engine: RedisEngine = createEngine();
export const onEngine: Actual = new Redis({ engine });
export const cluster: Cluster = new Cluster([{ host: 'a', port: 7000 }]);
export const another: Cluster = new Redis.Cluster([7000], { engine });
export const created: Actual = Redis.createClient(6379);

export async function use(redis: Redis): Promise<string | null> {
  await redis.pipeline().set('k', 'v').exec();
  await closeEngines();
  return redis.duplicate().get('k');
}
// @ts-expect-error -- no such option
export const wrong = new Redis({ hots: 'localhost' });
