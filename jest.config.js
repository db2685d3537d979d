const { availableParallelism } = require('node:os');

/** Everything runs as CommonJS, the format we publish; see docs/decisions/0001-module-format.md. */
const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    {
      jsc: {
        parser: { syntax: 'typescript', decorators: true },
        target: 'es2022',
        transform: { legacyDecorator: true },
      },
      module: { type: 'commonjs' },
    },
  ],
};

const project = (name, extra = {}) => ({
  displayName: name,
  testEnvironment: 'node',
  roots: ['<rootDir>/test', '<rootDir>/src'],
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  transform,
  ...extra,
});

/** The contract and the providers once more, on the other major of our peer dependency; ioredis-mock needs ours. */
const ioredis6 = project('ioredis6', {
  testMatch: [
    '<rootDir>/test/contract/!(fuzz|fuzz-8|known-differences)*.test.ts',
    '<rootDir>/test/contract/modules/**/*.test.ts',
    '<rootDir>/test/unit/modules/cache/**/*.test.ts',
  ],
  moduleNameMapper: { '^ioredis$': 'ioredis6' },
});

/** A slice of the contract once more, compared with a redis-server 8.0.2: `npm test` names it where there is one. */
const redis8 = project('redis8', {
  testMatch: [
    'newer-commands',
    'field-times',
    'fuzz-8',
    'sorted-set',
    'geo',
    'hash',
    'string',
    'sort',
    'bitmap',
    'scripting',
  ].map((name) => `<rootDir>/test/contract/${name}.test.ts`),
  globals: { REDIS_VERSION: '8.0' },
});

module.exports = {
  // Campaigns run for minutes to hours: only when scripts/campaign.mjs asks for one.
  projects: process.env.CAMPAIGN
    ? [project('campaign', { testMatch: ['<rootDir>/test/campaigns/run.campaign.ts'] })]
    : [project('unit'), project('contract'), project('e2e'), ioredis6, redis8],
  collectCoverageFrom: ['src/**/*.ts'],
  coverageThreshold: { global: { lines: 85 } },
  // Tests wait for other processes as much as they compute: one more than there are cores.
  maxWorkers: availableParallelism() + 1,
  // Its only purpose is to end: at load 20 everything takes ten or twenty times as long.
  testTimeout: 600_000,
};
