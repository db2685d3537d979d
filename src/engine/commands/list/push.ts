import type { CommandContext } from '../../execution/command-context';
import type { ListEnd } from '../../values/list';
import { wordOf } from '../../command/arguments';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { SYNTAX_ERROR } from '../../command/errors';
import { LIST } from './kind';

/** The keyspace event of a push at each end. */
export const PUSH_EVENT = { left: 'lpush', right: 'rpush' } as const;

function push(context: CommandContext, args: readonly [string, ...string[]], end: ListEnd): number {
  const list = context.edit(args[0], LIST, PUSH_EVENT[end]);
  let bytes = 0;
  for (let i = 1; i < args.length; i++) bytes += args[i]?.length ?? 0;
  list.expect(args.length - 1, bytes);
  for (let i = 1; i < args.length; i++) list.push(end, args[i] ?? '');
  return list.size;
}

function pushIfExists(context: CommandContext, args: readonly [string, ...string[]], end: ListEnd): number {
  return context.peek(args[0], LIST) === undefined ? 0 : push(context, args, end);
}

const PUSH = {
  arity: -3,
  flags: ['write', 'denyoom', 'fast'],
  group: 'list',
  complexity: 'O(1) for each element',
  keys: [oneKey('RW INSERT')],
  syntax: 'key element [element ...]',
} as const;

export const lpush = defineCommand({
  ...PUSH,
  name: 'lpush',
  since: '1.0.0',
  summary: 'Adds elements at the left end of a list, creating it if needed; the last one given comes first.',
  run: (context, args) => push(context, args, 'left'),
});

export const rpush = defineCommand({
  ...PUSH,
  name: 'rpush',
  since: '1.0.0',
  summary: 'Adds elements at the right end of a list, creating it if needed.',
  run: (context, args) => push(context, args, 'right'),
});

export const lpushx = defineCommand({
  ...PUSH,
  name: 'lpushx',
  since: '2.2.0',
  summary: 'Adds elements at the left end of a list that exists.',
  run: (context, args) => pushIfExists(context, args, 'left'),
});

export const rpushx = defineCommand({
  ...PUSH,
  name: 'rpushx',
  since: '2.2.0',
  summary: 'Adds elements at the right end of a list that exists.',
  run: (context, args) => pushIfExists(context, args, 'right'),
});

export const linsert = defineCommand({
  name: 'linsert',
  arity: 5,
  flags: ['write', 'denyoom'],
  group: 'list',
  since: '2.2.0',
  summary: 'Puts an element before or after the first one that equals the pivot.',
  complexity: 'O(N) in the number of elements before the pivot',
  keys: [oneKey('RW INSERT')],
  syntax: 'key <BEFORE | AFTER> pivot element',
  run(context, [key, where, pivot, element]) {
    const side = wordOf(where);
    if (side !== 'before' && side !== 'after') throw SYNTAX_ERROR;
    const existing = context.peek(key, LIST);
    if (existing === undefined) return 0;
    existing.expect(1, element.length);
    let found = -1;
    existing.walk('left', (each, index) => {
      if (each === pivot) found = index;
      return found < 0;
    });
    if (found < 0) return -1;
    const list = context.edit(key, LIST, 'linsert');
    list.insertBeside(found, side, element);
    return list.size;
  },
});
