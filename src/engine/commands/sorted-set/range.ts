import type { RedisVersion } from '../../redis-version';
import type { CommandContext } from '../../execution/command-context';
import type { Reply } from '../../protocol/reply';
import { SortedSetValue, type RankRange, type SortedSetView } from '../../values/sorted-set';
import { integer, wordOf } from '../../command/arguments';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, SYNTAX_ERROR } from '../../command/errors';
import { SORTED_SET } from './kind';
import { lexBound, scoreBound } from './bounds';
import { memberForm, membersReply } from './replies';
import { storeResult } from './store-result';
import { MEMBER_BYTES } from '../room';

const LIMIT_WITH_RANKS = error('syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX');
const SCORES_WITH_LEX = error('syntax error, WITHSCORES not supported in combination with BYLEX');

/** What a range is counted in. */
export type RangeUnit = 'rank' | 'score' | 'lex';

/** What a range command finds in the name it was called by, before its options. */
interface RangeRequest {
  unit: RangeUnit | undefined;
  reverse: boolean | undefined;
  withScores: boolean;
  offset: number;
  /** Negative: all. */
  limit: number;
}

/** Reads what follows the two ends of the range; ZRANGE alone may choose its unit and direction there. */
function parseOptions(args: readonly string[], first: number, request: RangeRequest, storing: boolean): void {
  for (let i = first; i < args.length; i++) {
    const option = wordOf(args[i] ?? '');
    if (option === 'withscores' && !storing) {
      request.withScores = true;
    } else if (option === 'limit' && i + 2 < args.length) {
      request.offset = integer(args[++i] ?? '');
      request.limit = integer(args[++i] ?? '');
    } else if (option === 'rev' && request.reverse === undefined) {
      request.reverse = true;
    } else if ((option === 'bylex' || option === 'byscore') && request.unit === undefined) {
      request.unit = option === 'bylex' ? 'lex' : 'score';
    } else {
      throw SYNTAX_ERROR;
    }
  }
}

/** Ranks counted from the end if negative; reversed ones from the highest score. */
function rankRange(set: SortedSetView, from: number, to: number, reverse: boolean): RankRange {
  const { size } = set;
  const first = Math.max(0, from < 0 ? size + from : from);
  const last = Math.min(size - 1, to < 0 ? size + to : to);
  return reverse ? { start: size - 1 - last, end: size - first } : { start: first, end: last + 1 };
}

/**
 * Reads the two ends of a range.
 * @returns the range's ranks in a given set
 */
export function parseRange(
  version: RedisVersion,
  unit: RangeUnit,
  min: string,
  max: string,
  reverse = false,
): (set: SortedSetView) => RankRange {
  if (unit === 'rank') {
    const from = integer(min);
    const to = integer(max);
    return (set) => rankRange(set, from, to, reverse);
  }
  const [lowText, highText] = reverse ? [max, min] : [min, max];
  if (unit === 'score') {
    const low = scoreBound(lowText, version);
    const high = scoreBound(highText, version);
    return (set) => set.scoreRange(low, high);
  }
  const low = lexBound(lowText);
  const high = lexBound(highText);
  return (set) => set.lexRange(low, high, reverse);
}

/** Applies LIMIT, counted from where the walk begins. */
function limited({ start, end }: RankRange, { reverse, offset, limit }: RangeRequest): RankRange {
  if (offset < 0) return { start, end: start };
  const count = Math.min(Math.max(0, end - start - offset), limit < 0 ? Infinity : limit);
  return reverse === true
    ? { start: end - offset - count, end: end - offset }
    : { start: start + offset, end: start + offset + count };
}

type Preset = Partial<Pick<RangeRequest, 'unit' | 'reverse'>>;

interface FoundRange {
  readonly set: SortedSetView;
  readonly range: RankRange;
  readonly reverse: boolean;
  readonly withScores: boolean;
}

/** Reads the arguments from `key` on and finds the range. @returns undefined when there is no such key */
function findRange(
  context: CommandContext,
  args: readonly string[],
  preset: Preset,
  storing = false,
): FoundRange | undefined {
  const request: RangeRequest = { unit: preset.unit, reverse: preset.reverse, withScores: false, offset: 0, limit: -1 };
  parseOptions(args, 3, request, storing);
  const { unit = 'rank', reverse = false, withScores } = request;
  if (request.limit !== -1 && unit === 'rank') throw LIMIT_WITH_RANKS;
  if (withScores && unit === 'lex') throw SCORES_WITH_LEX;
  const [key = '', min = '', max = ''] = args;
  const rangeOf = parseRange(context.engine.version, unit, min, max, reverse);
  const set = context.read(key, SORTED_SET);
  if (set === undefined) return undefined;
  const range = unit === 'rank' ? rangeOf(set) : limited(rangeOf(set), request);
  return { set, range, reverse, withScores };
}

