import { fuzz } from '../fuzz/fuzzer';
import { ALL_GROUPS } from '../fuzz/groups';
import { fuzzPubSub } from '../fuzz/pubsub-fuzzer';
import { ORACLE } from '../support/oracle';
import { slice } from '../support/slice';

/** A slice of the campaign `npm run campaign -- fuzz`. */
const { size, seed } = slice({ short: 1500, long: 8000, from: 'FUZZ_COMMANDS' });
/** Comma-separated group names, to narrow a hunt; default all. */
const ONLY = process.env['FUZZ_GROUPS']?.split(',');

// With 8.0.2 `fuzz-8` compares what that server survives.
(ORACLE === '7.0' ? it : it.skip)(
  `random sequences get the same answers as from Redis (FUZZ_SEED=${String(seed)})`,
  async () => {
    const report = await fuzz({
      groups: ALL_GROUPS.filter((group) => ONLY === undefined || ONLY.includes(group.name)),
      commands: size,
      seed,
    });
    expect(report.commands).toBeGreaterThanOrEqual(size);
  },
);

it(`three clients that publish and subscribe receive what Redis sends (FUZZ_SEED=${String(seed)})`, async () => {
  const report = await fuzzPubSub({ commands: size / 4, seed });
  expect(report.messages['message']).toBeGreaterThan(0);
});
