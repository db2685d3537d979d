import type { CommandContext } from '../../execution/command-context';
import type { EffectLine } from '../../effects/effect-log';
import { ErrorReply } from '../../protocol/reply';
import type { StreamView } from '../../values/stream';
import type { Consumer, ConsumerGroup, GroupView, PendingEntry } from '../../values/stream-group';
import { formatId } from '../../values/stream-id';
import { printable } from '../../command/errors';
import { STREAM } from './kind';

/** What commands that read through a group answer when there is none. */
export function noSuchKeyOrGroup(key: string, group: string, addition = ''): ErrorReply {
  return new ErrorReply(`NOGROUP No such key '${printable(key)}' or consumer group '${printable(group)}'${addition}`);
}

/** What commands about groups answer when there is none. */
export function noSuchGroup(key: string, group: string): ErrorReply {
  return new ErrorReply(`NOGROUP No such consumer group '${printable(group)}' for key name '${printable(key)}'`);
}

/** A stream's group to look at. @throws WRONGTYPE, NOGROUP */
export function readGroup(
  context: CommandContext,
  key: string,
  name: string,
): { readonly stream: StreamView; readonly group: GroupView } {
  return existingGroup(context.read(key, STREAM), key, name);
}

/** The same of a stream that was looked up before. @throws NOGROUP */
export function existingGroup(
  stream: StreamView | undefined,
  key: string,
  name: string,
): { readonly stream: StreamView; readonly group: GroupView } {
  const group = stream?.group(name);
  if (stream === undefined || group === undefined) throw noSuchKeyOrGroup(key, name);
  return { stream, group };
}

/** A group that is known to exist, to change. */
export function editGroup(context: CommandContext, key: string, name: string, event?: string): ConsumerGroup {
  const group = context.editSilently(key, STREAM, event).group(name);
  if (group === undefined) throw noSuchKeyOrGroup(key, name);
  return group;
}

/** A pending entry as it is now, as a line that makes it so anywhere. */
export function pendingEffect(key: string, groupName: string, group: GroupView, entry: PendingEntry): EffectLine {
  const { consumer, deliveredAt, deliveries } = entry;
  const count = ['TIME', String(deliveredAt), 'RETRYCOUNT', String(deliveries)];
  const id = formatId(entry);
  return [
    'XCLAIM',
    key,
    groupName,
    consumer.name,
    '0',
    id,
    ...count,
    'FORCE',
    'JUSTID',
    'LASTID',
    formatId(group.lastId),
  ];
}

/** How far a group has read, as a line that makes it so anywhere. */
export function positionEffect(key: string, groupName: string, { lastId, entriesRead }: GroupView): EffectLine {
  return ['XGROUP', 'SETID', key, groupName, formatId(lastId), 'ENTRIESREAD', String(entriesRead ?? -1)];
}

/** The consumer that acts: created when it is new, and marked as seen now. */
export function activeConsumer(context: CommandContext, key: string, group: ConsumerGroup, name: string): Consumer {
  const known = group.consumer(name);
  if (known === undefined) return createConsumer(context, key, group, name);
  known.seenAt = context.now;
  return known;
}

/** Adds a consumer whose name is free, with its event. */
export function createConsumer(context: CommandContext, key: string, group: ConsumerGroup, name: string): Consumer {
  context.notify('t', 'xgroup-createconsumer', key);
  return group.addConsumer(name, context.now);
}
