import { OK } from '../../protocol/reply';
import type { ListEnd, ListView } from '../../values/list';
import type { RedisVersion } from '../../redis-version';
import { int64, integer } from '../../command/arguments';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, INDEX_OUT_OF_RANGE, NO_SUCH_KEY } from '../../command/errors';
import { LIST } from './kind';
import { rangeWithin } from './positions';

export const lset = defineCommand({
  name: 'lset',
  arity: 4,
  flags: ['write', 'denyoom'],
  group: 'list',
  since: '1.0.0',
  summary: 'Replaces the element at a position.',
  complexity: 'O(log(N)); O(1) for the ends themselves',
  keys: [oneKey('RW UPDATE')],
  syntax: 'key index element',
  run(context, [key, indexText, element]) {
    const existing = context.peek(key, LIST);
    if (existing === undefined) throw NO_SUCH_KEY;
    existing.expect(1, element.length);
    const given = positionOf(indexText, context.engine.version);
    const index = given < 0 ? given + existing.size : given;
    if (index < 0 || index >= existing.size) throw INDEX_OUT_OF_RANGE;
    context.edit(key, LIST, 'lset').set(index, element);
    return OK;
  },
});

/** Since 7.2 LSET, and nothing else, goes by the lowest 32 bits of a position. */
function positionOf(text: string, version: RedisVersion): number {
  return version < '7.2' ? integer(text) : Number(BigInt.asIntN(32, BigInt(int64(text))));
}

function contains(list: ListView, element: string, from: ListEnd): boolean {
  let found = false;
  list.walk(from, (each) => {
    found = each === element;
    return !found;
  });
  return found;
}

const LEAST_INT64 = -(2n ** 63n);
/** Since 8.0: nothing that may be negated. */
const COUNT_OUT_OF_RANGE = error(
  'value is out of range, value must between -9223372036854775807 and 9223372036854775807',
);

export const lrem = defineCommand({
  name: 'lrem',
  arity: 4,
  flags: ['write'],
  group: 'list',
  since: '1.0.0',
  summary: 'Removes elements equal to one: so many from the left, from the right if negative, all if 0.',
  complexity: 'O(N) in the size of the list',
  keys: [oneKey('RW DELETE')],
  syntax: 'key count element',
  run(context, [key, countText, element]) {
    if (context.engine.version >= '8.0' && int64(countText) === LEAST_INT64) throw COUNT_OUT_OF_RANGE;
    const count = integer(countText);
    const from = count < 0 ? 'right' : 'left';
    const existing = context.peek(key, LIST);
    if (existing === undefined || !contains(existing, element, from)) return 0;
    return context.edit(key, LIST, 'lrem').remove(element, from, count === 0 ? Infinity : Math.abs(count));
  },
});

export const ltrim = defineCommand({
  name: 'ltrim',
  arity: 4,
  flags: ['write'],
  group: 'list',
  since: '1.0.0',
  summary: 'Keeps only the elements between two positions, both included.',
  complexity: 'O(N) in the number of elements removed',
  keys: [oneKey('RW DELETE')],
  syntax: 'key start stop',
  effects: 'told',
  run(context, args) {
    const [key, firstText, lastText] = args;
    const first = integer(firstText);
    const last = integer(lastText);
    const existing = context.peek(key, LIST);
    if (existing === undefined) return OK;
    const { size } = existing;
    // Redis announces a trim even when nothing had to go.
    const list = context.edit(key, LIST, 'ltrim');
    list.trim(...rangeWithin(size, first, last));
    if (list.size < size) context.effect([context.typedName, ...args]);
    return OK;
  },
});
