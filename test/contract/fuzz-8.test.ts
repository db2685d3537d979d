import { fuzz } from '../fuzz/fuzzer';
import { GROUPS_8 } from '../fuzz/groups';
import { ORACLE } from '../support/oracle';
import { slice } from '../support/slice';

/** A slice of the campaign `npm run campaign -- fuzz-8`. */
const { size, seed } = slice({ short: 1200, long: 8000, from: 'FUZZ_COMMANDS' });
const ONLY = process.env['FUZZ_GROUPS']?.split(',');

// The project `redis8` runs it; there is nothing of 8.0 to compare with a server 7.0.
(ORACLE === '8.0' ? it : it.skip)(
  `random sequences get the same answers as from Redis 8.0.2 (FUZZ_SEED=${String(seed)})`,
  async () => {
    const groups = GROUPS_8.filter((group) => ONLY === undefined || ONLY.includes(group.name));
    const report = await fuzz({ groups, commands: size, seed });
    expect(report.commands).toBeGreaterThanOrEqual(size);
  },
);
