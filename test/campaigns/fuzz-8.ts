import { fuzz } from '../fuzz/fuzzer';
import { GROUPS_8 } from '../fuzz/groups';
import { ORACLE } from '../support/oracle';
import type { Campaign } from './campaign';

/** Random command sequences against a redis-server 8.0.2, deadlines of fields among them. */
export const campaign: Campaign = {
  name: 'fuzz-8',
  unit: 'commands',
  defaultSize: 200_000,
  run: ({ seed, size }) => {
    if (ORACLE !== '8.0') throw new Error('REDIS_VERSION=8.0 is not set: scripts/campaign.mjs does that');
    return fuzz({ groups: GROUPS_8, commands: size, seed }).then((report) => ({ ...report }));
  },
};
