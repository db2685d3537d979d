import { setTimeout as sleep } from 'node:timers/promises';
import { BurstyRateLimiter, RateLimiterQueue, RateLimiterRedis, type RateLimiterRes } from 'rate-limiter-flexible';
import { createClient } from 'redis';
import { Closing } from '../../support/closing';
import { inEveryPlace } from './places';

const closing = new Closing();
afterEach(() => closing.all());

inEveryPlace((place) => {
  type Options = Omit<ConstructorParameters<typeof RateLimiterRedis>[0], 'storeClient'>;
  const limiter = async (options: Options): Promise<RateLimiterRedis> => {
    const storeClient = place().connection('commands');
    await storeClient.ping();
    return new RateLimiterRedis({ storeClient, ...options });
  };

  it('of many requests at once exactly the allowed ones pass', async () => {
    const limited = await limiter({ points: 5, duration: 1000, keyPrefix: 'burst' });
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => limited.consume('ada')));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    const refused = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as RateLimiterRes] : [],
    ); // what it rejects with
    expect(refused.map(({ consumedPoints }) => consumedPoints)).toEqual(Array.from({ length: 15 }, (_, i) => i + 6));
    expect(refused[0]?.remainingPoints).toBe(0);
    expect(refused[0]?.msBeforeNext).toBeGreaterThan(500_000);
    expect(await place().backend.client.get('burst:ada')).toBe('20');
  });

  it('points come back when the window ends', async () => {
    const limited = await limiter({ points: 1, duration: 1 });
    await limited.consume('ada');
    const refused = await limited.consume('ada').catch((reason: unknown) => reason as RateLimiterRes); // as above
    await sleep(refused.msBeforeNext + 5);
    expect((await limited.consume('ada')).consumedPoints).toBe(1);
  });

  it('penalties, rewards, blocks and deletions', async () => {
    const limited = await limiter({ points: 3, duration: 60, blockDuration: 600 });
    expect((await limited.penalty('ada', 2)).consumedPoints).toBe(2);
    expect((await limited.reward('ada')).consumedPoints).toBe(1);
    expect((await limited.get('ada'))?.remainingPoints).toBe(2);
    await expect(limited.consume('ada', 3)).rejects.toMatchObject({ remainingPoints: 0 });
    expect((await limited.get('ada'))?.msBeforeNext).toBeGreaterThan(300_000);
    await limited.block('eve', 0);
    expect(await place().backend.client.ttl('rlflx:eve')).toBe(-1);
    expect([await limited.delete('eve'), await limited.delete('nobody')]).toEqual([true, false]);
    expect(await limited.get('eve')).toBeNull();
    expect((await limited.set('bob', 2, 30)).consumedPoints).toBe(2);
  });

  it('bursts and queues are built on it', async () => {
    const bursty = new BurstyRateLimiter(
      await limiter({ points: 1, duration: 1000 }),
      await limiter({ points: 2, duration: 1000, keyPrefix: 'extra' }),
    );
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => bursty.consume('ada')));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
    const queue = new RateLimiterQueue(await limiter({ points: 2, duration: 1, keyPrefix: 'queue' }));
    const begin = Date.now();
    expect(await Promise.all([1, 2, 3].map(() => queue.removeTokens(1)))).toEqual([1, 0, 1]);
    expect(Date.now() - begin).toBeGreaterThanOrEqual(900);
  });

  it('node-redis serves as its client too', async () => {
    const storeClient = closing.add(createClient(await place().nodeRedisOptions()), (client) => client.close());
    await storeClient.connect();
    const limited = new RateLimiterRedis({ storeClient, useRedisPackage: true, points: 2, duration: 1000 });
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => limited.consume('ada')));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect((await limited.get('ada'))?.consumedPoints).toBe(3);
  });
});
