import type { CommandContext } from '../../execution/command-context';
import type { StreamView } from '../../values/stream';
import { compareIds, formatId, HIGHEST_ID, idAfter, LOWEST_ID, type StreamId } from '../../values/stream-id';
import { addUint64, UINT64_MAX } from '../../values/uint64';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, wrongArity } from '../../command/errors';
import { STREAM } from './kind';
import { exactTrim, parseAddOptions, parseTrimOptions, type RequestedId } from './trim-options';

const NOT_ABOVE_ZERO = error('The ID specified in XADD must be greater than 0-0');
const EXHAUSTED = error('The stream has exhausted the last possible ID, unable to add more items');
const NOT_ABOVE_TOP = error('The ID specified in XADD is equal or smaller than the target stream top item');
/** What Redis says when a millisecond has no sequence number left. */
const NO_SEQUENCE_LEFT = error('Elements are too large to be stored');

/** The id of the next entry. @throws when the requested one is not greater than all before */
function nextId(context: CommandContext, lastId: StreamId, requested: RequestedId | undefined): StreamId {
  if (compareIds(lastId, HIGHEST_ID) === 0) throw EXHAUSTED;
  if (requested === undefined) {
    return context.now > lastId.ms ? { ms: context.now, seq: 0 } : (idAfter(lastId) ?? HIGHEST_ID);
  }
  const { ms, seq } = requested;
  if (seq === undefined && ms === lastId.ms) {
    if (lastId.seq === UINT64_MAX) throw context.engine.version >= '7.2' ? NOT_ABOVE_TOP : NO_SEQUENCE_LEFT;
    return { ms, seq: addUint64(lastId.seq, 1) };
  }
  const id = { ms, seq: seq ?? 0 };
  if (compareIds(id, lastId) <= 0) throw NOT_ABOVE_TOP;
  return id;
}

export const xadd = defineCommand({
  name: 'xadd',
  arity: -5,
  flags: ['write', 'denyoom', 'fast'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Appends an entry to a stream and may trim its beginning.',
  complexity: 'O(1); O(N) when trimming, N being the number of entries removed',
  keys: [{ ...oneKey('RW UPDATE'), notes: 'UPDATE instead of INSERT because of the optional trimming feature' }],
  hints: ['nondeterministic_output'],
  syntax: 'key [NOMKSTREAM] [<MAXLEN | MINID> [= | ~] threshold [LIMIT count]] <* | id> field value [field value ...]',
  effects: 'told',
  run(context, args) {
    const [key] = args;
    const options = parseAddOptions(context, args);
    const { id: requested, create, trim, fieldsAt } = options;
    const fields = args.slice(fieldsAt);
    if (fields.length < 2 || fields.length % 2 === 1) throw wrongArity('xadd');
    if (requested?.ms === 0 && requested.seq === 0) throw NOT_ABOVE_ZERO;
    const existing: StreamView | undefined = context.peek(key, STREAM);
    if (existing === undefined && !create) return null;
    const id = nextId(context, existing?.lastId ?? LOWEST_ID, requested);
    const stream = context.edit(key, STREAM, 'xadd');
    stream.add(id, fields);
    if (trim !== undefined && stream.trim(trim) > 0) context.notify('t', 'xtrim', key);
    if (context.tellsEffects) {
      const named = requested?.seq === undefined ? args.with(fieldsAt - 1, formatId(id)) : args;
      context.effect([context.typedName, ...exactTrim(named, options, stream)]);
    }
    return formatId(id);
  },
});

export const xtrim = defineCommand({
  name: 'xtrim',
  arity: -4,
  flags: ['write'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Removes the oldest entries of a stream, down to a length or up to an id.',
  complexity: 'O(N) in the number of entries removed',
  keys: [oneKey('RW DELETE')],
  hints: ['nondeterministic_output'],
  syntax: 'key <MAXLEN | MINID> [= | ~] threshold [LIMIT count]',
  effects: 'told',
  run(context, args) {
    const [key] = args;
    const options = parseTrimOptions(context, args);
    const { trim } = options;
    if (context.peek(key, STREAM)?.wouldTrim(trim) !== true) return 0;
    const stream = context.edit(key, STREAM);
    const trimmed = stream.trim(trim);
    if (context.tellsEffects) context.effect([context.typedName, ...exactTrim(args, options, stream)]);
    if (trimmed > 0) context.notify('t', 'xtrim', key);
    return trimmed;
  },
});
