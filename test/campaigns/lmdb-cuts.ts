import { cutSnapshots } from '../durability/lmdb-cuts';
import { removeTemporaryPaths, temporaryPath } from '../support/temporary-path';
import type { Campaign } from './campaign';

/** Cuts the power while LMDB writes snapshots, by strace's record of it. */
export const campaign: Campaign = {
  name: 'lmdb-cuts',
  unit: 'states of a data directory',
  defaultSize: 1_000,
  async run({ seed, size }) {
    try {
      return { ...(await cutSnapshots(await temporaryPath(), size, seed)), failures: [] };
    } finally {
      await removeTemporaryPaths();
    }
  },
};
