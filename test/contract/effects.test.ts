import { fuzzEffects } from '../fuzz/effects-fuzzer';
import { slice } from '../support/slice';

/** A slice of the campaign `npm run campaign -- effects`. */
const { size, seed } = slice({ short: 1200, long: 6000, from: 'FUZZ_COMMANDS' });

it(`random commands have the effects that Redis tells its replicas (FUZZ_SEED=${String(seed)})`, async () => {
  const report = await fuzzEffects({ commands: size, seed });
  expect(report.commands).toBeGreaterThanOrEqual(size);
});
