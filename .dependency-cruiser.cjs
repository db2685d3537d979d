/** Who may import whom; the rules of docs/architecture, one by one. `npm run check:imports`. */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** A module is a folder of src/modules, or of src/modules/stores. */
const MODULE = '(stores/[^/]+|(?!stores/)[^/]+)';
/** A module's public face is its index.ts. */
const OTHER_MODULES_INSIDES = `^src/modules/(?!$1/)${MODULE}/(?!index[.]ts$)`;

/** The engine's floors, the lowest first: rooms are folders, a file alone is a room. A room knows itself and lower floors. */
const FLOORS = [
  ['clock.ts', 'old-generation.ts', 'redis-version.ts', 'buffer.d.ts'],
  ['values', 'protocol', 'statistics'],
  ['keyspace', 'command'],
  ['acl', 'scripting', 'rdb'],
  ['session'],
  ['pubsub', 'cluster', 'config', 'effects'],
  ['replication'],
  ['execution'],
  ['commands'],
  ['engine.ts'],
  ['connection', 'snapshot'],
  ['embedded-engine.ts'],
  ['index.ts'],
];

/** Who may come in by which of the engine's doors, types included; everybody may by index.ts. */
const DOORS = {
  '^src/modules/snapshot/': ['index.ts', 'snapshot', 'rdb'],
  '^src/modules/rest/': ['old-generation.ts'],
  '^src/modules/migration/': ['index.ts', 'rdb', 'values/glob.ts', 'cluster/key-slot.ts', 'protocol/request-parser.ts'],
};

/** A Lua value may be a table of Lua values: the one circle there is. */
const LUA_VALUE_OR_TABLE = '^src/engine/scripting/lua/(values|table)[.]ts$';

const inEngine = (rooms) =>
  `^src/engine/(${rooms.map((room) => (room.endsWith('.ts') ? `${room.replaceAll('.', '[.]')}$` : `${room}/`)).join('|')})`;

/** Of each room: what is not on a lower floor is not for it. What has no floor is for nobody, and has to get one. */
function engineFloors() {
  const roomless = forbid(
    'engine-files-have-a-floor',
    'FLOORS says where each room is.',
    { path: '^src/engine/', pathNot: inEngine(FLOORS.flat()) },
    {},
  );
  const rules = FLOORS.flatMap((rooms, floor) =>
    rooms.map((room) =>
      forbid(
        `engine-floor-${String(floor + 1)}-${room}`,
        'A room knows its own files and lower floors, type imports included.',
        { path: inEngine([room]) },
        { path: '^src/engine/', pathNot: inEngine([room, ...FLOORS.slice(0, floor).flat()]) },
      ),
    ),
  );
  return [roomless, ...rules];
}

function engineDoors() {
  const known = Object.entries(DOORS);
  return [
    forbid(
      'engine-has-a-front-door',
      'What index.ts offers is what others may know of the engine.',
      { path: '^src/(?!engine/)', pathNot: known.map(([who]) => who) },
      { path: '^src/engine/', pathNot: inEngine(['index.ts']) },
    ),
    ...known.map(([who, doors]) =>
      forbid(
        `engine-doors-of-${who.replace('^src/', '').replace(/[/]$/, '')}`,
        'The doors that are open to it.',
        { path: who },
        {
          path: '^src/engine/',
          pathNot: inEngine(doors),
        },
      ),
    ),
  ];
}

module.exports = {
  forbidden: [
    forbid(
      'no-circular',
      'A circle cannot be understood one file at a time, nor one of types: a part that names a type knows the part.',
      {},
      { circular: true, via: { pathNot: LUA_VALUE_OR_TABLE } },
    ),
    forbid('no-utils', 'A folder shows its purpose by its name.', {}, { path: '/utils?(/|[.]ts$)' }),
    forbid(
      'engine-is-self-contained',
      'The engine imports node: only.',
      { path: '^src/engine/' },
      {
        pathNot:
          '^src/engine/|^(node:)?(v8|vm|net|os|fs|tls|path|util|zlib|crypto|events|stream|buffer|process|timers|url|string_decoder|perf_hooks|worker_threads|diagnostics_channel|async_hooks)(/|$)',
      },
    ),
    ...engineFloors(),
    ...engineDoors(),
    forbid(
      'inversify-in-one-file',
      'Replacing inversify must stay a change in one file.',
      { path: '^src/', pathNot: '^src/container/inversify-container[.]ts$' },
      { path: '(^|/)node_modules/(inversify|reflect-metadata)' },
    ),
    forbid(
      'modules-know-no-engine',
      "Modules talk to Redis through ioredis; values in files have the encodings the engine has, and V8's heap is everybody's.",
      {
        path: '^src/modules/',
        pathNot: '^src/modules/(cache/(standalone/|embedded-backend[.]ts$)|snapshot/|migration/|rest/)',
      },
      { path: '^src/engine/' },
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
      { path: `^src/modules/${MODULE}/` },
      { path: OTHER_MODULES_INSIDES },
    ),
    forbid(
      'stores-work-on-every-backend',
      'A store takes the contract of the cache and what all stores share; it knows no other store.',
      { path: '^src/modules/stores/([^/]+)/' },
      {
        path: '^src/(?!modules/stores/($1/|support/index[.]ts$)|modules/cache/index[.]ts$|(container|errors|config)/)',
      },
    ),
    forbid(
      'stores-have-a-front-door',
      'Applications use what the index.ts of a store offers; support is for the stores, and for what is kept as they keep it.',
      { path: '^src/(?!modules/(stores|mcp-proxy)/)' },
      { path: '^src/modules/stores/(support/|[^/]+/(?!index[.]ts$))' },
    ),
    forbid(
      'only-the-root-imports-everything',
      'create-app.ts puts things together; nothing below it may.',
      { path: '^src/(config|container|errors|modules|engine)/' },
      { path: '^src/(create-app|index)[.]ts$|^src/(cli|testing)/' },
    ),
    forbid(
      'modules-see-config-types-only',
      'Settings arrive by injection; which mode they mean is said in one place.',
      { path: '^src/modules/', pathNot: '^src/modules/(cache|mcp-proxy|temporal)/' },
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
        pathNot:
          '(^|/)node_modules/(ioredis|ioredis-mock|redis|prom-client|@nestjs/common|@modelcontextprotocol/(server|client|node)|@temporalio/client|@types|inversify|convict)/',
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

// For scripts/architecture; not enumerable, because dependency-cruiser refuses settings it does not know.
Object.defineProperty(module.exports, 'FLOORS', { value: FLOORS });
