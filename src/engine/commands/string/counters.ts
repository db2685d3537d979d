import { plainText } from '../../protocol/reply';
import type { CommandContext } from '../../execution/command-context';
import type { Reply } from '../../protocol/reply';
import { INT64_DIGITS } from '../../values/int64';
import { addLongDoubles, formatLongDouble, LONGEST_LONG_DOUBLE, parseLongDouble } from '../../command/long-double';
import { RawString } from '../../values/raw-string';
import { addInt64, int64, normalizeInt64, parseInt64 } from '../../command/arguments';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, INCREMENT_OVERFLOW, NAN_OR_INFINITY, NOT_A_FLOAT, NOT_AN_INTEGER } from '../../command/errors';

/** What is longer than the longest number is none: a long string need not be read as a whole. */
const BEYOND_INTEGER = INT64_DIGITS + 1;
const BEYOND_LONG_DOUBLE = LONGEST_LONG_DOUBLE + 1;

function add(context: CommandContext, key: string, amount: number | bigint): Reply {
  const existing = context.peekString(key);
  const current = existing === undefined ? 0 : parseInt64(existing.slice(0, BEYOND_INTEGER));
  if (current === undefined) throw NOT_AN_INTEGER;
  const sum = addInt64(current, amount);
  if (sum === undefined) throw INCREMENT_OVERFLOW;
  context.store(key, String(sum), true);
  context.notify('$', 'incrby', key);
  return sum;
}

export const incr = defineCommand({
  name: 'incr',
  arity: 2,
  flags: ['write', 'denyoom', 'fast'],
  group: 'string',
  since: '1.0.0',
  summary: 'Adds one to the integer a key holds; a missing key counts as 0.',
  complexity: 'O(1)',
  keys: [oneKey('RW ACCESS UPDATE')],
  syntax: 'key',
  run: (context, [key]) => add(context, key, 1),
});

export const decr = defineCommand({
  name: 'decr',
  arity: 2,
  flags: ['write', 'denyoom', 'fast'],
  group: 'string',
  since: '1.0.0',
  summary: 'Takes one from the integer a key holds; a missing key counts as 0.',
  complexity: 'O(1)',
  keys: [oneKey('RW ACCESS UPDATE')],
  syntax: 'key',
  run: (context, [key]) => add(context, key, -1),
});

export const incrby = defineCommand({
  name: 'incrby',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  group: 'string',
  since: '1.0.0',
  summary: 'Adds an integer to the one a key holds.',
  complexity: 'O(1)',
  keys: [oneKey('RW ACCESS UPDATE')],
  syntax: 'key increment',
  run: (context, [key, increment]) => add(context, key, int64(increment)),
});

export const decrby = defineCommand({
  name: 'decrby',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  group: 'string',
  since: '1.0.0',
  summary: 'Takes an integer from the one a key holds.',
  complexity: 'O(1)',
  keys: [oneKey('RW ACCESS UPDATE')],
  syntax: 'key decrement',
  run(context, [key, decrement]) {
    const negated = normalizeInt64(-BigInt(int64(decrement)));
    // The most negative int64 has no positive counterpart.
    if (negated === undefined) throw error('decrement would overflow');
    return add(context, key, negated);
  },
});

export const incrbyfloat = defineCommand({
  name: 'incrbyfloat',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  group: 'string',
  since: '2.6.0',
  summary: 'Adds a decimal number to the one a key holds.',
  complexity: 'O(1)',
  keys: [oneKey('RW ACCESS UPDATE')],
  syntax: 'key increment:double',
  effects: ({ args: [key], reply }) => [['SET', key, plainText(reply), 'KEEPTTL']],
  run(context, [key, incrementText]) {
    const existing = context.peekString(key);
    const current = parseLongDouble(existing?.slice(0, BEYOND_LONG_DOUBLE) ?? '0');
    const increment = parseLongDouble(incrementText);
    if (current === undefined || increment === undefined) throw NOT_A_FLOAT;
    const sum = addLongDoubles(current, increment);
    if (sum === undefined) throw NAN_OR_INFINITY;
    const text = formatLongDouble(sum);
    context.store(key, RawString.unencoded(text), true);
    context.notify('$', 'incrbyfloat', key);
    return text;
  },
});
