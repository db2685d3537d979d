import { fuzzEffects } from '../fuzz/effects-fuzzer';
import type { Campaign } from './campaign';

/** Random commands: their effects against what a real server tells its replicas, and what two followers make of them. */
export const campaign: Campaign = {
  name: 'effects',
  unit: 'commands',
  defaultSize: 200_000,
  async run({ size, seed }) {
    return { ...(await fuzzEffects({ commands: size, seed })), failures: [] };
  },
};
