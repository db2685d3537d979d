import { fuzzCodecs } from '../../fuzz/lua/codecs/codec-fuzzer';

/** A slice of the campaign `npm run campaign -- codecs`, with a fresh seed each time; set FUZZ_SEED to repeat one. */
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const CASES = Number(process.env['FUZZ_CASES'] ?? 1500);

it(`cjson, cmsgpack, struct and bit give the same results as on Redis (FUZZ_SEED=${String(seed)})`, async () => {
  const report = await fuzzCodecs({ seed, size: CASES });
  expect(report.cases).toBe(CASES);
}, 600_000);
