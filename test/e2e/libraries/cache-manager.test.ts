import KeyvRedis from '@keyv/redis';
import KeyvValkey from '@keyv/valkey';
import { createCache } from 'cache-manager';
import Keyv, { type KeyvStoreAdapter } from 'keyv';
import { until } from '../../support/until';
import { Closing } from '../../support/closing';
import { inEveryPlace, type Place } from './places';

const closing = new Closing();
afterEach(() => closing.all());

const COUNT = 300;

/** The same for every store; `keys` says what a key is called in Redis. */
function scenario(place: () => Place, storeOf: (place: Place) => KeyvStoreAdapter | Promise<KeyvStoreAdapter>): void {
  const keyv = async (namespace = 'cache'): Promise<Keyv> => {
    const opened = new Keyv({ store: await storeOf(place()), namespace });
    opened.on('error', (error: unknown) => {
      throw error;
    });
    return opened;
  };

  it('Keyv keeps values, forgets them when their time is over, and clears its own namespace only', async () => {
    const [ours, theirs] = [await keyv(), await keyv('others')];
    await ours.set('user', { name: 'Ada', tags: ['x'] });
    await ours.set('short', 'lived', 600_000);
    await theirs.set('user', 'somebody else');
    expect(await ours.get('user')).toEqual({ name: 'Ada', tags: ['x'] });
    expect(await ours.get('short')).toBe('lived');
    await ours.set('short', 'lived', 30);
    await until('the value is over', async () => (await ours.get('short')) === undefined);
    await Promise.all(Array.from({ length: COUNT }, (_, i) => ours.set(`many:${i}`, i)));
    expect(await ours.get(['many:0', `many:${COUNT - 1}`, 'many:none'])).toEqual([0, COUNT - 1, undefined]);
    const listed: unknown[] = [];
    for await (const [, value] of ours.iterator?.('cache') ?? []) listed.push(value);
    expect(listed).toHaveLength(COUNT + 1);
    expect(await ours.delete('user')).toBe(true);
    await ours.clear();
    expect(await ours.get('many:0')).toBeUndefined();
    expect(await theirs.get('user')).toBe('somebody else');
  });

  it('cache-manager computes once what many ask for, and again when its time is over', async () => {
    const cache = createCache({ stores: [await keyv()], ttl: 10_000 });
    let computed = 0;
    const report = (): Promise<unknown> =>
      cache.wrap(
        'report',
        async () => {
          computed += 1;
          return Promise.resolve({ total: 7 });
        },
        { ttl: 60 },
      );
    expect(await Promise.all([report(), report(), report()])).toEqual(Array(3).fill({ total: 7 }));
    expect(computed).toBe(1);
    await until('the value is over', async () => (await report()) !== undefined && computed === 2);
    await cache.mset([
      { key: 'a', value: 1 },
      { key: 'b', value: 2 },
    ]);
    expect(await cache.mget(['a', 'b', 'c'])).toEqual([1, 2, undefined]);
    await cache.del('a');
    expect(await cache.get('a')).toBeUndefined();
    await cache.clear();
    expect(await place().backend.client.keys('*report*')).toEqual([]);
  });
}

describe('@keyv/valkey, on a client of ours', () => {
  inEveryPlace((place) => {
    // The cast: it is written for iovalkey, a fork of ioredis.
    scenario(place, ({ connection }) => new KeyvValkey(connection('commands') as never));
  });
});

describe('@keyv/redis, on node-redis', () => {
  inEveryPlace((place) => {
    scenario(place, async ({ nodeRedisOptions }) => {
      const store = new KeyvRedis(await nodeRedisOptions());
      closing.add(store, (opened) => opened.disconnect());
      return store; // its types are of another copy of keyv
    });
  });
});
