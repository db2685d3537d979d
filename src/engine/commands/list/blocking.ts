import { Block } from '../../command/answers';
import type { CommandContext } from '../../execution/command-context';
import { NULL_ARRAY, type Reply } from '../../protocol/reply';
import type { ListEnd } from '../../values/list';
import { blockingTimeout } from '../blocking-timeout';
import { countedKeys, keyRange } from '../../command/definition';
import { defineCommand } from '../define-command';
import { holds, multiplePopEffects, popEffects, waitingMultiplePop, waitingPop } from '../waiting-pops';
import { LIST } from './kind';
import { moveElement, RPOPLPUSH, SOURCE_AND_TARGET, type Movement } from './move';
import { parseMultiplePop, popFirst, popOfSeveral, popOne } from './pop';
import { listEnd } from './positions';

function blockingPop(context: CommandContext, args: readonly string[], end: ListEnd): Reply | Block {
  return waitingPop(context, args, LIST, (key) => [key, popOne(context, key, end)]);
}

const BLOCKING_POP = {
  arity: -3,
  flags: ['write', 'blocking'],
  before: { '7.2': { flags: ['write', 'noscript', 'blocking'] } },
  group: 'list',
  since: '2.0.0',
  complexity: 'O(N) in the number of keys',
  keys: [keyRange('RW ACCESS DELETE', 1, -2)],
  syntax: 'key [key ...] timeout:double',
} as const;

export const blpop = defineCommand({
  ...BLOCKING_POP,
  name: 'blpop',
  needsConnection: true,
  summary: 'Takes the leftmost element of the first list that has one, waiting until there is one.',
  effects: ({ reply }) => popEffects('LPOP', reply),
  run: (context, args) => blockingPop(context, args, 'left'),
});

export const brpop = defineCommand({
  ...BLOCKING_POP,
  name: 'brpop',
  needsConnection: true,
  summary: 'Takes the rightmost element of the first list that has one, waiting until there is one.',
  effects: ({ reply }) => popEffects('RPOP', reply),
  run: (context, args) => blockingPop(context, args, 'right'),
});

export const blmpop = defineCommand({
  name: 'blmpop',
  needsConnection: true,
  arity: -5,
  flags: ['write', 'blocking', 'movablekeys'],
  group: 'list',
  since: '7.0.0',
  summary: 'Takes elements off the first list that has some, waiting until there are.',
  complexity: 'O(N+M): N keys, M elements popped',
  keys: [countedKeys('RW ACCESS DELETE', 2)],
  syntax: 'timeout:double numkeys key [key ...] <LEFT | RIGHT> [COUNT count]',
  effects: ({ args: [, ...rest], reply }) => multiplePopEffects(popOfSeveral(rest), reply),
  run(context, [timeoutText, ...rest]) {
    const request = parseMultiplePop(rest);
    const timeout = blockingTimeout(context, timeoutText);
    return waitingMultiplePop(context, request.keys, timeout, LIST, (keys) => popFirst(context, { ...request, keys }));
  },
});

function blockingMove(
  context: CommandContext,
  source: string,
  target: string,
  movement: Movement,
  timeout: number,
): Reply | Block {
  const moved = moveElement(context, source, target, movement);
  if (moved !== undefined) return moved;
  // The two nulls differ in RESP2: a plain one where waiting is forbidden, a null array when the time is over.
  if (context.denyBlocking) return null;
  return new Block([source], timeout, NULL_ARRAY, () =>
    holds(context, source, LIST) ? moveElement(context, source, target, movement) : undefined,
  );
}

export const blmove = defineCommand({
  name: 'blmove',
  needsConnection: true,
  arity: 6,
  flags: ['write', 'denyoom', 'blocking'],
  before: { '7.2': { flags: ['write', 'denyoom', 'noscript', 'blocking'] } },
  group: 'list',
  since: '6.2.0',
  summary: 'Moves an element between the ends of two lists, waiting until there is one.',
  complexity: 'O(1)',
  keys: SOURCE_AND_TARGET,
  syntax: 'source destination <LEFT | RIGHT> <LEFT | RIGHT> timeout:double',
  effects: ({ args: [source, target, from, to] }) => [['LMOVE', source, target, from, to]],
  run(context, [source, target, from, to, timeout]) {
    const movement = { from: listEnd(from), to: listEnd(to) };
    return blockingMove(context, source, target, movement, blockingTimeout(context, timeout));
  },
});

export const brpoplpush = defineCommand({
  name: 'brpoplpush',
  needsConnection: true,
  arity: 4,
  flags: ['write', 'denyoom', 'blocking'],
  before: { '7.2': { flags: ['write', 'denyoom', 'noscript', 'blocking'] } },
  group: 'list',
  since: '2.2.0',
  deprecated: { since: '6.2.0', replacedBy: '`BLMOVE` with the `RIGHT` and `LEFT` arguments' },
  summary: 'Moves the rightmost element of a list to the left end of another, waiting until there is one.',
  complexity: 'O(1)',
  keys: SOURCE_AND_TARGET,
  syntax: 'source destination timeout:double',
  effects: ({ args: [source, target] }) => [['RPOPLPUSH', source, target]],
  run: (context, [source, target, timeout]) =>
    blockingMove(context, source, target, RPOPLPUSH, blockingTimeout(context, timeout)),
});
