import Redlock from 'redlock';
import { inEveryPlace } from './places';

/** So long that no lock expires by the time a busy machine takes. */
const HOUR_MS = 3_600_000;

inEveryPlace((place) => {
  /** The cast: Redlock's types describe a client that takes EVAL's words as one array; ioredis takes them so as well. */
  const client = () => place().connection('commands') as unknown as Redlock.CompatibleRedisClient;

  /** Two lockers, each with a connection of its own, as two instances of an application would have. */
  const lockers = (): [Redlock, Redlock] => {
    const locker = () => new Redlock([client()], { retryCount: 1000, retryDelay: 10, retryJitter: 5 });
    return [locker(), locker()];
  };

  it('a resource has one holder at a time', async () => {
    const [one, other] = lockers();
    let holders = 0;
    const seen: number[] = [];
    const work = async (locker: Redlock) => {
      const lock = await locker.lock('locks:counter', HOUR_MS);
      seen.push(++holders);
      await new Promise((resolve) => setImmediate(resolve));
      holders -= 1;
      await lock.unlock();
    };
    await Promise.all([work(one), work(other), work(one), work(other)]);
    expect(seen).toEqual([1, 1, 1, 1]);
    expect(await place().backend.client.exists('locks:counter')).toBe(0);
  });

  it('who does not get it is told so, and several resources are locked all or none', async () => {
    const [one] = lockers();
    const impatient = new Redlock([client()], { retryCount: 0 });
    const lock = await one.lock(['locks:a', 'locks:b'], HOUR_MS);
    await expect(impatient.lock(['locks:b', 'locks:c'], HOUR_MS)).rejects.toMatchObject({
      name: 'LockError',
      attempts: 1,
    });
    expect(await place().backend.client.exists('locks:a', 'locks:b', 'locks:c')).toBe(2);
    await lock.unlock();
    await (await impatient.lock(['locks:b', 'locks:c'], HOUR_MS)).unlock();
  });

  it('a lock expires unless it is extended; an expired one can be neither extended nor unlocked', async () => {
    const [, other] = lockers();
    const one = new Redlock([client()], { retryCount: 0 }); // what it cannot extend it need not try again
    const { client: observer } = place().backend;
    const lock = await one.lock('locks:short', HOUR_MS);
    const extended = await lock.extend(HOUR_MS / 2);
    expect(await observer.pttl('locks:short')).toBeLessThanOrEqual(HOUR_MS / 2);
    // A lock so short that it is over soon may be over before Redlock believes in it: it starts over then.
    await observer.pexpire('locks:short', 1);
    await other.lock('locks:short', HOUR_MS);
    await expect(extended.extend(HOUR_MS)).rejects.toMatchObject({ name: 'LockError' });
    await expect(extended.unlock()).rejects.toMatchObject({ name: 'LockError' });
    expect(await observer.exists('locks:short')).toBe(1);
  });
});
