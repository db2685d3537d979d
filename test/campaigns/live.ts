import { runLive } from '../live/live-rounds';
import type { Campaign } from './campaign';

/** Live moves under load, both ways, with kills before them; nothing is lost, and writers wait for less than 200 ms (p99). */
export const campaign: Campaign = {
  name: 'live',
  unit: 'moves',
  defaultSize: 20,
  async run({ seed, size }) {
    const figures = await runLive(seed, size, 50_000);
    const { pauseP99 } = figures;
    return { ...figures, failures: pauseP99 < 200 ? [] : [`p99 of the pause is ${String(pauseP99)} ms`] };
  },
};
