import { fuzz } from '../fuzz/fuzzer';
import { ALL_GROUPS } from '../fuzz/groups';
import type { Campaign } from './campaign';

/** Random command sequences against the real server, on the wire and on the direct path. */
export const campaign: Campaign = {
  name: 'fuzz',
  unit: 'commands',
  defaultSize: 200_000,
  run: async ({ seed, size }) => ({ ...(await fuzz({ groups: ALL_GROUPS, commands: size, seed })) }),
};
