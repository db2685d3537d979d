import { feedRandomBytes } from '../fuzz/bytes';
import type { Campaign } from './campaign';

/** Random and damaged requests: no crash, no hang, no internal error, nothing left behind. */
export const campaign: Campaign = {
  name: 'bytes',
  unit: 'inputs',
  defaultSize: 1_000_000,
  async run({ seed, size }) {
    const report = await feedRandomBytes({ seed, inputs: size });
    if (report.internalErrors.length > 0 || report.sessionsLeft > 0) {
      throw new Error(
        `seed ${String(seed)}: ${String(report.sessionsLeft)} sessions left; internal errors:\n${report.internalErrors.slice(0, 5).join('\n')}`,
      );
    }
    return { ...report };
  },
};
