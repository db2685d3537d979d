import type { CommandContext } from '../../execution/command-context';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { SORTED_SET } from './kind';
import { parseRange, type RangeUnit } from './range';

export const zrem = defineCommand({
  name: 'zrem',
  arity: -3,
  flags: ['write', 'fast'],
  group: 'sorted-set',
  since: '1.2.0',
  summary: 'Removes members.',
  complexity: 'O(M*log(N)) for M members removed',
  keys: [oneKey('RW DELETE')],
  syntax: 'key member [member ...]',
  run(context, [key, ...names]) {
    const existing = context.peek(key, SORTED_SET);
    if (existing === undefined || !names.some((name) => existing.has(name))) return 0;
    const set = context.edit(key, SORTED_SET, 'zrem');
    let removed = 0;
    for (const name of names) if (set.delete(name)) removed += 1;
    return removed;
  },
});

function removeRange(
  context: CommandContext,
  unit: RangeUnit,
  [key, min, max]: readonly [string, string, string],
): number {
  const rangeOf = parseRange(context.engine.version, unit, min, max);
  const existing = context.peek(key, SORTED_SET);
  if (existing === undefined) return 0;
  const range = rangeOf(existing);
  if (range.start >= range.end) return 0;
  context.edit(key, SORTED_SET, `zremrangeby${unit}`).deleteRange(range);
  return range.end - range.start;
}

const REMOVE_RANGE = {
  arity: 4,
  flags: ['write'],
  group: 'sorted-set',
  complexity: 'O(log(N)+M) for M members removed',
  keys: [oneKey('RW DELETE')],
} as const;

export const zremrangebyrank = defineCommand({
  ...REMOVE_RANGE,
  name: 'zremrangebyrank',
  since: '2.0.0',
  summary: 'Removes the members of a range of ranks.',
  syntax: 'key start stop',
  run: (context, args) => removeRange(context, 'rank', args),
});

export const zremrangebyscore = defineCommand({
  ...REMOVE_RANGE,
  name: 'zremrangebyscore',
  since: '1.2.0',
  summary: 'Removes the members whose scores lie in a range.',
  syntax: 'key min max',
  run: (context, args) => removeRange(context, 'score', args),
});

export const zremrangebylex = defineCommand({
  ...REMOVE_RANGE,
  name: 'zremrangebylex',
  since: '2.8.9',
  summary: 'Removes the members whose names lie in a range, where all scores are equal.',
  syntax: 'key min:string max:string',
  run: (context, args) => removeRange(context, 'lex', args),
});
