import { Block } from '../../command/answers';
import type { CommandContext } from '../../execution/command-context';
import { ErrorReply, NULL_ARRAY, type Reply } from '../../protocol/reply';
import type { StreamValue } from '../../values/stream';
import type { Consumer, ConsumerGroup } from '../../values/stream-group';
import { compareIds, formatId, HIGHEST_ID, idAfter, type StreamId } from '../../values/stream-id';
import { addUint64 } from '../../values/uint64';
import { isOption } from '../../command/arguments';
import { defineCommand } from '../define-command';
import { error } from '../../command/errors';
import { STREAM } from './kind';
import { activeConsumer, noSuchKeyOrGroup, pendingEffect, positionEffect } from './groups';
import { strictId } from './ids';
import { streamOrNothing, streamsReply, type NamedEntries } from './read';
import { keysOfRead, parseReadOptions, streamKeys, type ReadOptions } from './read-options';
import { entriesBetween, entryReply, reserveEntry } from './replies';

const meaningless = (id: '$' | '+') =>
  error(
    `The ${id} ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The ${id} ID would just return an empty result set.`,
  );
const STREAM_GONE = new ErrorReply('UNBLOCKED the stream key no longer exists');
const GROUP_GONE = new ErrorReply('NOGROUP the consumer group this client was blocked on no longer exists');

/** Who reads, from one stream. */
interface GroupReader {
  readonly context: CommandContext;
  readonly key: string;
  readonly stream: StreamValue;
  readonly group: ConsumerGroup;
  readonly consumer: Consumer;
  readonly count: number;
  readonly noAck: boolean;
  readonly now: number;
}

/** From where each stream is read: an id of the consumer's history, or undefined for what is new. @throws NOGROUP */
function startingPoints(
  context: CommandContext,
  { keys, ids }: ReadOptions,
  groupName: string,
): (StreamId | undefined)[] {
  return keys.map((key, i) => {
    if (context.read(key, STREAM)?.group(groupName) === undefined) {
      throw noSuchKeyOrGroup(key, groupName, ' in XREADGROUP with GROUP option');
    }
    const text = ids[i] ?? '';
    if (isOption(text, '$')) throw meaningless('$');
    if (isOption(text, '+') && context.engine.version >= '7.4') throw meaningless('+');
    if (isOption(text, '>')) return undefined;
    const id = strictId(text);
    // Redis marks ">" by the highest id, so that this one means the same.
    return compareIds(id, HIGHEST_ID) === 0 ? undefined : id;
  });
}

/** Whether one entry more is one more of all ever added: since 8.0 a group that jumped before the first entry does not know. */
function countsOn({ context, stream, group }: GroupReader, id: StreamId): boolean {
  if (context.engine.version < '8.0') return !stream.hasDeletedFrom(id);
  const first = stream.first();
  return first !== undefined && compareIds(group.lastId, first) >= 0 && !stream.hasDeletedFrom(group.lastId);
}

/** The group's position after one more entry was delivered. */
function advance(reader: GroupReader, id: StreamId): void {
  const { stream, group } = reader;
  if (compareIds(id, group.lastId) <= 0) return;
  if (group.entriesRead !== undefined && countsOn(reader, id)) group.entriesRead = addUint64(group.entriesRead, 1);
  else if (stream.entriesAdded !== 0) group.entriesRead = stream.entriesUpTo(id);
  group.lastId = { ms: id.ms, seq: id.seq };
}

/** Delivers what no consumer of the group has seen yet. */
function readNew(reader: GroupReader): Reply[] {
  const { context, key, stream, group, consumer, count, noAck, now } = reader;
  const entries = entriesBetween(context, stream, idAfter(group.lastId) ?? HIGHEST_ID, HIGHEST_ID, count).map(
    (entry) => {
      advance(reader, entry);
      if (!noAck) {
        const pending = group.deliver(entry, consumer, now);
        consumer.activeAt = now;
        if (context.tellsEffects) context.effect(pendingEffect(key, group.name, group, pending));
      }
      return entryReply(entry);
    },
  );
  // 7.2 and later tell it with what is pending too.
  const tellsPosition = noAck || context.engine.version >= '7.2';
  if (tellsPosition && entries.length > 0 && context.tellsEffects)
    context.effect(positionEffect(key, group.name, group));
  return entries;
}

