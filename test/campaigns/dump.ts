import { exchangeDumps } from '../fuzz/dump-exchange';
import type { Campaign } from './campaign';

/** Random values of every type and encoding: DUMP here, RESTORE on the real server, and back. */
export const campaign: Campaign = {
  name: 'dump',
  unit: 'values',
  defaultSize: 20_000,
  run: async ({ seed, size }) => ({ ...(await exchangeDumps({ seed, values: size })) }),
};
