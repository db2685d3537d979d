import { fuzzCodecs } from '../../fuzz/lua/codecs/codec-fuzzer';
import { slice } from '../../support/slice';

/** A slice of the campaign `npm run campaign -- codecs`. */
const { size, seed } = slice({ short: 500, long: 5000, from: 'FUZZ_CASES' });

it(`cjson, cmsgpack, struct and bit give the same results as on Redis (FUZZ_SEED=${String(seed)})`, async () => {
  const report = await fuzzCodecs({ seed, size });
  expect(report.cases).toBe(size);
});
