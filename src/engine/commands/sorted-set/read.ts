import type { CommandContext } from '../../execution/command-context';
import { NULL_ARRAY, type Reply } from '../../protocol/reply';
import type { RankRange, SortedSetView } from '../../values/sorted-set';
import { isOption } from '../../command/arguments';
import { type Args, oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { SYNTAX_ERROR, wrongArity } from '../../command/errors';
import { SORTED_SET } from './kind';
import { distinctIndexes, MOST_REPETITIONS, randomCount, repeatPicks } from '../random';
import { COLLECTION_SCAN, scanCollection } from '../scan-options';
import { lexBound, scoreBound } from './bounds';
import { memberForm, membersReply, pushMember, SCORED_BYTES, scoreReply, type MemberForm } from './replies';

const READ = [oneKey('RO ACCESS')];

export const zcard = defineCommand({
  name: 'zcard',
  arity: 2,
  flags: ['readonly', 'fast'],
  group: 'sorted-set',
  since: '1.2.0',
  summary: 'Answers the number of members.',
  complexity: 'O(1)',
  keys: [oneKey('RO')],
  syntax: 'key',
  run: (context, [key]) => context.read(key, SORTED_SET)?.size ?? 0,
});

export const zscore = defineCommand({
  name: 'zscore',
  arity: 3,
  flags: ['readonly', 'fast'],
  group: 'sorted-set',
  since: '1.2.0',
  summary: 'Answers the score of a member.',
  complexity: 'O(1)',
  keys: READ,
  syntax: 'key member',
  run(context, [key, name]) {
    const score = context.read(key, SORTED_SET)?.score(name);
    return score === undefined ? null : scoreReply(context, score);
  },
});

export const zmscore = defineCommand({
  name: 'zmscore',
  arity: -3,
  flags: ['readonly', 'fast'],
  group: 'sorted-set',
  since: '6.2.0',
  summary: 'Answers the scores of several members.',
  complexity: 'O(N) in the number of members asked for',
  keys: READ,
  syntax: 'key member [member ...]',
  run(context, [key, ...names]) {
    const set = context.read(key, SORTED_SET);
    return names.map((name) => {
      const score = set?.score(name);
      return score === undefined ? null : scoreReply(context, score);
    });
  },
});

/** The position of a member, with its score if asked for. */
function rankReply(context: CommandContext, reversed: boolean, args: Args<-3>): Reply {
  const [key, name, option, ...rest] = args;
  if (rest.length > 0) throw wrongArity(reversed ? 'zrevrank' : 'zrank');
  if (option !== undefined && !isOption(option, 'withscore')) throw SYNTAX_ERROR;
  const set = context.read(key, SORTED_SET);
  const counted = set?.rank(name);
  if (set === undefined || counted === undefined) return option === undefined ? null : NULL_ARRAY;
  const rank = reversed ? set.size - 1 - counted : counted;
  return option === undefined ? rank : [rank, scoreReply(context, set.score(name) ?? 0)];
}

const RANK = {
  arity: -3,
  flags: ['readonly', 'fast'],
  group: 'sorted-set',
  since: '2.0.0',
  complexity: 'O(log(N))',
  keys: READ,
  syntax: 'key member [WITHSCORE]',
  before: { '7.2': { arity: 3, syntax: 'key member' } },
} as const;

export const zrank = defineCommand({
  ...RANK,
  name: 'zrank',
  summary: 'Answers the position of a member, counted from the lowest score.',
  run: (context, args) => rankReply(context, false, args),
});

export const zrevrank = defineCommand({
  ...RANK,
  name: 'zrevrank',
  summary: 'Answers the position of a member, counted from the highest score.',
  run: (context, args) => rankReply(context, true, args),
});

function count(context: CommandContext, key: string, rangeOf: (set: SortedSetView) => RankRange): number {
  const set = context.read(key, SORTED_SET);
  if (set === undefined) return 0;
  const { start, end } = rangeOf(set);
  return Math.max(0, end - start);
}

export const zcount = defineCommand({
  name: 'zcount',
  arity: 4,
  flags: ['readonly', 'fast'],
  group: 'sorted-set',
  since: '2.0.0',
  summary: 'Counts the members whose scores lie in a range.',
  complexity: 'O(log(N))',
  keys: READ,
  syntax: 'key min max',
  run(context, [key, min, max]) {
    const low = scoreBound(min, context.engine.version);
    const high = scoreBound(max, context.engine.version);
    return count(context, key, (set) => set.scoreRange(low, high));
  },
});

export const zlexcount = defineCommand({
  name: 'zlexcount',
  arity: 4,
  flags: ['readonly', 'fast'],
  group: 'sorted-set',
  since: '2.8.9',
  summary: 'Counts the members whose names lie in a range, where all scores are equal.',
  complexity: 'O(log(N))',
  keys: READ,
  syntax: 'key min:string max:string',
  run(context, [key, min, max]) {
    const low = lexBound(min);
    const high = lexBound(max);
    return count(context, key, (set) => set.lexRange(low, high));
  },
});

function randomMembers(context: CommandContext, set: SortedSetView, wanted: number, form: MemberForm): Reply[] {
  const { random } = context.engine;
  // Redis walks such a set from its end.
  if (wanted >= set.size) return membersReply(context, set, { start: 0, end: set.size }, true, form);
  context.reserve((wanted < 0 ? Math.min(-wanted, MOST_REPETITIONS) : set.size) * SCORED_BYTES);
  const reply: Reply[] = [];
  const push = (rank: number): void => {
    pushMember(context, reply, form, ...set.at(rank));
  };
  if (wanted >= 0) distinctIndexes(set.size, wanted, random).forEach(push);
  else repeatPicks(-wanted, () => Math.floor(random() * set.size)).forEach(push);
  return reply;
}

export const zrandmember = defineCommand({
  name: 'zrandmember',
  arity: -2,
  flags: ['readonly'],
  group: 'sorted-set',
  since: '6.2.0',
  summary: 'Answers random members.',
  complexity: 'O(N) in the number of members answered',
  keys: READ,
  hints: ['nondeterministic_output'],
  syntax: 'key [count [WITHSCORES]]',
  run(context, args) {
    const [key, countText, option] = args;
    const { random } = context.engine;
    if (countText === undefined) {
      const set = context.read(key, SORTED_SET);
      return set === undefined ? null : set.at(Math.floor(random() * set.size))[0];
    }
    randomCount(countText, false);
    if (args.length > 3 || (option !== undefined && !isOption(option, 'withscores'))) throw SYNTAX_ERROR;
    const wanted = randomCount(countText, option !== undefined);
    const set = context.read(key, SORTED_SET);
    return set === undefined || wanted === 0
      ? []
      : randomMembers(context, set, wanted, memberForm(context, option !== undefined));
  },
});

/** Up to here a listpack keeps whole scores as integers. */
const LISTPACK_INTEGER_MAX = 2 ** 62;

/** A score as ZSCAN shows it: what a small set has stored, not what other commands make of it. */
function scannedScore({ engine }: CommandContext, set: SortedSetView, score: number): string {
  const whole = set.encoding === 'listpack' && Number.isInteger(score) && Math.abs(score) <= LISTPACK_INTEGER_MAX;
  return whole && !Number.isSafeInteger(score) ? String(BigInt(score)) : engine.formatDouble(score);
}

export const zscan = defineCommand({
  ...COLLECTION_SCAN,
  name: 'zscan',
  group: 'sorted-set',
  summary: 'Walks through the members in steps.',
  keys: READ,
  run: (context, args) =>
    scanCollection(context, args, SORTED_SET, (set, { at, count, matches, found }) =>
      set.scan(at, count, (name, score) => {
        if (matches(name)) found.push(name, scannedScore(context, set, score));
      }),
    ),
});
