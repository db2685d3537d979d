import type { CommandContext } from '../../execution/command-context';
import type { Reply } from '../../protocol/reply';
import type { ListView } from '../../values/list';
import { int64, integer, integerWithin, wordOf } from '../../command/arguments';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, SYNTAX_ERROR } from '../../command/errors';
import { LIST } from './kind';
import { rangeWithin } from './positions';
import { reserveElements } from '../room';

const READ = [oneKey('RO ACCESS')];

export const llen = defineCommand({
  name: 'llen',
  arity: 2,
  flags: ['readonly', 'fast'],
  group: 'list',
  since: '1.0.0',
  summary: 'Answers the number of elements of a list.',
  complexity: 'O(1)',
  keys: [oneKey('RO')],
  syntax: 'key',
  run: (context, [key]) => context.read(key, LIST)?.size ?? 0,
});

export const lindex = defineCommand({
  name: 'lindex',
  arity: 3,
  flags: ['readonly'],
  group: 'list',
  since: '1.0.0',
  summary: 'Answers the element at a position; negative ones count from the right end.',
  complexity: 'O(log(N)); O(1) for the ends themselves',
  keys: READ,
  syntax: 'key index',
  run(context, [key, indexText]) {
    const list = context.read(key, LIST);
    if (list === undefined) return null;
    const index = integer(indexText);
    return list.at(index < 0 ? index + list.size : index) ?? null;
  },
});

export const lrange = defineCommand({
  name: 'lrange',
  arity: 4,
  flags: ['readonly'],
  group: 'list',
  since: '1.0.0',
  summary: 'Answers the elements between two positions, both included.',
  complexity: 'O(log(S)+N): S the size of the list, N elements answered',
  keys: READ,
  syntax: 'key start stop',
  run(context, [key, firstText, lastText]) {
    const first = integer(firstText);
    const last = integer(lastText);
    const list = context.read(key, LIST);
    if (list === undefined) return [];
    const [start, end] = rangeWithin(list.size, first, last);
    reserveElements(context, list, Math.max(0, end - start));
    return list.slice(start, end);
  },
});

interface PositionSearch {
  /** The match to begin with: 1 = the first from the left, -1 = the first from the right. */
  readonly rank: number | bigint;
  /** Undefined: one position, not an array. */
  readonly count: number | undefined;
  /** Elements to compare; 0 = all. */
  readonly maxLength: number;
}

const RANK_ZERO = error(
  "RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
);
const COUNT_NEGATIVE = error("COUNT can't be negative");
const MAXLEN_NEGATIVE = error("MAXLEN can't be negative");

/** In C it stays itself when it is negated: no match is skipped then, and no count is ever reached. */
const LOWEST_RANK = -(2n ** 63n);

const RANK_TOO_LOW = error('value is out of range, value must between -9223372036854775807 and 9223372036854775807');

function parsePositionSearch({ engine: { version } }: CommandContext, args: readonly string[]): PositionSearch {
  let rank: number | bigint = 1;
  let count: number | undefined;
  let maxLength = 0;
  for (let i = 2; i < args.length; i += 2) {
    const option = wordOf(args[i] ?? '');
    const value = args[i + 1];
    if (value === undefined) throw SYNTAX_ERROR;
    if (option === 'rank') {
      rank = int64(value);
      if (rank === LOWEST_RANK && version >= '7.2') throw RANK_TOO_LOW;
      if (rank === 0) throw RANK_ZERO;
    } else if (option === 'count') {
      count = integerWithin(value, 0, Infinity, COUNT_NEGATIVE);
    } else if (option === 'maxlen') {
      maxLength = integerWithin(value, 0, Infinity, MAXLEN_NEGATIVE);
    } else {
      throw SYNTAX_ERROR;
    }
  }
  return { rank, count, maxLength };
}

function positions(list: ListView, element: string, { rank, count, maxLength }: PositionSearch): number[] {
  const found: number[] = [];
  const overflows = rank === LOWEST_RANK;
  const isUnlimited = count === 0 || (count !== undefined && overflows);
  const wanted = isUnlimited ? Infinity : (count ?? 1);
  let toSkip = overflows ? 0 : Math.abs(Number(rank)) - 1;
  let toCompare = maxLength === 0 ? Infinity : maxLength;
  list.walk(rank > 0 ? 'left' : 'right', (each, index) => {
    if (each === element && toSkip-- <= 0) found.push(index);
    return found.length < wanted && --toCompare > 0;
  });
  return found;
}

export const lpos = defineCommand({
  name: 'lpos',
  arity: -3,
  flags: ['readonly'],
  group: 'list',
  since: '6.0.6',
  summary: 'Answers the positions of an element in a list.',
  complexity: 'O(N) in the number of elements compared',
  keys: READ,
  syntax: 'key element [RANK rank] [COUNT num-matches] [MAXLEN len]',
  run(context, args): Reply {
    const [key, element] = args;
    const search = parsePositionSearch(context, args);
    const list = context.read(key, LIST);
    const found = list === undefined ? [] : positions(list, element, search);
    return search.count === undefined ? (found[0] ?? null) : found;
  },
});
