import { ORACLE } from '../support/oracle';
import type { Campaign } from './campaign';
import { campaign as suite } from './redis-suite';

/** The same with the test suite of Redis 8.0.2. */
export const campaign: Campaign = {
  ...suite,
  name: 'redis-suite-8',
  run(options) {
    if (ORACLE !== '8.0') throw new Error('REDIS_VERSION=8.0 is not set: scripts/campaign.mjs does that');
    return suite.run(options);
  },
};
