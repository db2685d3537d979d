import { exchangeRdbFiles } from '../fuzz/rdb-exchange';
import type { Campaign } from './campaign';

/** Random datasets: the server's RDB file here, ours there, NDJSON from engine to engine; all of it equal each time. */
export const campaign: Campaign = {
  name: 'rdb',
  unit: 'datasets',
  defaultSize: 2000,
  run: async ({ seed, size }) => ({ ...(await exchangeRdbFiles({ seed, datasets: size })) }),
};
