import { CacheBackend, createApp, type ConfigInput } from '../../src';
import { consumerProgram } from '../support/consumer-program';
import { startRedisServer, type RedisServer } from '../support/redis-server';

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedisServer();
});
afterAll(() => redis.stop());

async function transcript(config: ConfigInput): Promise<unknown[]> {
  const app = await createApp({ config: { ...config, log: { level: 'silent' } }, configFile: false, env: {} }).start();
  try {
    return await consumerProgram(app.get(CacheBackend));
  } finally {
    await app.stop();
  }
}

describe('US-3: one consumer program, two modes', () => {
  it('has the same results when nothing but the configuration differs', async () => {
    const onRedis = await transcript({ mode: 'distributed', redis: { addr: `127.0.0.1:${String(redis.port)}` } });
    const inProcess = await transcript({ mode: 'standalone' });
    expect(inProcess).toEqual(onRedis);
    expect(onRedis.length).toBeGreaterThan(15);
  });
});
