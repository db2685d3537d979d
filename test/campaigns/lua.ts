import { fuzzLua } from '../fuzz/lua/lua-fuzzer';
import type { Campaign } from './campaign';

/** Random Lua programs against the real server. */
export const campaign: Campaign = {
  name: 'lua',
  unit: 'programs',
  defaultSize: 100_000,
  run: async ({ seed, size }) => ({ ...(await fuzzLua({ seed, size })) }),
};
