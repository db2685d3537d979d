import { fuzzLua } from '../../fuzz/lua/lua-fuzzer';
import { slice } from '../../support/slice';

/** A slice of the campaign `npm run campaign -- lua`. */
const { size, seed } = slice({ short: 60, long: 1500, from: 'FUZZ_PROGRAMS' });

it(`random Lua programs give the same results as on Redis (FUZZ_SEED=${String(seed)})`, async () => {
  const report = await fuzzLua({ seed, size });
  expect(report.programs).toBe(size);
});