function answerRange(context: CommandContext, args: readonly string[], preset: Preset): Reply {
  const found = findRange(context, args, preset);
  if (found === undefined) return [];
  return membersReply(context, found.set, found.range, found.reverse, memberForm(context, found.withScores));
}

const RANGE_COMMAND = {
  arity: -4,
  flags: ['readonly'],
  group: 'sorted-set',
  complexity: 'O(log(N)+M) for M members answered',
  keys: [oneKey('RO ACCESS')],
} as const;

export const zrange = defineCommand({
  ...RANGE_COMMAND,
  name: 'zrange',
  since: '1.2.0',
  summary: 'Answers a range of members by rank, score or name.',
  syntax: 'key start:string stop:string [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES]',
  run: (context, args) => answerRange(context, args, {}),
});

export const zrevrange = defineCommand({
  ...RANGE_COMMAND,
  name: 'zrevrange',
  since: '1.2.0',
  deprecated: { since: '6.2.0', replacedBy: '`ZRANGE` with the `REV` argument' },
  summary: 'Answers the members of a range of ranks, counted from the highest score.',
  syntax: 'key start stop [WITHSCORES]',
  run: (context, args) => answerRange(context, args, { unit: 'rank', reverse: true }),
});

export const zrangebyscore = defineCommand({
  ...RANGE_COMMAND,
  name: 'zrangebyscore',
  since: '1.0.5',
  deprecated: { since: '6.2.0', replacedBy: '`ZRANGE` with the `BYSCORE` argument' },
  summary: 'Answers the members whose scores lie in a range.',
  syntax: 'key min max [WITHSCORES] [LIMIT offset count]',
  run: (context, args) => answerRange(context, args, { unit: 'score', reverse: false }),
});

export const zrevrangebyscore = defineCommand({
  ...RANGE_COMMAND,
  name: 'zrevrangebyscore',
  since: '2.2.0',
  deprecated: { since: '6.2.0', replacedBy: '`ZRANGE` with the `REV` and `BYSCORE` arguments' },
  summary: 'Answers the members whose scores lie in a range, highest score first.',
  syntax: 'key max min [WITHSCORES] [LIMIT offset count]',
  run: (context, args) => answerRange(context, args, { unit: 'score', reverse: true }),
});

export const zrangebylex = defineCommand({
  ...RANGE_COMMAND,
  name: 'zrangebylex',
  since: '2.8.9',
  deprecated: { since: '6.2.0', replacedBy: '`ZRANGE` with the `BYLEX` argument' },
  summary: 'Answers the members whose names lie in a range, where all scores are equal.',
  syntax: 'key min:string max:string [LIMIT offset count]',
  run: (context, args) => answerRange(context, args, { unit: 'lex', reverse: false }),
});

export const zrevrangebylex = defineCommand({
  ...RANGE_COMMAND,
  name: 'zrevrangebylex',
  since: '2.8.9',
  deprecated: { since: '6.2.0', replacedBy: '`ZRANGE` with the `REV` and `BYLEX` arguments' },
  summary: 'Answers the members whose names lie in a range, last name first, where all scores are equal.',
  syntax: 'key max:string min:string [LIMIT offset count]',
  run: (context, args) => answerRange(context, args, { unit: 'lex', reverse: true }),
});

export const zrangestore = defineCommand({
  name: 'zrangestore',
  arity: -5,
  flags: ['write', 'denyoom'],
  group: 'sorted-set',
  since: '6.2.0',
  summary: 'Stores a range of members in another key; answers how many.',
  complexity: 'O(log(N)+M) for M members stored',
  keys: [oneKey('OW UPDATE'), oneKey('RO ACCESS', 2)],
  syntax: 'dst:key src:key min:string max:string [BYSCORE | BYLEX] [REV] [LIMIT offset count]',
  run(context, [target, ...args]) {
    const found = findRange(context, args, {}, true);
    if (found !== undefined) context.reserve(Math.max(0, found.range.end - found.range.start) * MEMBER_BYTES);
    const result = new SortedSetValue(context.engine.limits);
    found?.set.visit(found.range, false, (name, score) => {
      result.set(name, score);
    });
    return storeResult(context, target, result, 'zrangestore');
  },
});
