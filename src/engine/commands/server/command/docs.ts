import { MapReply, SetReply, Status, type Reply } from '../../../protocol/reply';
import type { CommandMetadata, KeySpec } from '../../../command/definition';
import type { TableEntry } from '../../../command/table';
import type { RedisVersion } from '../../../redis-version';
import { parseSyntax, type Argument } from './syntax';

/** What a container costs. */
const BY_SUBCOMMAND = 'Depends on subcommand.';

/** A command's documentation as COMMAND DOCS shows it. */
export function documentEntry(entry: TableEntry, version: RedisVersion): Reply {
  if (!('container' in entry)) return document(entry.definition, version);
  const subcommands = [...entry.subcommands.values()].flatMap(({ definition, fullName }) => [
    fullName,
    document(definition, version),
  ]);
  return document(entry.container, version, subcommands);
}

function document(command: CommandMetadata, version: RedisVersion, subcommands: readonly Reply[] = []): Reply {
  const { summary, since, group, syntax, deprecated, internal } = command;
  const complexity = subcommands.length > 0 && command.complexity === undefined ? BY_SUBCOMMAND : command.complexity;
  const entries: Reply[] = ['summary', summary, 'since', since, 'group', group];
  if (complexity !== undefined) entries.push('complexity', complexity);
  const flags = [...(deprecated === undefined ? [] : ['deprecated']), ...(internal === true ? ['syscmd'] : [])];
  if (flags.length > 0) entries.push('doc_flags', new SetReply(flags.map((flag) => new Status(flag))));
  if (deprecated !== undefined)
    entries.push('deprecated_since', deprecated.since, 'replaced_by', deprecated.replacedBy);
  const keys = new KeySpecs(command.keys ?? []);
  if (syntax !== undefined)
    entries.push(
      'arguments',
      parseSyntax(syntax).map((argument) => describe(argument, { command, version, keys })),
    );
  if (subcommands.length > 0) entries.push('subcommands', new MapReply(subcommands));
  return new MapReply(entries);
}

const TYPED = /^(.*):(double|integer|string|key)$/;

/** What is known of the command that arguments belong to. */
interface Described {
  readonly command: CommandMetadata;
  readonly version: RedisVersion;
  readonly keys: KeySpecs;
}

/** Arguments that are keys stand in the order in which a command says where its keys are. */
class KeySpecs {
  #next = 0;

  constructor(private readonly specs: readonly KeySpec[]) {}

  next(): number {
    return Math.max(0, Math.min(this.#next++, this.specs.length - 1));
  }
}

function describe(argument: Argument, context: Described): Reply {
  const { command, version, keys } = context;
  const { type, token, parts } = argument;
  // `increment:double` says of which type it is.
  const [, name = argument.name, given] = TYPED.exec(argument.name) ?? [];
  const valueType = type === 'value' ? (given ?? typeOfValue(name, command)) : type === 'token' ? 'pure-token' : type;
  const entries: Reply[] = ['name', name, 'type', valueType];
  if (version >= '7.2' && parts === undefined) entries.push('display_text', name);
  if (valueType === 'key') entries.push('key_spec_index', keys.next());
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
      parts.map((part) => describe(part, context)),
    );
  return new MapReply(entries);
}

const KEY_NAMES = ['key', 'source', 'destination', 'newkey', 'key1', 'key2', 'sourcekey', 'destkey', 'sourcekey1'];
const INTEGERS =
  /^(?:.*(?:seconds|count|offset|bits?|len|timeout|cursor|numkeys|numfields|frequency|client-id|port|entries|num|threshold|epoch|slot|limit)|index\d?|start|stop|end|db|increment|decrement|rank|milliseconds|ms|iteration|protover|destination-db|version|bytes|weight|ttl|num-matches|numlocal|numreplicas|entries[-_]?(?:read|added))$/;
const DOUBLES = new Set([
  'score',
  'longitude',
  'latitude',
  'radius',
  'width',
  'height',
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
