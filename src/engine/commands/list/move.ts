import type { CommandContext } from '../../execution/command-context';
import { parseInt64 } from '../../values/int64';
import type { ListEnd } from '../../values/list';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { LIST } from './kind';
import { POP_EVENT } from './pop';
import { listEnd } from './positions';
import { PUSH_EVENT } from './push';

/** From which end an element is taken and at which it is put. */
export interface Movement {
  readonly from: ListEnd;
  readonly to: ListEnd;
}

/** The movement of RPOPLPUSH and BRPOPLPUSH. */
export const RPOPLPUSH: Movement = { from: 'right', to: 'left' };

/** Moves one element between two lists; undefined when there is none. @throws WRONGTYPE */
export function moveElement(
  context: CommandContext,
  source: string,
  target: string,
  movement: Movement,
): string | undefined {
  if (context.peek(source, LIST) === undefined) return undefined;
  context.peek(target, LIST);
  const element = context.edit(source, LIST).pop(movement.from, source === target);
  if (element === undefined) return undefined;
  const list = context.edit(target, LIST, PUSH_EVENT[movement.to]);
  // Redis counts none for an integer, which is no text there at that moment.
  list.expect(1, parseInt64(element) === undefined ? element.length : 0);
  list.push(movement.to, element);
  if (source === target) list.shrunk();
  context.notify('l', POP_EVENT[movement.from], source);
  return element;
}

/** Keys of the commands that move an element. */
export const SOURCE_AND_TARGET = [oneKey('RW ACCESS DELETE'), oneKey('RW INSERT', 2)];

export const lmove = defineCommand({
  name: 'lmove',
  arity: 5,
  flags: ['write', 'denyoom'],
  group: 'list',
  since: '6.2.0',
  summary: 'Moves an element from one end of a list to one end of another, or of the same.',
  complexity: 'O(1)',
  keys: SOURCE_AND_TARGET,
  syntax: 'source destination <LEFT | RIGHT> <LEFT | RIGHT>',
  run: (context, [source, target, from, to]) =>
    moveElement(context, source, target, { from: listEnd(from), to: listEnd(to) }) ?? null,
});

export const rpoplpush = defineCommand({
  name: 'rpoplpush',
  arity: 3,
  flags: ['write', 'denyoom'],
  group: 'list',
  since: '1.2.0',
  deprecated: { since: '6.2.0', replacedBy: '`LMOVE` with the `RIGHT` and `LEFT` arguments' },
  summary: 'Moves the rightmost element of a list to the left end of another.',
  complexity: 'O(1)',
  keys: SOURCE_AND_TARGET,
  syntax: 'source destination',
  run: (context, [source, target]) => moveElement(context, source, target, RPOPLPUSH) ?? null,
});
