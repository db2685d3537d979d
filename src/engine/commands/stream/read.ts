import { Block } from '../../command/answers';
import type { CommandContext } from '../../execution/command-context';
import { typeOf } from '../../keyspace/entry';
import { MapReply, NULL_ARRAY, type Reply } from '../../protocol/reply';
import type { StreamView } from '../../values/stream';
import { compareIds, formatId, HIGHEST_ID, idAfter, idBefore, LOWEST_ID, type StreamId } from '../../values/stream-id';
import { isOption } from '../../command/arguments';
import { defineCommand } from '../define-command';
import { holds } from '../waiting-pops';
import { error } from '../../command/errors';
import { STREAM } from './kind';
import { strictId } from './ids';
import { keysOfRead, parseReadOptions, streamKeys, type ReadOptions } from './read-options';
import { entriesBetween, entryReply } from './replies';

const NEW_ENTRIES_ONLY_IN_GROUPS = error(
  'The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.',
);

/** A stream that may have been replaced by something else meanwhile. */
export function streamOrNothing(context: CommandContext, key: string): StreamView | undefined {
  const entry = context.lookup(key);
  return entry !== undefined && typeOf(entry.value) === 'stream' ? context.peek(key, STREAM) : undefined;
}

/** What a stream answers, beside its name. */
export type NamedEntries = readonly [key: string, entries: readonly Reply[]];

/** Streams with their entries: a map in RESP3, pairs before. */
export function streamsReply(context: CommandContext, found: readonly NamedEntries[]): Reply {
  return context.resp === 2 ? found : new MapReply(found.flat());
}

/** The entries after an id, undefined when the stream has none so far. */
function entriesAfter(context: CommandContext, stream: StreamView, id: StreamId, count: number): Reply[] | undefined {
  const last = stream.last();
  if (last === undefined || compareIds(last, id) <= 0) return undefined;
  return entriesBetween(context, stream, idAfter(id) ?? HIGHEST_ID, HIGHEST_ID, count).map(entryReply);
}

/** The id after which the last entry alone is read. */
function beforeLast(stream: StreamView): StreamId {
  return idBefore(stream.last() ?? LOWEST_ID) ?? LOWEST_ID;
}

/** After which id each stream is read; `$` is where it stands now. */
function startingPoints(context: CommandContext, { keys, ids }: ReadOptions): StreamId[] {
  return keys.map((key, i) => {
    const stream = context.read(key, STREAM);
    const text = ids[i] ?? '';
    if (isOption(text, '+') && context.engine.version >= '7.4')
      return stream === undefined ? LOWEST_ID : beforeLast(stream);
    if (isOption(text, '$')) return stream?.lastId ?? LOWEST_ID;
    if (isOption(text, '>')) throw NEW_ENTRIES_ONLY_IN_GROUPS;
    return strictId(text);
  });
}

/** Answers what came after the points, or waits for it. */
function readOrWait(context: CommandContext, options: ReadOptions, points: readonly StreamId[]): Reply | Block {
  const found: NamedEntries[] = [];
  for (const [i, key] of options.keys.entries()) {
    const stream = context.read(key, STREAM);
    const entries = stream && entriesAfter(context, stream, points[i] ?? LOWEST_ID, options.count);
    if (entries !== undefined) found.push([key, entries]);
  }
  if (found.length > 0) return streamsReply(context, found);
  if (options.timeout === undefined) return NULL_ARRAY;
  return context.engine.version < '7.2'
    ? waitForOne(context, options, points)
    : waitToRunAgain(context, options, points);
}

/** Since 7.2 it runs again as a whole once one of its keys is ready; `$` stays where the stream stood. */
function waitToRunAgain(context: CommandContext, options: ReadOptions, points: readonly StreamId[]): Block {
  const ids = options.ids.map((id, i) => (isOption(id, '$') ? formatId(points[i] ?? LOWEST_ID) : id));
  const again = { ...options, ids };
  return new Block(options.keys, options.timeout ?? 0, NULL_ARRAY, (key) =>
    holds(context, key, STREAM) ? readOrWait(context, again, startingPoints(context, again)) : undefined,
  );
}

/** Before, a stream that became ready answered with what came after the point of the first mention of its name. */
function waitForOne(
  context: CommandContext,
  { keys, blockedCount, timeout = 0 }: ReadOptions,
  points: readonly StreamId[],
): Block {
  return new Block(keys, timeout, NULL_ARRAY, (key) => {
    const stream = streamOrNothing(context, key);
    const point = points[keys.indexOf(key)] ?? LOWEST_ID;
    if (stream === undefined || compareIds(stream.lastId, point) <= 0) return undefined;
    return streamsReply(context, [[key, entriesAfter(context, stream, point, blockedCount) ?? []]]);
  });
}

export const xread = defineCommand({
  name: 'xread',
  needsConnection: true,
  arity: -4,
  flags: ['readonly', 'blocking'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Answers what came after an id in one or several streams, waiting for it if asked to.',
  complexity: 'O(log(N)+M) per stream, M being the number of entries answered',
  keys: [
    {
      notes:
        'Incomplete because a stream key named STREAMS (or options before it) can shift the STREAMS keyword; fall back to xreadGetKeys',
      flags: 'RO ACCESS INCOMPLETE',
      begin: { keyword: 'STREAMS', startFrom: 1 },
      find: { lastKey: -1, step: 1, limit: 2 },
    },
  ],
  movableKeys: keysOfRead,
  before: { '8.0': { keys: streamKeys(1) } },
  syntax: '[COUNT count] [BLOCK milliseconds] STREAMS key [key ...] id [id ...]',
  run(context, args) {
    const options = parseReadOptions(context, args, 'xread');
    return readOrWait(context, options, startingPoints(context, options));
  },
});
