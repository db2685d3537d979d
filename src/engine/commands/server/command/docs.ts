import { MapReply, SetReply, Status, type Reply } from '../../../protocol/reply';
import type { CommandMetadata } from '../../../command/definition';
import type { TableEntry } from '../../../command/table';
import { parseSyntax, type Argument } from './syntax';

/** A command's documentation as COMMAND DOCS shows it. */
export function documentEntry(entry: TableEntry): Reply {
  if (!('container' in entry)) return document(entry.definition, []);
  const subcommands = [...entry.subcommands.values()].flatMap(({ definition, fullName }) => [
    fullName,
    document(definition, []),
  ]);
  return document(entry.container, subcommands);
}

function document(command: CommandMetadata, subcommands: readonly Reply[]): Reply {
  const { summary, since, group, complexity, syntax, deprecated } = command;
  const entries: Reply[] = ['summary', summary, 'since', since, 'group', group];
  if (complexity !== undefined) entries.push('complexity', complexity);
  if (deprecated !== undefined) {
    entries.push(
      'doc_flags',
      new SetReply([new Status('deprecated')]),
      'deprecated_since',
      deprecated.since,
      'replaced_by',
      deprecated.replacedBy,
    );
  }
  if (syntax !== undefined)
    entries.push(
      'arguments',
      parseSyntax(syntax).map((argument) => describe(argument, command)),
    );
  if (subcommands.length > 0) entries.push('subcommands', new MapReply(subcommands));
  return new MapReply(entries);
}

function describe(argument: Argument, command: CommandMetadata): Reply {
  const { name, type, token, parts } = argument;
  const valueType = type === 'value' ? typeOfValue(name, command) : type === 'token' ? 'pure-token' : type;
  const entries: Reply[] = ['name', name, 'type', valueType];
  if (valueType === 'key') entries.push('key_spec_index', Math.max(0, keySpecIndex(name, command)));
  if (token !== undefined) entries.push('token', token);
  const flags = [
    ...(argument.optional === true ? ['optional'] : []),
    ...(argument.multiple === true ? ['multiple'] : []),
    ...(argument.multipleToken === true ? ['multiple_token'] : []),
  ];
  if (flags.length > 0) entries.push('flags', new SetReply(flags.map((flag) => new Status(flag))));
  if (parts !== undefined)
    entries.push(
      'arguments',
      parts.map((part) => describe(part, command)),
    );
  return new MapReply(entries);
}

const KEY_NAMES = [
  'key',
  'source',
  'destination',
  'newkey',
  'key1',
  'key2',
  'sourcekey',
  'destkey',
  'sourcekey1',
  'shardchannel',
];
const INTEGERS =
  /^(?:.*(?:seconds|count|offset|bit|len|timeout|cursor|numkeys|frequency|-id|port|entries|num|threshold)|index|start|stop|end|db|increment|decrement|rank|milliseconds|iteration|protover|destination-db|version|bytes)$/;
const DOUBLES = new Set([
  'score',
  'longitude',
  'latitude',
  'radius',
  'width',
  'height',
  'weight',
  'min',
  'max',
  'double',
  'member1-score',
]);

/** The type names tell what stands there: arguments are named alike in all commands. */
function typeOfValue(name: string, command: CommandMetadata): string {
  if (KEY_NAMES.includes(name) && command.keys !== undefined) return 'key';
  if (name.startsWith('unix-time')) return 'unix-time';
  if (name === 'pattern') return 'pattern';
  if (INTEGERS.test(name)) return 'integer';
  return DOUBLES.has(name) ? 'double' : 'string';
}

/** Sources come before destinations only where the command's keys do. */
function keySpecIndex(name: string, { keys = [] }: CommandMetadata): number {
  if (keys.length < 2) return 0;
  if (name === 'destination' || name === 'destkey') return keys.findIndex(({ flags }) => flags.startsWith('OW'));
  return name === 'newkey' || name === 'key2' ? 1 : keys.findIndex(({ flags }) => !flags.startsWith('OW'));
}
