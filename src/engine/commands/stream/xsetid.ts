import { OK } from '../../protocol/reply';
import { compareIds, LOWEST_ID, type StreamId } from '../../values/stream-id';
import { int64, isOption } from '../../command/arguments';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, NO_SUCH_KEY, SYNTAX_ERROR } from '../../command/errors';
import { STREAM } from './kind';
import { strictId } from './ids';

const NEGATIVE_COUNT = error('entries_added must be positive');
const BELOW_DELETED = error('The ID specified in XSETID is smaller than current max_deleted_entry_id');
const BELOW_GIVEN_DELETED = error('The ID specified in XSETID is smaller than the provided max_deleted_entry_id');
const BELOW_TOP = error('The ID specified in XSETID is smaller than the target stream top item');
const COUNT_BELOW_LENGTH = error('The entries_added specified in XSETID is smaller than the target stream length');

interface SetIdOptions {
  readonly entriesAdded: number | bigint | undefined;
  /** 0-0 = leave it. */
  readonly maxDeletedId: StreamId;
}

/** Reads `[ENTRIESADDED entries-added] [MAXDELETEDID max-deleted-id]`. @throws syntax error and what is wrong with a value */
function parseOptions(args: readonly string[], lastId: StreamId): SetIdOptions {
  let entriesAdded: number | bigint | undefined;
  let maxDeletedId = LOWEST_ID;
  for (let i = 2; i < args.length; i += 2) {
    const value = args[i + 1];
    if (isOption(args[i] ?? '', 'entriesadded') && value !== undefined) {
      entriesAdded = int64(value);
      if (entriesAdded < 0) throw NEGATIVE_COUNT;
    } else if (isOption(args[i] ?? '', 'maxdeletedid') && value !== undefined) {
      maxDeletedId = strictId(value);
      if (compareIds(lastId, maxDeletedId) < 0) throw BELOW_GIVEN_DELETED;
    } else {
      throw SYNTAX_ERROR;
    }
  }
  return { entriesAdded, maxDeletedId };
}

export const xsetid = defineCommand({
  name: 'xsetid',
  arity: -3,
  flags: ['write', 'denyoom', 'fast'],
  group: 'stream',
  since: '5.0.0',
  summary: "Sets a stream's last id and counters, as replication and migration need.",
  complexity: 'O(1)',
  keys: [oneKey('RW UPDATE')],
  syntax: 'key last-id [ENTRIESADDED entries_added] [MAXDELETEDID max_deleted_entry_id]',
  run(context, args) {
    const [key, lastIdText] = args;
    const lastId = strictId(lastIdText);
    const { entriesAdded, maxDeletedId } = parseOptions(args, lastId);
    const existing = context.peek(key, STREAM);
    if (existing === undefined) throw NO_SUCH_KEY;
    const last = existing.last();
    if (context.engine.version >= '7.2' && compareIds(lastId, existing.maxDeletedId) < 0) throw BELOW_DELETED;
    if (last !== undefined && compareIds(lastId, last) < 0) throw BELOW_TOP;
    if (last !== undefined && entriesAdded !== undefined && existing.size > entriesAdded) throw COUNT_BELOW_LENGTH;
    const stream = context.editSilently(key, STREAM, 'xsetid');
    stream.lastId = lastId;
    if (entriesAdded !== undefined) stream.entriesAdded = entriesAdded;
    if (compareIds(maxDeletedId, LOWEST_ID) !== 0) stream.maxDeletedId = maxDeletedId;
    return OK;
  },
});