/** Delivers again what the consumer has not acknowledged; entries deleted meanwhile come without fields. */
function readHistory({ context, stream, group, consumer, count, now }: GroupReader, after: StreamId): Reply[] {
  const replies: Reply[] = [];
  consumer.pending.visit(idAfter(after) ?? HIGHEST_ID, (pending) => {
    const entry = stream.get(pending);
    if (entry === undefined) return replies.push([formatId(pending), NULL_ARRAY]) < count;
    reserveEntry(context, entry);
    group.redeliver(pending, now, addUint64(pending.deliveries, 1));
    return replies.push(entryReply(entry)) < count;
  });
  return replies;
}

function openReader(
  context: CommandContext,
  key: string,
  groupName: string,
  consumerName: string,
  count: number,
  noAck: boolean,
): GroupReader {
  const stream = context.editSilently(key, STREAM);
  const group = stream.group(groupName);
  if (group === undefined) throw GROUP_GONE;
  if (noAck && group.consumer(consumerName) === undefined)
    context.effect(['XGROUP', 'CREATECONSUMER', key, groupName, consumerName]);
  const consumer = activeConsumer(context, key, group, consumerName);
  return { context, key, stream, group, consumer, count, noAck, now: context.now };
}

/** What a stream has for the consumer now; undefined when there is nothing to answer with. */
function readStream(
  context: CommandContext,
  key: string,
  { group, noAck, count }: ReadOptions,
  point: StreamId | undefined,
): Reply[] | undefined {
  const stream = context.read(key, STREAM);
  const view = stream?.group(group?.name ?? '');
  if (stream === undefined || view === undefined || group === undefined) return undefined;
  const last = stream.last();
  const isAhead = point === undefined && (last === undefined || compareIds(last, view.lastId) <= 0);
  // Before 7.2 a consumer that asks for what is not there leaves no trace, not even itself.
  if (isAhead && context.engine.version < '7.2') return undefined;
  const reader = openReader(context, key, group.name, group.consumer, count, noAck);
  if (isAhead) return undefined;
  return point === undefined ? readNew(reader) : readHistory(reader, point);
}

/** Answers what the streams have for the consumer, or waits for it. */
function readOrWait(context: CommandContext, options: ReadOptions): Reply | Block {
  const points = startingPoints(context, options, options.group?.name ?? '');
  const found: NamedEntries[] = [];
  for (const [i, key] of options.keys.entries()) {
    const entries = readStream(context, key, options, points[i]);
    if (entries !== undefined) found.push([key, entries]);
  }
  if (found.length > 0) return streamsReply(context, found);
  const { keys, timeout } = options;
  if (timeout === undefined) return NULL_ARRAY;
  if (context.engine.version < '7.2') return waitForOne(context, options);
  // Since 7.2 it runs again as a whole, whatever became of one of its keys.
  return new Block(keys, timeout, NULL_ARRAY, () => readOrWait(context, options), true);
}

/** Before, one stream that became ready answered; told when it or the group goes. */
function waitForOne(context: CommandContext, { keys, group, noAck, blockedCount, timeout = 0 }: ReadOptions): Block {
  return new Block(
    keys,
    timeout,
    NULL_ARRAY,
    (key) => {
      const stream = streamOrNothing(context, key);
      const position = stream?.group(group?.name ?? '')?.lastId;
      if (stream === undefined || group === undefined) throw STREAM_GONE;
      if (position === undefined) throw GROUP_GONE;
      if (compareIds(stream.lastId, position) <= 0) return undefined;
      return streamsReply(context, [
        [key, readNew(openReader(context, key, group.name, group.consumer, blockedCount, noAck))],
      ]);
    },
    true,
  );
}

export const xreadgroup = defineCommand({
  name: 'xreadgroup',
  needsConnection: true,
  arity: -7,
  flags: ['write', 'blocking'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Answers what a consumer group has not read yet, or what a consumer has not acknowledged.',
  complexity: 'O(log(N)+M) per stream, M being the number of entries answered',
  keys: [
    {
      notes:
        'Incomplete because a consumer/group named STREAMS (or options before GROUP) can shift the STREAMS keyword; fall back to xreadGetKeys',
      flags: 'RO ACCESS INCOMPLETE',
      begin: { keyword: 'STREAMS', startFrom: 4 },
      find: { lastKey: -1, step: 1, limit: 2 },
    },
  ],
  movableKeys: keysOfRead,
  before: { '8.0': { keys: streamKeys(4) } },
  syntax: 'GROUP group consumer [COUNT count] [BLOCK milliseconds] [NOACK] STREAMS key [key ...] id [id ...]',
  effects: 'told',
  run(context, args) {
    return readOrWait(context, parseReadOptions(context, args, 'xreadgroup'));
  },
});
