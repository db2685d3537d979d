import type { CommandContext } from '../../execution/command-context';
import type { Reply } from '../../protocol/reply';
import { Dict } from '../../values/dict';
import type { ScoredMember } from '../../values/large-sorted-set';
import { compareMembers, SortedSetValue } from '../../values/sorted-set';
import { choices, double, integer, integerWithin, optionValue, wordOf } from '../../command/arguments';
import { countedKeys, oneKey, type Args } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, SYNTAX_ERROR } from '../../command/errors';
import { MEMBER_BYTES } from '../room';
import { memberForm, pushMember } from './replies';
import { readSource, type Source } from './source';
import { storeResult } from './store-result';

type Operation = 'union' | 'inter' | 'diff';

type Aggregate = (a: number, b: number) => number;

const AGGREGATES = choices<Aggregate>({
  // Infinity minus infinity counts as 0.
  sum: (a, b) => notNan(a + b),
  min: (a, b) => (b < a ? b : a),
  max: (a, b) => (b > a ? b : a),
});

const WEIGHT_NOT_FLOAT = error('weight value is not a float');
const NEGATIVE_LIMIT = error("LIMIT can't be negative");

function notNan(score: number): number {
  return Number.isNaN(score) ? 0 : score;
}

interface Request {
  readonly context: CommandContext;
  readonly sources: readonly WeightedSource[];
  readonly aggregate: Aggregate;
  readonly withScores: boolean;
  /** ZINTERCARD's; 0 = none. */
  readonly limit: number;
}

interface WeightedSource extends Source {
  weight: number;
}

/** What a command accepts after its keys. */
type Options = 'store' | 'answer' | 'count';

/** Reads `numkeys key [key ...]` and the options behind them. */
function parseRequest(
  context: CommandContext,
  args: readonly string[],
  name: string,
  operation: Operation,
  accepts: Options,
): Request {
  const count = integer(args[0] ?? '');
  if (count < 1) throw error(`at least 1 input key is needed for '${name}' command`);
  if (count > args.length - 1) throw SYNTAX_ERROR;
  const sources = args.slice(1, 1 + count).map((key): WeightedSource => ({ ...readSource(context, key), weight: 1 }));
  const weighs = operation !== 'diff' && accepts !== 'count';
  let aggregate = AGGREGATES.get('sum');
  let withScores = false;
  let limit = 0;
  for (let i = 1 + count; i < args.length; i++) {
    const option = wordOf(args[i] ?? '');
    if (weighs && option === 'weights' && i + count < args.length) {
      for (const source of sources) source.weight = double(args[++i] ?? '', WEIGHT_NOT_FLOAT);
    } else if (weighs && option === 'aggregate') {
      aggregate = AGGREGATES.get(wordOf(optionValue(args, ++i)));
    } else if (accepts === 'answer' && option === 'withscores') {
      withScores = true;
    } else if (accepts === 'count' && option === 'limit') {
      limit = integerWithin(optionValue(args, ++i), 0, Infinity, NEGATIVE_LIMIT);
    } else {
      throw SYNTAX_ERROR;
    }
    if (aggregate === undefined) throw SYNTAX_ERROR;
  }
  return { context, sources, aggregate: aggregate ?? notNan, withScores, limit };
}

type Result = Dict<ScoredMember>;

function addTo(context: CommandContext, result: Result, key: string, score: number): void {
  context.reserve(2 * MEMBER_BYTES);
  result.add({ key, score, index: -1 });
}

/** From the smallest to the largest: the order in which Redis adds up scores, which rounding makes visible. */
function bySize(sources: readonly WeightedSource[]): WeightedSource[] {
  return [...sources].sort((a, b) => a.size - b.size);
}

function union({ context, sources, aggregate }: Request): Result {
  const result: Result = new Dict();
  for (const source of bySize(sources)) {
    source.visit((name, value) => {
      const score = notNan(source.weight * value);
      const existing = result.get(name);
      if (existing === undefined) addTo(context, result, name, score);
      else existing.score = aggregate(existing.score, score);
    });
  }
  return result;
}

function intersection({ context, sources, aggregate, limit }: Request): Result {
  const result: Result = new Dict();
  const [smallest, ...others] = bySize(sources);
  smallest?.visit((name, value) => {
    if (limit > 0 && result.size >= limit) return;
    let score = notNan(smallest.weight * value);
    for (const other of others) {
      const found = other.score(name);
      if (found === undefined) return;
      score = aggregate(score, found * other.weight);
    }
    addTo(context, result, name, score);
  });
  return result;
}

function difference({ context, sources }: Request): Result {
  const result: Result = new Dict();
  const [first, ...others] = sources;
  first?.visit((name, score) => {
    if (others.every((other) => other.score(name) === undefined)) addTo(context, result, name, score);
  });
  return result;
}

