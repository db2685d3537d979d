import { cutPower } from '../fuzz/journal/power-cuts';
import type { Campaign } from './campaign';

/** Cuts the power while a journal is written: every state a disk may legally be left in has to be restored right. */
export const campaign: Campaign = {
  name: 'power-cuts',
  unit: 'states of each durability',
  defaultSize: 100_000,
  run({ size, seed }) {
    const { always, everysec } = {
      always: cutPower({ states: size, seed, durability: 'always' }),
      everysec: cutPower({ states: size, seed, durability: 'everysec' }),
    };
    return Promise.resolve({ always, everysec, failures: [] });
  },
};
