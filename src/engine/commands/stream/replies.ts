import { NULL_ARRAY, type Reply } from '../../protocol/reply';
import type { StreamView } from '../../values/stream';
import { formatId, type StreamId } from '../../values/stream-id';
import type { StreamEntry } from '../../values/stream-entry';

/** One entry: id and its fields. */
export function entryReply(entry: StreamEntry): Reply {
  return [formatId(entry), entry.fields];
}

/** The entries between two ids, at most `limit`. */
export function entriesBetween(
  stream: StreamView,
  start: StreamId,
  end: StreamId,
  limit = Infinity,
  reverse = false,
): StreamEntry[] {
  const found: StreamEntry[] = [];
  if (limit <= 0) return found;
  stream.visit(start, end, reverse, (entry) => found.push(entry) < limit);
  return found;
}

/** One entry by its id; one that was deleted meanwhile has null for its fields. */
export function entryOrNothing(stream: StreamView, id: StreamId): Reply {
  const entry = stream.get(id);
  return entry === undefined ? [formatId(id), NULL_ARRAY] : entryReply(entry);
}
