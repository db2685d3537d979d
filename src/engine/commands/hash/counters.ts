import { addLongDoubles, formatLongDouble, INFINITE, parseLongDouble } from '../../command/long-double';
import { addInt64, int64, parseInt64 } from '../../command/arguments';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, INCREMENT_OVERFLOW, NAN_OR_INFINITY, NOT_A_FLOAT } from '../../command/errors';
import { HASH } from './kind';

export const hincrby = defineCommand({
  name: 'hincrby',
  arity: 4,
  flags: ['write', 'denyoom', 'fast'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Adds an integer to the one a field holds; a missing field counts as 0.',
  complexity: 'O(1)',
  keys: [oneKey('RW ACCESS UPDATE')],
  syntax: 'key field increment',
  run(context, [key, field, incrementText]) {
    const increment = int64(incrementText);
    const current = parseInt64(context.peek(key, HASH)?.get(field) ?? '0');
    if (current === undefined) throw error('hash value is not an integer');
    const sum = addInt64(current, increment);
    if (sum === undefined) throw INCREMENT_OVERFLOW;
    context.edit(key, HASH, 'hincrby').setKeeping(field, String(sum));
    return sum;
  },
});

export const hincrbyfloat = defineCommand({
  name: 'hincrbyfloat',
  arity: 4,
  flags: ['write', 'denyoom', 'fast'],
  group: 'hash',
  since: '2.6.0',
  summary: 'Adds a decimal number to the one a field holds.',
  complexity: 'O(1)',
  keys: [oneKey('RW ACCESS UPDATE')],
  syntax: 'key field increment:double',
  effects: 'told',
  run(context, [key, field, incrementText]) {
    const increment = parseLongDouble(incrementText);
    if (increment === undefined) throw NOT_A_FLOAT;
    if (increment === INFINITE) throw error('value is NaN or Infinity');
    const current = parseLongDouble(context.peek(key, HASH)?.get(field) ?? '0');
    if (current === undefined) throw error('hash value is not a float');
    const sum = addLongDoubles(current, increment);
    if (sum === undefined) throw NAN_OR_INFINITY;
    const text = formatLongDouble(sum);
    const hash = context.edit(key, HASH, 'hincrbyfloat');
    hash.setKeeping(field, text);
    // Redis 8.0 tells its replicas HSET even then, and so forgets the deadline there.
    const isTimed = (hash.deadlineOf(field) ?? 0) !== 0;
    context.effect(isTimed ? ['HSETEX', key, 'KEEPTTL', 'FIELDS', '1', field, text] : ['HSET', key, field, text]);
    return text;
  },
});
