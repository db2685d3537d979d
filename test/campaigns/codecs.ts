import { fuzzCodecs } from '../fuzz/lua/codecs/codec-fuzzer';
import type { Campaign } from './campaign';

/** Random values and bytes through cjson, cmsgpack, struct and bit, against the real server. */
export const campaign: Campaign = {
  name: 'codecs',
  unit: 'cases',
  defaultSize: 100_000,
  run: async ({ seed, size }) => ({ ...(await fuzzCodecs({ seed, size })) }),
};
