import type { CommandContext } from '../../execution/command-context';
import { NULL_ARRAY, type Reply } from '../../protocol/reply';
import type { ListEnd } from '../../values/list';
import { integerWithin, isOption, numberOfKeys, optionValue } from '../../command/arguments';
import { countedKeys, oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { multiplePopEffects } from '../waiting-pops';
import { error, MUST_BE_POSITIVE, SYNTAX_ERROR, wrongArity } from '../../command/errors';
import { LIST } from './kind';
import { listEnd } from './positions';
import { reserveElements } from '../room';

/** The keyspace event of a pop at each end. */
export const POP_EVENT = { left: 'lpop', right: 'rpop' } as const;

/** Takes one element off a list that is known to exist. */
export function popOne(context: CommandContext, key: string, end: ListEnd): string | null {
  return context.edit(key, LIST, POP_EVENT[end]).pop(end) ?? null;
}

/** Takes up to `count` elements off a list that is known to exist, the outermost first. */
export function popSeveral(context: CommandContext, key: string, end: ListEnd, count: number): string[] {
  const found = context.peek(key, LIST);
  if (found !== undefined) reserveElements(context, found, count);
  const list = context.edit(key, LIST, POP_EVENT[end]);
  const popped: string[] = [];
  while (popped.length < count) {
    const element = list.pop(end);
    if (element === undefined) break;
    popped.push(element);
  }
  return popped;
}

function pop(context: CommandContext, name: string, args: readonly [string, ...string[]], end: ListEnd): Reply {
  const [key, countText] = args;
  if (args.length > 2) throw wrongArity(name);
  if (countText === undefined) return context.peek(key, LIST) === undefined ? null : popOne(context, key, end);
  const count = integerWithin(countText, 0, Infinity, MUST_BE_POSITIVE);
  if (context.peek(key, LIST) === undefined) return NULL_ARRAY;
  return count === 0 ? [] : popSeveral(context, key, end, count);
}

const POP = {
  arity: -2,
  flags: ['write', 'fast'],
  group: 'list',
  since: '1.0.0',
  complexity: 'O(N) in the number of elements popped',
  keys: [oneKey('RW ACCESS DELETE')],
  syntax: 'key [count]',
} as const;

export const lpop = defineCommand({
  ...POP,
  name: 'lpop',
  summary: 'Takes elements off the left end of a list.',
  run: (context, args) => pop(context, 'lpop', args, 'left'),
});

export const rpop = defineCommand({
  ...POP,
  name: 'rpop',
  summary: 'Takes elements off the right end of a list.',
  run: (context, args) => pop(context, 'rpop', args, 'right'),
});

/** What LMPOP and BLMPOP are asked for. */
export interface MultiplePop {
  readonly keys: readonly string[];
  readonly end: ListEnd;
  readonly count: number;
}

const COUNT_TOO_SMALL = error('count should be greater than 0');

/** Reads `numkeys key [key ...] <LEFT | RIGHT> [COUNT count]`. @throws syntax error and what is wrong with a number */
export function parseMultiplePop(args: readonly string[]): MultiplePop {
  const [keyCount = '', ...rest] = args;
  const count = numberOfKeys(keyCount, rest.length - 1);
  const end = listEnd(optionValue(rest, count));
  let popCount: number | undefined;
  for (let i = count + 1; i < rest.length; i += 2) {
    const value = rest[i + 1];
    if (popCount !== undefined || !isOption(rest[i] ?? '', 'count') || value === undefined) throw SYNTAX_ERROR;
    popCount = integerWithin(value, 1, Infinity, COUNT_TOO_SMALL);
  }
  return { keys: rest.slice(0, count), end, count: popCount ?? 1 };
}

/** Pops from the first of several lists that exists; undefined when none does. @throws WRONGTYPE */
export function popFirst(context: CommandContext, { keys, end, count }: MultiplePop): Reply | undefined {
  const key = keys.find((each) => context.peek(each, LIST) !== undefined);
  return key === undefined ? undefined : [key, popSeveral(context, key, end, count)];
}

/** The plain command that LMPOP and BLMPOP are for one key. */
export function popOfSeveral(args: readonly string[]): 'LPOP' | 'RPOP' {
  return parseMultiplePop(args).end === 'left' ? 'LPOP' : 'RPOP';
}

export const lmpop = defineCommand({
  name: 'lmpop',
  arity: -4,
  flags: ['write', 'movablekeys'],
  group: 'list',
  since: '7.0.0',
  summary: 'Takes elements off the first of several lists that is not empty.',
  complexity: 'O(N+M): N keys, M elements popped',
  keys: [countedKeys('RW ACCESS DELETE', 1)],
  syntax: 'numkeys key [key ...] <LEFT | RIGHT> [COUNT count]',
  effects: ({ args, reply }) => multiplePopEffects(popOfSeveral(args), reply),
  run: (context, args) => popFirst(context, parseMultiplePop(args)) ?? NULL_ARRAY,
});