const OPERATIONS: Readonly<Record<Operation, (request: Request) => Result>> = {
  union,
  inter: intersection,
  diff: difference,
};

function sorted(result: Result): ScoredMember[] {
  return [...result.entries()].sort(compareMembers);
}

function answer(context: CommandContext, args: readonly string[], operation: Operation): Reply {
  const request = parseRequest(context, args, `z${operation}`, operation, 'answer');
  const form = memberForm(context, request.withScores);
  const reply: Reply[] = [];
  for (const { key, score } of sorted(OPERATIONS[operation](request))) pushMember(context, reply, form, key, score);
  return reply;
}

function store(context: CommandContext, [target, ...args]: Args<-4>, operation: Operation): Reply {
  const name = `z${operation}store`;
  const request = parseRequest(context, args, name, operation, 'store');
  const result = SortedSetValue.of(sorted(OPERATIONS[operation](request)), context.engine.limits);
  return storeResult(context, target, result, name);
}

const ANSWER = {
  arity: -3,
  flags: ['readonly', 'movablekeys'],
  group: 'sorted-set',
  since: '6.2.0',
  keys: [countedKeys('RO ACCESS', 1)],
} as const;

const STORE = {
  arity: -4,
  flags: ['write', 'denyoom', 'movablekeys'],
  group: 'sorted-set',
  keys: [oneKey('OW UPDATE'), countedKeys('RO ACCESS', 2)],
} as const;

const UNION_COMPLEXITY = 'O(N)+O(M*log(M)) for N members read and M in the result';
const INTER_COMPLEXITY = 'O(N*K)+O(M*log(M)) for K inputs, N members in the smallest and M in the result';
const DIFF_COMPLEXITY = 'O(N*K)+O(M*log(M)) for K inputs, N members in the first and M in the result';
const WEIGHTS_AND_AGGREGATE = '[WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX>]';

export const zunion = defineCommand({
  ...ANSWER,
  name: 'zunion',
  summary: 'Answers the members of any of the sorted sets.',
  complexity: UNION_COMPLEXITY,
  syntax: `numkeys key [key ...] ${WEIGHTS_AND_AGGREGATE} [WITHSCORES]`,
  run: (context, args) => answer(context, args, 'union'),
});

export const zinter = defineCommand({
  ...ANSWER,
  name: 'zinter',
  summary: 'Answers the members that all of the sorted sets have.',
  complexity: INTER_COMPLEXITY,
  syntax: `numkeys key [key ...] ${WEIGHTS_AND_AGGREGATE} [WITHSCORES]`,
  run: (context, args) => answer(context, args, 'inter'),
});

export const zdiff = defineCommand({
  ...ANSWER,
  name: 'zdiff',
  summary: 'Answers the members of the first sorted set that none of the others has.',
  complexity: DIFF_COMPLEXITY,
  syntax: 'numkeys key [key ...] [WITHSCORES]',
  run: (context, args) => answer(context, args, 'diff'),
});

export const zunionstore = defineCommand({
  ...STORE,
  name: 'zunionstore',
  since: '2.0.0',
  summary: 'Stores the members of any of the sorted sets in another key; answers how many.',
  complexity: UNION_COMPLEXITY,
  syntax: `destination numkeys key [key ...] ${WEIGHTS_AND_AGGREGATE}`,
  run: (context, args) => store(context, args, 'union'),
});

export const zinterstore = defineCommand({
  ...STORE,
  name: 'zinterstore',
  since: '2.0.0',
  summary: 'Stores the members that all of the sorted sets have in another key; answers how many.',
  complexity: INTER_COMPLEXITY,
  syntax: `destination numkeys key [key ...] ${WEIGHTS_AND_AGGREGATE}`,
  run: (context, args) => store(context, args, 'inter'),
});

export const zdiffstore = defineCommand({
  ...STORE,
  name: 'zdiffstore',
  since: '6.2.0',
  summary: 'Stores the members of the first sorted set that none of the others has in another key; answers how many.',
  complexity: DIFF_COMPLEXITY,
  syntax: 'destination numkeys key [key ...]',
  run: (context, args) => store(context, args, 'diff'),
});

export const zintercard = defineCommand({
  ...ANSWER,
  name: 'zintercard',
  since: '7.0.0',
  summary: 'Counts the members that all of the sorted sets have, up to a limit.',
  complexity: 'O(N*K) for K inputs and N members in the smallest',
  syntax: 'numkeys key [key ...] [LIMIT limit]',
  run: (context, args) => intersection(parseRequest(context, args, 'zintercard', 'inter', 'count')).size,
});
