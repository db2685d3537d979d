import { feedRandomBytes } from '../../fuzz/bytes';
import { slice } from '../../support/slice';

/** A slice of the campaign `npm run campaign -- bytes`. */
const { size, seed } = slice({ short: 8_000, long: 200_000 });

it(`random and damaged requests never break the engine (FUZZ_SEED=${String(seed)})`, async () => {
  const report = await feedRandomBytes({ seed, inputs: size });
  expect(report.internalErrors).toEqual([]);
  expect(report.sessionsLeft).toBe(0);
  expect(report.replies).toBeGreaterThan(1000);
});
