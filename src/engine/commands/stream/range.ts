import type { CommandContext } from '../../execution/command-context';
import { NULL_ARRAY, type Reply } from '../../protocol/reply';
import { integer, isOption } from '../../command/arguments';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { SYNTAX_ERROR } from '../../command/errors';
import { STREAM } from './kind';
import { rangeEnd, rangeStart, strictId } from './ids';
import { entriesBetween, entryReply } from './replies';

export const xlen = defineCommand({
  name: 'xlen',
  arity: 2,
  flags: ['readonly', 'fast'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Answers how many entries a stream has.',
  complexity: 'O(1)',
  keys: [oneKey('RO')],
  syntax: 'key',
  run: (context, [key]) => context.read(key, STREAM)?.size ?? 0,
});

/** Reads `[COUNT count]`; a negative count means none, undefined all. @throws syntax error, not an integer */
function countOption(args: readonly string[]): number | undefined {
  let count: number | undefined;
  for (let i = 3; i < args.length; i += 2) {
    const value = args[i + 1];
    if (!isOption(args[i] ?? '', 'count') || value === undefined) throw SYNTAX_ERROR;
    count = Math.max(0, integer(value));
  }
  return count;
}

function range(context: CommandContext, args: readonly [string, string, string, ...string[]], reverse: boolean): Reply {
  const [key, first, second] = args;
  const start = rangeStart(reverse ? second : first);
  const end = rangeEnd(reverse ? first : second);
  const count = countOption(args);
  const stream = context.read(key, STREAM);
  if (stream === undefined) return [];
  return count === 0 ? NULL_ARRAY : entriesBetween(context, stream, start, end, count, reverse).map(entryReply);
}

const RANGE = {
  arity: -4,
  flags: ['readonly'],
  group: 'stream',
  since: '5.0.0',
  complexity: 'O(log(N)+M), M being the number of entries answered',
  keys: [oneKey('RO ACCESS')],
} as const;

export const xrange = defineCommand({
  ...RANGE,
  name: 'xrange',
  summary: 'Answers the entries between two ids.',
  syntax: 'key start:string end:string [COUNT count]',
  run: (context, args) => range(context, args, false),
});

export const xrevrange = defineCommand({
  ...RANGE,
  name: 'xrevrange',
  summary: 'Answers the entries between two ids, the newest first.',
  syntax: 'key end:string start:string [COUNT count]',
  run: (context, args) => range(context, args, true),
});

export const xdel = defineCommand({
  name: 'xdel',
  arity: -3,
  flags: ['write', 'fast'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Deletes entries by their ids; answers how many there were.',
  complexity: 'O(log(N)) per id',
  keys: [oneKey('RW DELETE')],
  syntax: 'key id [id ...]',
  run(context, [key, ...texts]) {
    const existing = context.peek(key, STREAM);
    if (existing === undefined) return 0;
    const ids = texts.map((text) => strictId(text)).filter((id) => existing.get(id) !== undefined);
    if (ids.length === 0) return 0;
    const stream = context.edit(key, STREAM, 'xdel');
    // An id given twice is deleted once.
    return ids.filter((id) => stream.delete(id)).length;
  },
});
