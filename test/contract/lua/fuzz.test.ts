import { fuzzLua } from '../../fuzz/lua/lua-fuzzer';

/** A slice of the campaign `npm run campaign -- lua`, with a fresh seed each time; set FUZZ_SEED to repeat one. */
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const PROGRAMS = Number(process.env['FUZZ_PROGRAMS'] ?? 150);

it(`random Lua programs give the same results as on Redis (FUZZ_SEED=${String(seed)})`, async () => {
  const report = await fuzzLua({ seed, size: PROGRAMS });
  expect(report.programs).toBe(PROGRAMS);
}, 600_000);
