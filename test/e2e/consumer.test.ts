import { CacheBackend, type ConfigInput, createApp } from '../../src';
import { consumerProgram } from '../support/consumer-program';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster';
import { type SentinelTrio, startSentinelTrio } from '../support/redis-sentinel';
import { ORACLE } from '../support/oracle';
import { type RedisServer, startRedisServer } from '../support/redis-server';

let redis: RedisServer;
let trio: SentinelTrio;
let cluster: RedisCluster;
beforeAll(async () => {
  [redis, trio, cluster] = await Promise.all([startRedisServer(), startSentinelTrio(), startRedisCluster()]);
});
afterAll(() => Promise.all([redis.stop(), trio.stop(), cluster.stop()]));

async function transcript(config: ConfigInput): Promise<unknown[]> {
  const app = await createApp({ config: { ...config, log: { level: 'silent' } }, configFile: false, env: {} }).start();
  try {
    return await consumerProgram(app.get(CacheBackend));
  } finally {
    await app.stop();
  }
}

describe('US-3: one consumer program, whoever serves it', () => {
  let onRedis: unknown[];
  beforeAll(async () => {
    onRedis = await transcript({ mode: 'distributed', redis: { addr: `127.0.0.1:${String(redis.port)}` } });
  });

  it.each([
    ['in this process', () => ({ mode: 'standalone' as const, redis: { standalone: { version: ORACLE } } })],
    ['the master the sentinels know', () => ({ redis: { sentinels: [...trio.addresses], sentinel_name: trio.name } })],
    ['a Redis Cluster', () => ({ redis: { cluster_nodes: [...cluster.addresses] } })],
  ])('has the results of one server when nothing but the configuration says: %s', async (_, config) => {
    expect(await transcript(config())).toEqual(onRedis);
    expect(onRedis.length).toBeGreaterThan(25);
  });
});
