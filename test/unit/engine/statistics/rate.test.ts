import { Rate } from '../../../../src/engine/statistics/rate';

describe('Rate', () => {
  afterEach(() => jest.restoreAllMocks());

  it('measures growth over 100 ms or more, and begins anew with a counter that was reset', () => {
    let now = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    const rate = new Rate();
    now = 99;
    expect(rate.perSecond(1000)).toBe(0);
    now = 500;
    expect(rate.perSecond(1000)).toBe(2000);
    now = 550;
    expect(rate.perSecond(5000)).toBe(2000);
    now = 1500;
    expect(rate.perSecond(10)).toBe(0);
    now = 2500;
    expect(rate.perSecond(60)).toBe(50);
  });
});
