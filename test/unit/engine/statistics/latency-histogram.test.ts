import { LatencyHistogram } from '../../../../src/engine/statistics/latency-histogram';

describe('how many calls took no longer than', () => {
  it('is within six percent of the bound', () => {
    const histogram = new LatencyHistogram();
    for (let microseconds = 1; microseconds <= 10_000; microseconds++) histogram.record(microseconds);
    for (const bound of [10, 50, 100, 500, 1000, 5000]) {
      expect(histogram.countUpTo(bound)).toBeGreaterThan(bound * 0.94 - 1);
      expect(histogram.countUpTo(bound)).toBeLessThanOrEqual(bound);
    }
  });

  it('knows calls of many seconds from short ones', () => {
    const histogram = new LatencyHistogram();
    histogram.record(3_000_000);
    expect([histogram.calls, histogram.countUpTo(500_000)]).toEqual([1, 0]);
    expect(histogram.percentile(50)).toBeGreaterThan(900_000);
  });
});
