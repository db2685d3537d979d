import { MapReply, type Reply } from '../../../protocol/reply';
import { matchGlob } from '../../../values/glob';
import { namesIn } from '../../../acl/command-names';
import { ACL_CATEGORIES } from '../../../command/acl-categories';
import { defineContainer, type FoundKey } from '../../../command/definition';
import { defineCommand } from '../../define-command';
import { error, SYNTAX_ERROR } from '../../../command/errors';
import { findKeys, mayHaveKeys } from '../../../command/key-positions';
import { type CommandTable, type TableEntry, takes } from '../../../command/table';
import { describeEntry, keyFlags } from './describe';
import { documentEntry } from './docs';

const SHARED = { flags: ['loading', 'stale'], group: 'server', categories: ['@connection'] } as const;
const UNORDERED = ['nondeterministic_output_order'];

const bare = defineCommand({
  ...SHARED,
  name: 'command',
  arity: -1,
  since: '2.8.13',
  summary: 'Describes all commands.',
  complexity: 'O(N) in the number of commands',
  hints: UNORDERED,
  run: ({ engine }) => engine.commands.entries().map(describeEntry),
});

const count = defineCommand({
  ...SHARED,
  name: 'count',
  arity: 2,
  since: '2.8.13',
  summary: 'Answers how many commands there are.',
  complexity: 'O(1)',
  run: ({ engine }) => engine.commands.entries().length,
});

const info = defineCommand({
  ...SHARED,
  name: 'info',
  arity: -2,
  since: '2.8.13',
  summary: 'Describes commands: arity, flags, keys, ACL categories.',
  complexity: 'O(N) in the number of commands asked for',
  hints: UNORDERED,
  syntax: '[command-name [command-name ...]]',
  run({ engine }, [, ...names]): Reply {
    if (names.length === 0) return engine.commands.entries().map(describeEntry);
    return names.map((name) => {
      const entry = engine.commands.find(name);
      return entry === undefined ? null : describeEntry(entry);
    });
  },
});

const docs = defineCommand({
  ...SHARED,
  name: 'docs',
  arity: -2,
  since: '7.0.0',
  summary: 'Documents commands: summary, arguments, complexity.',
  complexity: 'O(N) in the number of commands asked for',
  hints: UNORDERED,
  syntax: '[command-name [command-name ...]]',
  run({ engine }, [, ...names]) {
    const entries =
      names.length === 0 ? engine.commands.entries() : names.flatMap((name) => engine.commands.find(name) ?? []);
    return new MapReply(entries.flatMap((entry) => [nameOf(entry), documentEntry(entry, engine.version)]));
  },
});

const nameOf = (entry: TableEntry) => ('container' in entry ? entry.container.name : entry.fullName);

const list = defineCommand({
  ...SHARED,
  name: 'list',
  arity: -2,
  since: '7.0.0',
  summary: 'Lists the names of commands, all or those a filter lets through.',
  complexity: 'O(N) in the number of commands',
  hints: UNORDERED,
  syntax: '[FILTERBY <MODULE module-name | ACLCAT category | PATTERN pattern>]',
  run({ engine }, [, ...filter]) {
    if (filter.length === 0) return [...everyName(engine.commands)];
    const [filterBy = '', kind = '', argument = ''] = filter;
    if (filter.length !== 3 || filterBy.toLowerCase() !== 'filterby') throw SYNTAX_ERROR;
    switch (kind.toLowerCase()) {
      case 'module':
        return [];
      case 'aclcat':
        return namesInCategory(engine.commands, argument.toLowerCase());
      case 'pattern':
        return [...everyName(engine.commands)].filter((name) => matchGlob(argument, name, true));
      default:
        throw SYNTAX_ERROR;
    }
  },
});

function* everyName(commands: CommandTable): Generator<string> {
  for (const entry of commands.entries()) {
    yield nameOf(entry);
    if ('container' in entry) for (const { fullName } of entry.subcommands.values()) yield fullName;
  }
}

function namesInCategory(commands: CommandTable, wanted: string): readonly string[] {
  const known = ACL_CATEGORIES.find((category) => category === wanted);
  return known === undefined ? [] : namesIn(commands, known);
}

/** The command a full command line names, and its keys. @throws when it has none, or the line makes no sense */
function keysOf(commands: CommandTable, line: readonly string[]): readonly FoundKey[] {
  const [name = '', ...args] = line;
  const record = commands.locate(name, args);
  if (typeof record === 'string') throw error('Invalid command specified');
  const { definition } = record;
  if (!mayHaveKeys(definition)) throw error('The command has no key arguments');
  if (!takes(record, args.length)) throw error('Invalid number of arguments specified for command');
  const found = findKeys(definition, args);
  if (found !== undefined) return found;
  if (definition.flags.includes('no_mandatory_keys')) return [];
  throw error('Invalid arguments specified for command');
}

const getkeys = defineCommand({
  ...SHARED,
  name: 'getkeys',
  arity: -3,
  before: { '7.2': { arity: -4 } },
  since: '2.8.13',
  summary: 'Answers the keys a command line would use.',
  complexity: 'O(N) in the number of arguments',
  syntax: 'command [arg [arg ...]]',
  run: ({ engine }, [, ...line]) => keysOf(engine.commands, line).map(({ position }) => line[position] ?? ''),
});

const getkeysandflags = defineCommand({
  ...SHARED,
  name: 'getkeysandflags',
  arity: -3,
  before: { '7.2': { arity: -4 } },
  since: '7.0.0',
  summary: 'Answers the keys a command line would use, and how it would use them.',
  complexity: 'O(N) in the number of arguments',
  syntax: 'command [arg [arg ...]]',
  run: ({ engine }, [, ...line]) =>
    keysOf(engine.commands, line).map(({ position, flags }) => [line[position] ?? '', keyFlags(flags)]),
});

export const command = defineContainer({
  ...SHARED,
  name: 'command',
  arity: -1,
  since: '2.8.13',
  summary: 'Describes commands.',
  hints: UNORDERED,
  bare,
  subcommands: [count, docs, getkeys, getkeysandflags, info, list],
});
