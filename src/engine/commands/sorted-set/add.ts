import type { CommandContext } from '../../execution/command-context';
import type { Reply } from '../../protocol/reply';
import type { SortedSetValue } from '../../values/sorted-set';
import { double, wordOf } from '../../command/arguments';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, SYNTAX_ERROR } from '../../command/errors';
import { SORTED_SET } from './kind';
import { scoreReply } from './replies';

const NX_WITH_XX = error('XX and NX options at the same time are not compatible');
const GT_LT_NX = error('GT, LT, and/or NX options at the same time are not compatible');
const ONE_INCREMENT = error('INCR option supports a single increment-element pair');
const NAN_SCORE = error('resulting score is not a number (NaN)');

/** ZADD's options. */
export interface AddOptions {
  nx: boolean;
  xx: boolean;
  gt: boolean;
  lt: boolean;
  ch: boolean;
  incr: boolean;
}

/** No option yet. */
export function addOptions(): AddOptions {
  return { nx: false, xx: false, gt: false, lt: false, ch: false, incr: false };
}

/** The options in front of the first score. @returns where the scores begin */
function parseOptions(args: readonly string[], options: AddOptions): number {
  let i = 1;
  for (; i < args.length; i++) {
    const option = wordOf(args[i] ?? '');
    if (
      option !== 'nx' &&
      option !== 'xx' &&
      option !== 'gt' &&
      option !== 'lt' &&
      option !== 'ch' &&
      option !== 'incr'
    )
      break;
    options[option] = true;
  }
  return i;
}

/** The score a member gets, undefined when the options forbid a change. @throws when the sum is not a number */
function newScore(
  current: number | undefined,
  score: number,
  { nx, xx, gt, lt, incr }: AddOptions,
): number | undefined {
  if (current === undefined) return xx ? undefined : score;
  if (nx) return undefined;
  const wanted = incr ? current + score : score;
  if (Number.isNaN(wanted)) throw NAN_SCORE;
  return (lt && wanted >= current) || (gt && wanted <= current) ? undefined : wanted;
}

function checkOptions({ nx, xx, gt, lt, incr }: AddOptions, pairs: number): void {
  if (nx && xx) throw NX_WITH_XX;
  if ((gt && nx) || (lt && nx) || (gt && lt)) throw GT_LT_NX;
  if (incr && pairs > 1) throw ONE_INCREMENT;
}

/**
 * Gives members scores as the options say.
 * @returns how many are new (CH: or changed); with INCR the new score
 */
export function addMembers(
  context: CommandContext,
  key: string,
  members: readonly (readonly [name: string, score: number])[],
  options: AddOptions,
): Reply {
  const existing = context.peek(key, SORTED_SET);
  let edited: SortedSetValue | undefined;
  let added = 0;
  let updated = 0;
  let last: number | undefined;
  for (const [name, score] of members) {
    const current = (edited ?? existing)?.score(name);
    last = newScore(current, score, options);
    if (last === undefined || last === current) continue;
    edited ??= context.edit(key, SORTED_SET, options.incr ? 'zincr' : 'zadd');
    if (edited.set(name, last)) added += 1;
    else updated += 1;
  }
  if (options.incr) return last === undefined ? null : scoreReply(context, last);
  return options.ch ? added + updated : added;
}

/** ZADD and ZINCRBY. */
function add(context: CommandContext, args: readonly string[], incr: boolean): Reply {
  const options = { ...addOptions(), incr };
  const first = parseOptions(args, options);
  const pairs = (args.length - first) / 2;
  if (pairs === 0 || !Number.isInteger(pairs)) throw SYNTAX_ERROR;
  checkOptions(options, pairs);
  const members: (readonly [string, number])[] = [];
  for (let i = first; i < args.length; i += 2) members.push([args[i + 1] ?? '', double(args[i] ?? '')]);
  return addMembers(context, args[0] ?? '', members, options);
}

export const zadd = defineCommand({
  name: 'zadd',
  arity: -4,
  flags: ['write', 'denyoom', 'fast'],
  group: 'sorted-set',
  since: '1.2.0',
  summary: 'Adds members with scores, or changes the scores of existing ones.',
  complexity: 'O(log(N)) for each member',
  keys: [oneKey('RW UPDATE')],
  syntax: 'key [NX | XX] [GT | LT] [CH] [INCR] score:double member [score:double member ...]',
  run: (context, args) => add(context, args, false),
});

export const zincrby = defineCommand({
  name: 'zincrby',
  arity: 4,
  flags: ['write', 'denyoom', 'fast'],
  group: 'sorted-set',
  since: '1.2.0',
  summary: "Adds to a member's score; a missing member counts as 0.",
  complexity: 'O(log(N))',
  keys: [oneKey('RW ACCESS UPDATE')],
  syntax: 'key increment:integer member',
  run: (context, args) => add(context, args, true),
});
