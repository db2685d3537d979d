import type { CommandContext } from '../../execution/command-context';
import { NULL_ARRAY, type Reply } from '../../protocol/reply';
import type { StreamView } from '../../values/stream';
import { formatId, type StreamId } from '../../values/stream-id';
import type { StreamEntry } from '../../values/stream-entry';
import { MADE_BYTES } from '../room';

/** One entry: id and its fields. */
export function entryReply(entry: StreamEntry): Reply {
  return [formatId(entry), entry.fields];
}

/** Bytes of an entry in a reply, with what a group remembers of it. */
const ENTRY_BYTES = 400;

/** Sees to it that an entry can be answered. @throws OOM */
export function reserveEntry(context: CommandContext, { fields }: StreamEntry): void {
  let bytes = ENTRY_BYTES;
  for (const field of fields) bytes += field.length + MADE_BYTES;
  context.reserve(bytes);
}

/** The entries between two ids, at most `limit`. @throws OOM */
export function entriesBetween(
  context: CommandContext,
  stream: StreamView,
  start: StreamId,
  end: StreamId,
  limit = Infinity,
  reverse = false,
): StreamEntry[] {
  const found: StreamEntry[] = [];
  if (limit <= 0) return found;
  stream.visit(start, end, reverse, (entry) => {
    reserveEntry(context, entry);
    return found.push(entry) < limit;
  });
  return found;
}

/** One entry by its id; one that was deleted meanwhile has null for its fields. */
export function entryOrNothing(context: CommandContext, stream: StreamView, id: StreamId): Reply {
  const entry = stream.get(id);
  if (entry === undefined) return [formatId(id), NULL_ARRAY];
  reserveEntry(context, entry);
  return entryReply(entry);
}
