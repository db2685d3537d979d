import { nearestName } from '../../../src/config/nearest-name';

describe('the nearest name', () => {
  it.each([
    ['redis.adr', 'redis.addr'],
    ['redis.pasword', 'redis.password'],
    ['mdoe', 'mode'],
    ['REDIS.DB', 'redis.db'],
    ['completely.else', undefined],
    ['', undefined],
  ])('of %p is %p', (name, nearest) => {
    expect(nearestName(name, ['mode', 'redis.addr', 'redis.db', 'redis.password'])).toBe(nearest);
  });
});
