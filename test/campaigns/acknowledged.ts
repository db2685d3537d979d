import { killAcknowledging } from '../durability/acknowledged';
import { removeTemporaryPaths, temporaryPath } from '../support/temporary-path';
import type { Campaign } from './campaign';

/** SIGKILL under fifty writers with `durability: always`: no acknowledged write may be missing. */
export const campaign: Campaign = {
  name: 'acknowledged',
  unit: 'kills',
  defaultSize: 300,
  async run({ seed, size }) {
    try {
      return { ...(await killAcknowledging(await temporaryPath(), size, seed)) };
    } finally {
      await removeTemporaryPaths();
    }
  },
};
