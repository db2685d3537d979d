import { runDamage } from '../durability/damage';
import { temporaryPath } from '../support/temporary-path';
import type { Campaign } from './campaign';

/** Damaged data files of every kind: all the data or a quarantine, and what is written afterwards comes back. */
export const campaign: Campaign = {
  name: 'damage',
  unit: 'damaged files',
  defaultSize: 3_000,
  async run({ seed, size }) {
    // Left behind when it fails: the damaged file is the evidence.
    const { kinds, ...counts } = await runDamage(await temporaryPath(), size, seed);
    return { ...counts, kinds: Object.fromEntries(kinds) };
  },
};
