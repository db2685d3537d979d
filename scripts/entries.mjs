/** Where the build begins: the one list of entry points. */

/** What `package.json` names: the file in `dist`, and its source. */
export const PUBLISHED = {
  index: 'src/index.ts',
  testing: 'src/testing/index.ts',
  ioredis: 'src/ioredis/entry.ts',
  redis: 'src/redis/entry.ts',
  nestjs: 'src/nestjs/index.ts',
  mcp: 'src/modules/mcp-proxy/index.ts',
  temporal: 'src/modules/temporal/index.ts',
  migration: 'src/migration/index.ts',
  cli: 'src/cli/main.ts',
};

/** What is run elsewhere than in the application, and so has to be one piece each; `program-text.ts` has their texts. */
export const PROGRAMS = {
  worker: 'src/modules/snapshot/store/worker.ts',
  reader: 'src/modules/snapshot/store/reader.ts',
  'journal-worker': 'src/modules/snapshot/journal/journal-worker.ts',
};
export const PROGRAM_TEXT = 'src/modules/snapshot/store/program-text.ts';

/** Not in the package: what our tests and benches use besides. */
export const INTERNAL = { 'internal/parts': 'scripts/internal.ts' };

/** What this needs at once is in one file of its own, `engine.js`. */
export const ENGINE = 'src/engine/index.ts';

/** The engine's rooms whose modules it can do without at first, the lower ones first: files of their own, `engine-values.js`. */
export const ROOMS = ['values', 'rdb'];

/** What moves data, who follows it, and the command line: parts share it that nobody loads who only runs an engine, or keeps its data. */
export const MOVING = [
  'src/cli',
  'src/migration',
  'src/modules/migration',
  'src/modules/snapshot/control',
  'src/modules/snapshot/feed',
];

/**
 * Modules that are put together when they are loaded: of each, where its names are (a file beside it, or the package it stands
 * in the place of), and its further ones.
 */
export const DROP_INS = {
  ioredis: { like: './ioredis-index.js', names: ['createClient'] },
  redis: {
    like: 'redis',
    names: [
      ...['createClient', 'createClientPool', 'createCluster', 'createSentinel'], // in the place of its own
      ...['closeEngines', 'createEngine', 'engineOf', 'flushEngines'],
    ],
  },
};

/** Packages that are put into our files; all others are found when we run. */
export const BUNDLED = ['inversify', '@inversifyjs/', 'reflect-metadata', '@oxc-project/runtime', 'convict'];

/**
 * What stands in for packages of these: convict reads the program's own arguments, which none of our settings asks for, and
 * copies schemas and values, which are lists and plain objects.
 */
export const STAND_INS = {
  'yargs-parser': 'module.exports = () => ({});',
  'lodash.clonedeep': `
    const copy = (value) => {
      if (Array.isArray(value)) return value.map(copy);
      if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value;
      return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copy(member)]));
    };
    module.exports = copy;`,
};
