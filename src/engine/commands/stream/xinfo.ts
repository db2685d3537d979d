import type { CommandContext } from '../../execution/command-context';
import { MapReply, type Reply } from '../../protocol/reply';
import type { RedisVersion } from '../../redis-version';
import type { StreamView } from '../../values/stream';
import type { Consumer, GroupView, PendingEntry } from '../../values/stream-group';
import { compareIds, formatId, HIGHEST_ID, LOWEST_ID } from '../../values/stream-id';
import { differenceOf, type Uint64 } from '../../values/uint64';
import { integer, isOption } from '../../command/arguments';
import { defineContainer, oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { NO_SUCH_KEY, wrongSubcommandArguments } from '../../command/errors';
import { STREAM } from './kind';
import { noSuchGroup } from './groups';
import { entriesBetween, entryReply } from './replies';

/** So many entries and pending entries FULL shows unless COUNT says otherwise. */
const FULL_COUNT = 10;

function existingStream(context: CommandContext, key: string): StreamView {
  const stream = context.read(key, STREAM);
  if (stream === undefined) throw NO_SUCH_KEY;
  return stream;
}

/** How many entries a group has yet to read; null when that cannot be known. */
function lagOf(version: RedisVersion, stream: StreamView, { lastId, entriesRead }: GroupView): number | bigint | null {
  if (stream.entriesAdded === 0) return 0;
  if (version >= '8.0') {
    const first = stream.first();
    if (first === undefined) return 0;
    // With the group and all that was deleted before the first entry, what is left is what it has to read.
    if (compareIds(lastId, first) < 0 && compareIds(stream.maxDeletedId, first) < 0) return stream.size;
  }
  const read: Uint64 | undefined =
    entriesRead !== undefined && !stream.hasDeletedFrom(lastId) ? entriesRead : stream.entriesUpTo(lastId);
  return read === undefined ? null : differenceOf(stream.entriesAdded, read);
}

function overview(stream: StreamView): Reply[] {
  return [
    'length',
    stream.size,
    'radix-tree-keys',
    stream.nodeCount,
    'radix-tree-nodes',
    stream.radixNodeCount,
    'last-generated-id',
    formatId(stream.lastId),
    'max-deleted-entry-id',
    formatId(stream.maxDeletedId),
    'entries-added',
    stream.entriesAdded,
    'recorded-first-entry-id',
    formatId(stream.first() ?? LOWEST_ID),
  ];
}

function summaryReply(stream: StreamView): Reply {
  const first = stream.first();
  const last = stream.last();
  return new MapReply([
    ...overview(stream),
    'groups',
    stream.groupCount,
    'first-entry',
    first === undefined ? null : entryReply(first),
    'last-entry',
    last === undefined ? null : entryReply(last),
  ]);
}

function fullReply(context: CommandContext, stream: StreamView, count: number): Reply {
  return new MapReply([
    ...overview(stream),
    'entries',
    entriesBetween(context, stream, LOWEST_ID, HIGHEST_ID, count).map(entryReply),
    'groups',
    stream.groups().map((group) => fullGroupReply(context.engine.version, stream, group, count)),
  ]);
}

function fullGroupReply(version: RedisVersion, stream: StreamView, group: GroupView, count: number): Reply {
  return new MapReply([
    'name',
    group.name,
    'last-delivered-id',
    formatId(group.lastId),
    'entries-read',
    group.entriesRead ?? null,
    'lag',
    lagOf(version, stream, group),
    'pel-count',
    group.pending.size,
    'pending',
    pendingReplies(group, count, (entry) => [
      formatId(entry),
      entry.consumer.name,
      entry.deliveredAt,
      entry.deliveries,
    ]),
    'consumers',
    group.consumers().map((consumer) => fullConsumerReply(version, consumer, count)),
  ]);
}

function fullConsumerReply(version: RedisVersion, consumer: Readonly<Consumer>, count: number): Reply {
  return new MapReply([
    'name',
    consumer.name,
    'seen-time',
    consumer.seenAt,
    ...(version >= '7.2' ? ['active-time', consumer.activeAt] : []),
    'pel-count',
    consumer.pending.size,
    'pending',
    pendingReplies(consumer, count, (entry) => [formatId(entry), entry.deliveredAt, entry.deliveries]),
  ]);
}

function pendingReplies(
  { pending }: Pick<GroupView, 'pending'>,
  count: number,
  reply: (entry: Readonly<PendingEntry>) => Reply,
): Reply[] {
  const replies: Reply[] = [];
  pending.visit(LOWEST_ID, (entry) => replies.push(reply(entry)) < count);
  return replies;
}

/** Milliseconds since a consumer got anything; -1 = it never did. */
function inactiveFor({ activeAt }: Readonly<Consumer>, now: number): number {
  return activeAt === -1 ? -1 : Math.max(0, now - activeAt);
}

const INFO = {
  flags: ['readonly'],
  group: 'stream',
  since: '5.0.0',
  complexity: 'O(1)',
  keys: [oneKey('RO ACCESS', 2)],
} as const;

const stream = defineCommand({
  ...INFO,
  name: 'stream',
  arity: -3,
  summary: 'Answers what is known about a stream; FULL adds entries and groups.',
  syntax: 'key [FULL [COUNT count]]',
  run(context, args) {
    const [name, key, full, countWord, countText] = args;
    const existing = existingStream(context, key);
    if (full === undefined) return summaryReply(existing);
    const bad = wrongSubcommandArguments('xinfo', name);
    if (!isOption(full, 'full') || (args.length !== 3 && args.length !== 5)) throw bad;
    if (countWord === undefined || countText === undefined) return fullReply(context, existing, FULL_COUNT);
    if (!isOption(countWord, 'count')) throw bad;
    const count = integer(countText);
    return fullReply(context, existing, count < 0 ? FULL_COUNT : count === 0 ? Infinity : count);
  },
});

const groups = defineCommand({
  ...INFO,
  name: 'groups',
  arity: 3,
  summary: "Lists a stream's consumer groups.",
  syntax: 'key',
  run(context, [, key]) {
    const existing = existingStream(context, key);
    return existing
      .groups()
      .map(
        (group) =>
          new MapReply([
            'name',
            group.name,
            'consumers',
            group.consumerCount,
            'pending',
            group.pending.size,
            'last-delivered-id',
            formatId(group.lastId),
            'entries-read',
            group.entriesRead ?? null,
            'lag',
            lagOf(context.engine.version, existing, group),
          ]),
      );
  },
});

const consumers = defineCommand({
  ...INFO,
  name: 'consumers',
  arity: 4,
  summary: "Lists a group's consumers.",
  hints: ['nondeterministic_output'],
  syntax: 'key groupname',
  run(context, [, key, name]) {
    const group = existingStream(context, key).group(name);
    if (group === undefined) throw noSuchGroup(key, name);
    return group
      .consumers()
      .map(
        (consumer) =>
          new MapReply([
            'name',
            consumer.name,
            'pending',
            consumer.pending.size,
            'idle',
            Math.max(0, context.now - consumer.seenAt),
            ...(context.engine.version >= '7.2' ? ['inactive', inactiveFor(consumer, context.now)] : []),
          ]),
      );
  },
});

export const xinfo = defineContainer({
  name: 'xinfo',
  arity: -2,
  flags: [],
  group: 'stream',
  since: '5.0.0',
  summary: 'Commands that tell about streams.',
  subcommands: [stream, groups, consumers],
});
