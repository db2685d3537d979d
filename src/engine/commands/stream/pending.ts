import type { CommandContext } from '../../execution/command-context';
import { NULL_ARRAY, type Reply } from '../../protocol/reply';
import type { GroupView } from '../../values/stream-group';
import { compareIds, formatId, type StreamId } from '../../values/stream-id';
import { integer, isOption } from '../../command/arguments';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { SYNTAX_ERROR } from '../../command/errors';
import { STREAM } from './kind';
import { editGroup, readGroup } from './groups';
import { rangeEnd, rangeStart, strictId } from './ids';

export const xack = defineCommand({
  name: 'xack',
  arity: -4,
  flags: ['write', 'fast'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Acknowledges entries, which are then no longer pending; answers how many were.',
  complexity: 'O(log(N)) per id',
  keys: [oneKey('RW UPDATE')],
  syntax: 'key group id [id ...]',
  run(context, [key, name, ...texts]) {
    const view = context.read(key, STREAM)?.group(name);
    if (view === undefined) return 0;
    const ids = texts.map((text) => strictId(text)).filter((id) => view.pending.get(id) !== undefined);
    if (ids.length === 0) return 0;
    const group = editGroup(context, key, name);
    // An id given twice is acknowledged once.
    return ids.filter((id) => group.acknowledge(id)).length;
  },
});

/** Which pending entries XPENDING is asked for. */
interface PendingQuery {
  /** Milliseconds since the last delivery, at least. */
  readonly minIdle: number;
  readonly start: StreamId;
  readonly end: StreamId;
  readonly count: number;
  readonly consumer: string | undefined;
}

/** Reads `[IDLE min-idle-time] start end count [consumer]`. @throws syntax error, not an integer, invalid stream ID */
function parseQuery(args: readonly string[]): PendingQuery {
  const [, , first = ''] = args;
  let at = 2;
  let minIdle = 0;
  if (isOption(first, 'idle')) {
    minIdle = integer(args[3] ?? '');
    if (args.length < 7) throw SYNTAX_ERROR;
    at = 4;
  }
  const count = Math.max(0, integer(args[at + 2] ?? ''));
  return {
    minIdle,
    count,
    start: rangeStart(args[at] ?? ''),
    end: rangeEnd(args[at + 1] ?? ''),
    consumer: args[at + 3],
  };
}

function summaryReply(group: GroupView): Reply {
  const { pending } = group;
  const first = pending.first();
  const last = pending.last();
  if (first === undefined || last === undefined) return [0, null, null, NULL_ARRAY];
  const consumers = group.consumers().filter((consumer) => consumer.pending.size > 0);
  return [
    pending.size,
    formatId(first),
    formatId(last),
    consumers.map((consumer) => [consumer.name, String(consumer.pending.size)]),
  ];
}

/** Bytes of a pending entry in a reply. */
const PENDING_BYTES = 160;

function listReply(
  context: CommandContext,
  group: GroupView,
  { consumer, minIdle, start, end, count }: PendingQuery,
): Reply {
  const { pending } = consumer === undefined ? group : (group.consumer(consumer) ?? { pending: undefined });
  const replies: Reply[] = [];
  if (pending === undefined || count === 0) return replies;
  pending.visit(start, (entry) => {
    if (compareIds(entry, end) > 0) return false;
    context.reserve(PENDING_BYTES);
    const idle = context.now - entry.deliveredAt;
    if (minIdle !== 0 && idle < minIdle) return true;
    return replies.push([formatId(entry), entry.consumer.name, Math.max(0, idle), entry.deliveries]) < count;
  });
  return replies;
}

export const xpending = defineCommand({
  name: 'xpending',
  arity: -3,
  flags: ['readonly'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Answers what a group was given and has not acknowledged: numbers, or entry by entry.',
  complexity: 'O(N) in the number of consumers or of entries looked at',
  keys: [oneKey('RO ACCESS')],
  hints: ['nondeterministic_output'],
  syntax: 'key group [[IDLE min-idle-time] start:string end:string count [consumer]]',
  run(context, args) {
    const [key, name] = args;
    if (args.length !== 2 && (args.length < 5 || args.length > 8)) throw SYNTAX_ERROR;
    const query = args.length === 2 ? undefined : parseQuery(args);
    const { group } = readGroup(context, key, name);
    return query === undefined ? summaryReply(group) : listReply(context, group, query);
  },
});
