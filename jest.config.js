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

/** The providers once more, and so much of the contract, on other versions of our peer dependency; ioredis-mock needs ours. */
const onIoredis = (name, tests) =>
  project(name, {
    testMatch: [...tests.map((path) => `<rootDir>/test/${path}`), '<rootDir>/test/unit/modules/cache/**/*.test.ts'],
    moduleNameMapper: { '^ioredis$': name },
  });

/** The other major: all of it. */
const ioredis6 = onIoredis('ioredis6', [
  'contract/!(fuzz|fuzz-8|known-differences)*.test.ts',
  'contract/modules/**/*.test.ts',
]);
/** The oldest: what hangs on ioredis' own code. */
const ioredis53 = onIoredis('ioredis53', [
  'contract/{blocking,client,in-process-order,pubsub,scripting,stream,string,transactions}.test.ts',
  'contract/modules/stores/{locks,streaming}.test.ts',
  'e2e/types/oldest-ioredis.rest.ts',
]);

/** Files of the contract, compared with a redis-server 8.0.2. */
const on8 = (name, extra) => project(name, { globals: { REDIS_VERSION: '8.0' }, ...extra });

/** What differs most from 7.0: `npm test` names it where there is such a server. */
const MOST_DIFFERENT = [
  'newer-commands',
  'small-collections',
  'field-times',
  'field-times-moved',
  'fuzz-8',
  'acl',
  'command-info',
  'config',
  'connection',
  'hash',
  'list',
  'pubsub',
  'scripting',
  'server',
  'set',
  'sorted-set',
  'statistics',
  'string',
];
const redis8 = on8('redis8', {
  testMatch: MOST_DIFFERENT.map((file) => `<rootDir>/test/contract/${file}.test.ts`),
});
/**
 * And all that is left: `npm run test:all`. `known-differences` is about ioredis-mock, which knows one version; `modules` has
 * nothing of a version.
 */
const redis8rest = on8('redis8rest', {
  testMatch: ['<rootDir>/test/contract/**/*.test.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    `/contract/(?:modules/|(?:known-differences|${MOST_DIFFERENT.join('|')})\\.)`,
  ],
});

/** The queue that n8n pins, on the ioredis it brings. */
const n8n = project('n8n', {
  testMatch: ['<rootDir>/test/e2e/libraries/bull.test.ts'],
  moduleNameMapper: { '^bull$': 'bull-n8n', '^ioredis$': 'ioredis53' },
});

/** The oldest Nest of the peer range, which a global setup lays out. */
const nestjs10 = project('nestjs10', {
  testMatch: [
    '<rootDir>/test/unit/nestjs/*.test.ts',
    '<rootDir>/test/e2e/libraries/nestjs-microservices.test.ts',
    '<rootDir>/test/e2e/types/oldest-nestjs.rest.ts',
  ],
  globalSetup: '<rootDir>/test/support/nestjs-10/global-setup.js',
  moduleNameMapper: { '^@nestjs/(.*)$': '<rootDir>/node_modules/.cache/nestjs-10/node_modules/@nestjs/$1' },
});

/** Long tests of what changes seldom: `npm run test:all` runs them. */
const rest = project('rest', {
  testMatch: ['<rootDir>/test/**/*.rest.ts'],
  testPathIgnorePatterns: ['/node_modules/', 'oldest-(ioredis|nestjs)', '/agent-host/'],
});

/** examples/agent-host, installed from the packed package: a part of `npm run test:all`. */
const hosts = project('hosts', {
  testMatch: ['<rootDir>/test/e2e/agent-host/*.rest.ts'],
  globalSetup: '<rootDir>/test/support/agent-host/global-setup.js',
});

module.exports = {
  // Campaigns run for minutes to hours: only when scripts/campaign.mjs asks for one.
  projects: process.env.CAMPAIGN
    ? [project('campaign', { testMatch: ['<rootDir>/test/campaigns/run.campaign.ts'] })]
    : [
        project('unit'),
        project('contract'),
        project('e2e'),
        rest,
        n8n,
        nestjs10,
        ioredis6,
        ioredis53,
        redis8,
        redis8rest,
        hosts,
      ],
  collectCoverageFrom: ['src/**/*.ts'],
  coverageThreshold: { global: { lines: 85 } },
  // Tests wait for other processes as much as they compute: one more than there are cores.
  maxWorkers: availableParallelism() + 1,
  // What a file loaded stays in the memory of its worker (Node 20): after a hundred files garbage collections take most of the time.
  workerIdleMemoryLimit: '400MB',
  // Its only purpose is to end: at load 20 everything takes ten or twenty times as long.
  testTimeout: 600_000,
};
