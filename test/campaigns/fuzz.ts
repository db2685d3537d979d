import { fuzz } from '../fuzz/fuzzer';
import { ALL_GROUPS } from '../fuzz/groups';
import { fuzzPubSub } from '../fuzz/pubsub-fuzzer';
import type { Campaign } from './campaign';

/** This share of the commands goes to clients that publish and subscribe. */
const PUBSUB_SHARE = 0.1;

/** Random command sequences against the real server, on the wire and on the direct path; publishing and subscribing. */
export const campaign: Campaign = {
  name: 'fuzz',
  unit: 'commands',
  defaultSize: 200_000,
  run: async ({ seed, size }) => {
    const pubsub = await fuzzPubSub({ commands: size * PUBSUB_SHARE, seed });
    return { ...(await fuzz({ groups: ALL_GROUPS, commands: size - pubsub.commands, seed })), pubsub };
  },
};
