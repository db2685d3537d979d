import { killAtEachCall } from '../durability/kill-calls';
import { removeTemporaryPaths, temporaryPath } from '../support/temporary-path';
import type { Campaign } from './campaign';

/** SIGKILL after every single call to the system, by strace's record of them, and again after each start on what is left. */
export const campaign: Campaign = {
  name: 'kill-calls',
  unit: 'rounds through all calls',
  defaultSize: 1,
  async run({ size }) {
    let [calls, starts] = [0, 0];
    try {
      for (let round = 0; round < size; round++) {
        const report = await killAtEachCall(await temporaryPath());
        calls += report.calls;
        starts += report.starts;
      }
      return { calls, starts };
    } finally {
      await removeTemporaryPaths();
    }
  },
};
