import { cutPower } from '../../../../fuzz/journal/power-cuts';
import { slice } from '../../../../support/slice';

/** A slice of the campaign `npm run campaign -- power-cuts`. */
const { size, seed } = slice({ short: 1500, long: 10_000, from: 'POWER_CUTS' });

it.each(['always', 'everysec'] as const)(
  `no power cut loses what was acknowledged, or leaves what never was: %s (FUZZ_SEED=${String(seed)})`,
  (durability) => {
    const report = cutPower({ states: size, seed, durability });
    expect(report.states).toBe(size);
    // The states are worth something: some are cut short, torn, and of several files.
    for (const count of [report.shorter, report.tornEnds, report.severalFiles, report.afterFailures])
      expect(count).toBeGreaterThan(size / 50);
  },
);
