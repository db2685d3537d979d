import { isIntact } from '../../rdb/footer';
import { functionsPayload, readFunctionsPayload } from '../../rdb/functions-payload';
import { RdbFormatError } from '../../rdb/rdb-primitives';
import { ErrorReply, MapReply, OK, type Reply, SetReply, Status } from '../../protocol/reply';
import type { FunctionLibrary, RestorePolicy } from '../../scripting/function-libraries';
import { SCRIPT_FLAG_NAMES } from '../../scripting/shebang';
import { matchGlob } from '../../values/glob';
import { defineContainer } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, printable, wrongSubcommandArguments } from '../../command/errors';

const SHARED = { group: 'scripting', since: '7.0.0' } as const;
const EVERYWHERE = ['request_policy:all_shards', 'response_policy:all_succeeded'];

/** There is to be so much room for a library beside its code. */
const LIBRARY_BYTES = 1_048_576;

const load = defineCommand({
  ...SHARED,
  name: 'load',
  arity: -3,
  flags: ['write', 'denyoom', 'noscript'],
  summary: 'Makes a library of functions known.',
  complexity: 'That of what the library does when it is loaded',
  hints: EVERYWHERE,
  syntax: '[REPLACE] function-code',
  alwaysEffective: true,
  run(context, [, ...args]) {
    const options = args.slice(0, -1);
    for (const option of options) {
      if (option.toLowerCase() !== 'replace') throw error(`Unknown option given: ${printable(option)}`);
    }
    // What a library keeps in its variables, nobody has counted.
    context.reserve(LIBRARY_BYTES);
    return context.engine.libraries.load(args.at(-1) ?? '', options.length > 0);
  },
});

function describe(library: FunctionLibrary, withCode: boolean): Reply {
  const functions = [...library.loaded.functions].map(
    ([name, { description, flags }]) =>
      new MapReply([
        'name',
        name,
        'description',
        description ?? null,
        'flags',
        new SetReply(SCRIPT_FLAG_NAMES.filter((flag) => flags.has(flag)).map((flag) => new Status(flag))),
      ]),
  );
  const code = withCode ? ['library_code', library.source] : [];
  return new MapReply(['library_name', library.name, 'engine', 'LUA', 'functions', functions, ...code]);
}

const list = defineCommand({
  ...SHARED,
  name: 'list',
  arity: -2,
  flags: ['noscript'],
  summary: 'Describes the libraries.',
  complexity: 'O(N) in the number of functions',
  hints: ['nondeterministic_output_order'],
  syntax: '[LIBRARYNAME library-name-pattern] [WITHCODE]',
  run({ engine }, [, ...options]) {
    let pattern: string | undefined;
    let withCode = false;
    for (let i = 0; i < options.length; i++) {
      const option = options[i] ?? '';
      if (!withCode && option.toLowerCase() === 'withcode') withCode = true;
      else if (pattern === undefined && option.toLowerCase() === 'libraryname') {
        pattern = options[++i];
        if (pattern === undefined) throw error('library name argument was not given');
      } else throw error(`Unknown argument ${printable(option)}`);
    }
    const libraries = [...engine.libraries.all()];
    return libraries
      .filter(({ name }) => pattern === undefined || matchGlob(pattern, name, true))
      .map((library) => describe(library, withCode));
  },
});

const remove = defineCommand({
  ...SHARED,
  name: 'delete',
  arity: 3,
  flags: ['write', 'noscript'],
  summary: 'Forgets a library.',
  complexity: 'O(1)',
  hints: EVERYWHERE,
  syntax: 'library-name',
  alwaysEffective: true,
  run({ engine }, [, name]) {
    engine.libraries.delete(name);
    return OK;
  },
});

const flush = defineCommand({
  ...SHARED,
  name: 'flush',
  arity: -2,
  flags: ['write', 'noscript'],
  summary: 'Forgets all libraries.',
  complexity: 'O(N) in the number of functions',
  hints: EVERYWHERE,
  syntax: '[ASYNC | SYNC]',
  alwaysEffective: true,
  run({ engine }, [name, mode, extra]) {
    if (extra !== undefined) throw wrongSubcommandArguments('function', name);
    if (mode !== undefined && !['sync', 'async'].includes(mode.toLowerCase()))
      throw error('FUNCTION FLUSH only supports SYNC|ASYNC option');
    engine.libraries.flush();
    return OK;
  },
});

const stats = defineCommand({
  ...SHARED,
  name: 'stats',
  arity: 2,
  flags: ['noscript', 'allow_busy'],
  summary: 'Tells what is running, and how many libraries and functions there are.',
  complexity: 'O(1)',
  hints: ['nondeterministic_output', 'request_policy:all_shards', 'response_policy:special'],
  run({ engine }) {
    const { libraries } = engine;
    const counts = new MapReply([
      'libraries_count',
      [...libraries.all()].length,
      'functions_count',
      libraries.functionCount,
    ]);
    // A function has ended before anyone can ask.
    return new MapReply(['running_script', null, 'engines', new MapReply(['LUA', counts])]);
  },
});

const kill = defineCommand({
  ...SHARED,
  name: 'kill',
  arity: 2,
  flags: ['noscript', 'allow_busy'],
  summary: 'Would end a running function; here a function has ended before anyone can ask.',
  complexity: 'O(1)',
  hints: ['request_policy:all_shards', 'response_policy:one_succeeded'],
  run() {
    throw new ErrorReply('NOTBUSY No scripts in execution right now.');
  },
});

const dump = defineCommand({
  ...SHARED,
  name: 'dump',
  arity: 2,
  flags: ['noscript'],
  summary: 'Answers all libraries in a form that FUNCTION RESTORE takes.',
  complexity: 'O(N) in the length of the libraries',
  run({ engine }) {
    return functionsPayload(engine.libraries.sources(), engine.version);
  },
});

const WRONG_PAYLOAD = error('DUMP payload version or checksum are wrong');

const isPolicy = (text: string): text is RestorePolicy => ['flush', 'append', 'replace'].includes(text);

const restore = defineCommand({
  ...SHARED,
  name: 'restore',
  arity: -3,
  flags: ['write', 'denyoom', 'noscript'],
  summary: 'Takes in the libraries of a dump, all or none.',
  complexity: 'O(N) in the number of functions',
  hints: EVERYWHERE,
  syntax: 'serialized-value [FLUSH | APPEND | REPLACE]',
  alwaysEffective: true,
  run({ engine }, [name, payload, given = 'append', extra]) {
    if (extra !== undefined) throw wrongSubcommandArguments('function', name);
    const policy = given.toLowerCase();
    if (!isPolicy(policy)) throw error('Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.');
    const bytes = Buffer.from(payload, 'latin1');
    if (!isIntact(bytes, engine.version, engine.switches.skipsChecksums)) throw WRONG_PAYLOAD;
    engine.libraries.restore(librariesOf(bytes), policy);
    return OK;
  },
});

function librariesOf(payload: Buffer): readonly string[] {
  try {
    const sources = readFunctionsPayload(payload);
    if (sources !== undefined) return sources;
  } catch (failure) {
    if (!(failure instanceof RdbFormatError)) throw failure;
    throw error('failed loading the given functions payload');
  }
  throw error('given type is not a function');
}

export const functionContainer = defineContainer({
  name: 'function',
  arity: -2,
  flags: [],
  group: 'scripting',
  since: '7.0.0',
  summary: 'Commands about libraries of functions.',
  subcommands: [remove, dump, flush, kill, list, load, restore, stats],
});
