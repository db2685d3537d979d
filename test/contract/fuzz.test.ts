import { fuzz } from '../fuzz/fuzzer';
import { ALL_GROUPS } from '../fuzz/groups';
import { fuzzPubSub } from '../fuzz/pubsub-fuzzer';

/** A slice of the campaign `npm run campaign -- fuzz`, with a fresh seed each time; set FUZZ_SEED to repeat one. */
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
/** Comma-separated group names, to narrow a hunt; default all. */
const ONLY = process.env['FUZZ_GROUPS']?.split(',');
const COMMANDS = Number(process.env['FUZZ_COMMANDS'] ?? 4000);

it(`random sequences get the same answers as from Redis (FUZZ_SEED=${String(seed)})`, async () => {
  const report = await fuzz({
    groups: ALL_GROUPS.filter((group) => ONLY === undefined || ONLY.includes(group.name)),
    commands: COMMANDS,
    seed,
  });
  expect(report.commands).toBeGreaterThanOrEqual(COMMANDS);
}, 120_000);

it(`three clients that publish and subscribe receive what Redis sends (FUZZ_SEED=${String(seed)})`, async () => {
  const report = await fuzzPubSub({ commands: COMMANDS / 4, seed });
  expect(report.messages['message']).toBeGreaterThan(0);
}, 120_000);
