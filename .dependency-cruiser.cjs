/** Who may import whom; the rules of docs/architecture, one by one. `npm run check:imports`. */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** A module's public face is its index.ts. */
const OTHER_MODULES_INSIDES = '^src/modules/(?!$1/)[^/]+/(?!index[.]ts$)';

module.exports = {
  forbidden: [
    forbid(
      'no-circular',
      'A circle cannot be understood one file at a time.',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    forbid('no-utils', 'A folder shows its purpose by its name.', {}, { path: '/utils?(/|[.]ts$)' }),
    forbid(
      'engine-is-self-contained',
      'The engine imports node: and its Lua parser only.',
      { path: '^src/engine/' },
      {
        pathNot:
          '^src/engine/|(^|/)node_modules/luaparse|^(node:)?(v8|vm|net|os|fs|tls|path|util|zlib|crypto|events|stream|buffer|process|timers|url|string_decoder|perf_hooks|worker_threads|diagnostics_channel|async_hooks)(/|$)',
      },
    ),
    forbid(
      'engine-values-are-pure',
      'Values know no Redis words.',
      { path: '^src/engine/values/' },
      { path: '^src/engine/(keyspace|commands|execution|session|protocol|scripting|pubsub)/' },
    ),
    forbid(
      'engine-keyspace-below-commands',
      'values <- keyspace <- commands <- execution <- session.',
      { path: '^src/engine/keyspace/' },
      { path: '^src/engine/(commands|execution|session)/' },
    ),
    forbid(
      'engine-commands-below-execution',
      'values <- keyspace <- commands <- execution <- session.',
      { path: '^src/engine/commands/' },
      {
        path: '^src/engine/(execution|session)/',
        pathNot: '^src/engine/execution/block[.]ts$',
        dependencyTypesNot: ['type-only'],
      },
    ),
    forbid(
      'engine-execution-below-session',
      'values <- keyspace <- commands <- execution <- session.',
      { path: '^src/engine/execution/' },
      { path: '^src/engine/session/', dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'protocol-knows-replies-only',
      'RESP is a way to write replies.',
      { path: '^src/engine/protocol/' },
      { path: '^src/engine/', pathNot: '^src/engine/protocol/' },
    ),
    forbid(
      'inversify-in-one-file',
      'Replacing inversify must stay a change in one file.',
      { path: '^src/', pathNot: '^src/container/inversify-container[.]ts$' },
      { path: '(^|/)node_modules/(inversify|reflect-metadata)' },
    ),
    forbid(
      'modules-know-no-engine',
      'Modules talk to Redis through ioredis.',
      { path: '^src/modules/', pathNot: '^src/modules/(cache|snapshot)/' },
      { path: '^src/engine/' },
    ),
    forbid(
      'snapshot-reaches-the-engine-by-its-contract',
      'One interface, packed records, the value encoding.',
      { path: '^src/modules/snapshot/' },
      { path: '^src/engine/', pathNot: '^src/engine/(snapshot-source|record-batch|dump/)' },
    ),
    forbid(
      'cache-contract-knows-no-engine',
      'Only the standalone provider starts an engine.',
      { path: '^src/modules/cache/', pathNot: '^src/modules/cache/standalone/' },
      { path: '^src/engine/', pathNot: '^src/engine/snapshot-source[.]ts$' },
    ),
    forbid(
      'no-module-knows-a-provider',
      'Modules take the contract, never a provider.',
      { path: '^src/modules/(?!cache/)' },
      { path: '^src/modules/cache/(distributed|standalone|mock)/' },
    ),
    forbid(
      'modules-have-a-front-door',
      "Another module's insides are its own.",
      { path: '^src/modules/([^/]+)/' },
      { path: OTHER_MODULES_INSIDES },
    ),
    forbid(
      'stores-share-the-contract-only',
      'What the stores share works on every backend.',
      { path: '^src/store/' },
      { path: '^src/(?!store/|container/|errors/|modules/cache/index[.]ts$)' },
    ),
    forbid(
      'store-has-a-front-door',
      'Modules use what src/store/index.ts offers.',
      { path: '^src/(?!store/)' },
      { path: '^src/store/(?!index[.]ts$)' },
    ),
    forbid(
      'only-the-root-imports-everything',
      'create-app.ts puts things together; nothing below it may.',
      { path: '^src/(config|container|errors|store|modules|engine)/' },
      { path: '^src/(create-app|index)[.]ts$|^src/(cli|testing)/' },
    ),
    forbid(
      'modules-see-config-types-only',
      'Settings arrive by injection.',
      { path: '^src/modules/', pathNot: '^src/modules/cache/' },
      { path: '^src/config/', dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'cli-stays-out-of-the-library',
      'Only the command line needs commander.',
      { path: '^src/(?!cli/)' },
      { path: '(^|/)node_modules/commander|^src/cli/' },
    ),
    forbid(
      'nest-stays-in-its-subpath',
      'Only those who use Nest have it.',
      { path: '^src/(?!nestjs/)' },
      { path: '(^|/)node_modules/@nestjs/|^src/nestjs/' },
    ),
    forbid(
      'no-dev-dependency-at-run-time',
      'What we publish must find what it imports; the build puts inversify and convict into it.',
      { path: '^src/' },
      {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        pathNot: '(^|/)node_modules/(ioredis|ioredis-mock|prom-client|@nestjs/common|@types|inversify|convict)/',
      },
    ),
    forbid('no-orphan-import', 'An import that cannot be resolved.', {}, { couldNotResolve: true }),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['require', 'node', 'default', 'types'] },
  },
};
