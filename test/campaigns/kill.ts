import { runKill } from '../durability/kill';
import { removeTemporaryPaths, temporaryPath } from '../support/temporary-path';
import type { Campaign } from './campaign';

/** SIGKILL at random moments while snapshots are written; what is restored is compared with a model. */
export const campaign: Campaign = {
  name: 'kill',
  unit: 'kills',
  defaultSize: 300,
  async run({ seed, size }) {
    try {
      return { ...(await runKill(await temporaryPath(), size, seed)) };
    } finally {
      await removeTemporaryPaths();
    }
  },
};
