import { MapReply, SetReply, Status, type Reply } from '../../../protocol/reply';
import { aclCategories } from '../../../command/acl-categories';
import type { CommandFlag, CommandMetadata, KeySpec } from '../../../command/definition';
import type { TableEntry } from '../../../command/table';

const statuses = (names: readonly string[]) => new SetReply(names.map((name) => new Status(name)));

/** Redis' order of flags; `may_replicate` stays inside. */
const FLAG_ORDER: readonly CommandFlag[] = [
  'write',
  'readonly',
  'denyoom',
  'admin',
  'pubsub',
  'noscript',
  'blocking',
  'loading',
  'stale',
  'skip_monitor',
  'skip_slowlog',
  'asking',
  'fast',
  'no_auth',
  'no_mandatory_keys',
  'no_async_loading',
  'no_multi',
  'movablekeys',
  'allow_busy',
];

/** One command as COMMAND and COMMAND INFO show it. */
export function describeEntry(entry: TableEntry): Reply {
  if (!('container' in entry)) return describe(entry.definition, entry.fullName, []);
  const subcommands = [...entry.subcommands.values()].map(({ definition, fullName }) =>
    describe(definition, fullName, []),
  );
  return describe(entry.container, entry.container.name, subcommands);
}

function describe(command: CommandMetadata, fullName: string, subcommands: readonly Reply[]): Reply {
  const { keys = [] } = command;
  return [
    fullName,
    command.arity,
    statuses(
      FLAG_ORDER.filter((flag) => command.flags.includes(flag) || (flag === 'movablekeys' && keys.some(isMovable))),
    ),
    ...legacyRange(keys),
    statuses(aclCategories(command).map((category) => `@${category}`)),
    new SetReply(command.hints ?? []),
    new SetReply(keys.map(describeKeySpec)),
    subcommands.length === 0 ? new SetReply([]) : subcommands,
  ];
}

const isMovable = ({ begin, find }: KeySpec) =>
  begin === 'unknown' || find === 'unknown' || !('index' in begin) || !('lastKey' in find);

/** First key, last key and step, the way commands described their keys before key specs. */
function legacyRange(keys: readonly KeySpec[]): [number, number, number] {
  let first = 0;
  let last = 0;
  let step = 0;
  for (const { begin, find } of keys) {
    if (begin === 'unknown' || find === 'unknown' || !('index' in begin) || !('lastKey' in find)) continue;
    // Only what follows without a gap can be part of one range.
    if (first !== 0 && begin.index !== last + 1) break;
    if (first === 0) first = begin.index;
    last = find.lastKey >= 0 ? begin.index + find.lastKey : find.lastKey;
    step = find.step;
  }
  return [first, last, step];
}

/** The flags of a key spec as statuses: access in capitals, effects in small letters. */
export function keyFlags(flags: string): Reply {
  return statuses(flags.split(' ').map((flag) => (flag.length === 2 ? flag : flag.toLowerCase())));
}

function describeKeySpec({ notes, flags, begin, find }: KeySpec): Reply {
  return new MapReply([
    ...(notes === undefined ? [] : ['notes', notes]),
    'flags',
    keyFlags(flags),
    'begin_search',
    describeBegin(begin),
    'find_keys',
    describeFind(find),
  ]);
}

const spec = (type: string, entries: readonly Reply[]) => new MapReply(['type', type, 'spec', new MapReply(entries)]);

function describeBegin(begin: KeySpec['begin']): Reply {
  if (begin === 'unknown') return spec('unknown', []);
  if ('index' in begin) return spec('index', ['index', begin.index]);
  return spec('keyword', ['keyword', begin.keyword, 'startfrom', begin.startFrom]);
}

function describeFind(find: KeySpec['find']): Reply {
  if (find === 'unknown') return spec('unknown', []);
  if ('lastKey' in find) return spec('range', ['lastkey', find.lastKey, 'keystep', find.step, 'limit', find.limit]);
  return spec('keynum', ['keynumidx', find.keyNumIndex, 'firstkey', find.firstKey, 'keystep', find.step]);
}
