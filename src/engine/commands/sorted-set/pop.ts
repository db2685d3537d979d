import type { Block } from '../../command/answers';
import type { CommandContext } from '../../execution/command-context';
import { NULL_ARRAY, type Reply } from '../../protocol/reply';
import { integerWithin, isOption, wordOf } from '../../command/arguments';
import { blockingTimeout } from '../blocking-timeout';
import { countedKeys, keyRange, oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { multiplePopEffects, popEffects, waitingMultiplePop, waitingPop } from '../waiting-pops';
import { error, MUST_BE_POSITIVE, SYNTAX_ERROR } from '../../command/errors';
import { SORTED_SET } from './kind';
import { membersReply, SCORED_BYTES, type MemberForm } from './replies';

/** The end of the order members are taken from. */
type End = 'min' | 'max';

/** Takes members off an end of a sorted set that is known to exist. */
function pop(context: CommandContext, key: string, end: End, count: number, form: MemberForm): Reply[] {
  const found = context.peek(key, SORTED_SET);
  if (found !== undefined) context.reserve(Math.min(count, found.size) * SCORED_BYTES);
  const set = context.edit(key, SORTED_SET, `zpop${end}`);
  const { size } = set;
  const taken = Math.min(count, size);
  const range = end === 'min' ? { start: 0, end: taken } : { start: size - taken, end: size };
  const popped = membersReply(context, set, range, end === 'max', form);
  set.deleteRange(range);
  return popped;
}

/** ZPOPMIN and ZPOPMAX. */
function popCounted(context: CommandContext, args: readonly [string, ...string[]], end: End): Reply {
  const [key, countText] = args;
  if (args.length > 2) throw SYNTAX_ERROR;
  const count = countText === undefined ? 1 : integerWithin(countText, 0, Infinity, MUST_BE_POSITIVE);
  if (context.peek(key, SORTED_SET) === undefined || count === 0) return [];
  return pop(context, key, end, count, context.resp === 3 && countText !== undefined ? 'pairs' : 'flat');
}

const POP = {
  arity: -2,
  flags: ['write', 'fast'],
  group: 'sorted-set',
  since: '5.0.0',
  complexity: 'O(M*log(N)) for M members popped',
  keys: [oneKey('RW ACCESS DELETE')],
  syntax: 'key [count]',
} as const;

export const zpopmin = defineCommand({
  ...POP,
  name: 'zpopmin',
  summary: 'Takes the members with the lowest scores.',
  run: (context, args) => popCounted(context, args, 'min'),
});

export const zpopmax = defineCommand({
  ...POP,
  name: 'zpopmax',
  summary: 'Takes the members with the highest scores.',
  run: (context, args) => popCounted(context, args, 'max'),
});

interface MultiplePop {
  readonly keys: readonly string[];
  readonly end: End;
  readonly count: number;
}

const BAD_KEY_COUNT = error('numkeys should be greater than 0');
const BAD_COUNT = error('count should be greater than 0');

/** `numkeys key [key ...] MIN | MAX [COUNT count]` */
function parseMultiplePop(args: readonly string[]): MultiplePop {
  const numberOfKeys = integerWithin(args[0] ?? '', 1, Infinity, BAD_KEY_COUNT);
  const keys = args.slice(1, 1 + numberOfKeys);
  const end = wordOf(args[1 + numberOfKeys] ?? '');
  if (end !== 'min' && end !== 'max') throw SYNTAX_ERROR;
  let count: number | undefined;
  for (let i = numberOfKeys + 2; i < args.length; i += 2) {
    const value = args[i + 1];
    if (count !== undefined || !isOption(args[i] ?? '', 'count') || value === undefined) throw SYNTAX_ERROR;
    count = integerWithin(value, 1, Infinity, BAD_COUNT);
  }
  return { keys, end, count: count ?? 1 };
}

/** Pops from the first key that holds something. @throws WRONGTYPE for a key before it */
function popFirst(context: CommandContext, { keys, end, count }: MultiplePop): Reply | undefined {
  const key = keys.find((each) => context.peek(each, SORTED_SET) !== undefined);
  return key === undefined ? undefined : [key, pop(context, key, end, count, 'pairs')];
}

/** The plain command that ZMPOP and BZMPOP are for one key. */
function popOfSeveral(args: readonly string[]): string {
  return `ZPOP${parseMultiplePop(args).end.toUpperCase()}`;
}

export const zmpop = defineCommand({
  name: 'zmpop',
  arity: -4,
  flags: ['write', 'movablekeys'],
  group: 'sorted-set',
  since: '7.0.0',
  summary: 'Takes members off the first sorted set that has some.',
  complexity: 'O(K)+O(M*log(N)) for K keys and M members popped',
  keys: [countedKeys('RW ACCESS DELETE', 1)],
  syntax: 'numkeys key [key ...] <MIN | MAX> [COUNT count]',
  effects: ({ args, reply }) => multiplePopEffects(popOfSeveral(args), reply),
  run: (context, args) => popFirst(context, parseMultiplePop(args)) ?? NULL_ARRAY,
});

/** BZPOPMIN and BZPOPMAX. */
function blockingPop(context: CommandContext, args: readonly string[], end: End): Reply | Block {
  return waitingPop(context, args, SORTED_SET, (key) => [key, ...pop(context, key, end, 1, 'flat')]);
}

const BLOCKING_POP = {
  arity: -3,
  flags: ['write', 'blocking', 'fast'],
  before: { '7.2': { flags: ['write', 'noscript', 'blocking', 'fast'] } },
  group: 'sorted-set',
  since: '5.0.0',
  complexity: 'O(log(N))',
  keys: [keyRange('RW ACCESS DELETE', 1, -2)],
  syntax: 'key [key ...] timeout:double',
} as const;

export const bzpopmin = defineCommand({
  ...BLOCKING_POP,
  name: 'bzpopmin',
  needsConnection: true,
  summary: 'Takes the member with the lowest score off the first sorted set that has one, waiting until there is one.',
  effects: ({ reply }) => popEffects('ZPOPMIN', reply),
  run: (context, args) => blockingPop(context, args, 'min'),
});

export const bzpopmax = defineCommand({
  ...BLOCKING_POP,
  name: 'bzpopmax',
  needsConnection: true,
  summary: 'Takes the member with the highest score off the first sorted set that has one, waiting until there is one.',
  effects: ({ reply }) => popEffects('ZPOPMAX', reply),
  run: (context, args) => blockingPop(context, args, 'max'),
});

export const bzmpop = defineCommand({
  name: 'bzmpop',
  needsConnection: true,
  arity: -5,
  flags: ['write', 'blocking', 'movablekeys'],
  group: 'sorted-set',
  since: '7.0.0',
  summary: 'Takes members off the first sorted set that has some, waiting until there are.',
  complexity: 'O(K)+O(M*log(N)) for K keys and M members popped',
  keys: [countedKeys('RW ACCESS DELETE', 2)],
  syntax: 'timeout:double numkeys key [key ...] <MIN | MAX> [COUNT count]',
  effects: ({ args: [, ...rest], reply }) => multiplePopEffects(popOfSeveral(rest), reply),
  run(context, [timeoutText, ...rest]) {
    const request = parseMultiplePop(rest);
    const timeout = blockingTimeout(context, timeoutText);
    const popFrom = (keys: readonly string[]) => popFirst(context, { ...request, keys });
    return waitingMultiplePop(context, request.keys, timeout, SORTED_SET, popFrom);
  },
});
