import { feedRandomBytes } from '../../fuzz/bytes';

/** A slice of the campaign `npm run campaign -- bytes`. */
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

it(`random and damaged requests never break the engine (FUZZ_SEED=${String(seed)})`, async () => {
  const report = await feedRandomBytes({ seed, inputs: 20_000 });
  expect(report.internalErrors).toEqual([]);
  expect(report.sessionsLeft).toBe(0);
  expect(report.replies).toBeGreaterThan(1000);
}, 120_000);
