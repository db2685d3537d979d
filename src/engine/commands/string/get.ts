import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { deadline, parseStringOptions } from './string-options';
import { textOf } from '../room';

export const get = defineCommand({
  name: 'get',
  arity: 2,
  flags: ['readonly', 'fast'],
  group: 'string',
  since: '1.0.0',
  summary: 'Answers the string a key holds.',
  complexity: 'O(1)',
  keys: [oneKey('RO ACCESS')],
  syntax: 'key',
  run(context, [key]) {
    return textOf(context, context.readString(key));
  },
});

export const getdel = defineCommand({
  name: 'getdel',
  arity: 2,
  flags: ['write', 'fast'],
  group: 'string',
  since: '6.2.0',
  summary: 'Answers the string a key holds and removes the key.',
  complexity: 'O(1)',
  keys: [oneKey('RW ACCESS DELETE')],
  syntax: 'key',
  effects: ({ args: [key] }) => [['DEL', key]],
  run(context, [key]) {
    const value = textOf(context, context.readString(key));
    if (value !== null) context.remove(key);
    return value;
  },
});

export const getset = defineCommand({
  name: 'getset',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  group: 'string',
  since: '1.0.0',
  summary: 'Gives a key a string value and answers the one it held.',
  deprecated: { since: '6.2.0', replacedBy: '`SET` with the `!GET` argument' },
  complexity: 'O(1)',
  keys: [oneKey('RW ACCESS UPDATE')],
  syntax: 'key value',
  effects: ({ args }) => [['SET', ...args]],
  run(context, [key, value]) {
    const previous = textOf(context, context.readString(key));
    context.store(key, value);
    context.notify('$', 'set', key);
    return previous;
  },
});

const GETEX_OPTIONS: ReadonlySet<string> = new Set(['persist']);

export const getex = defineCommand({
  name: 'getex',
  arity: -2,
  flags: ['write', 'fast'],
  group: 'string',
  since: '6.2.0',
  summary: 'Answers the string a key holds and changes its time to live.',
  complexity: 'O(1)',
  keys: [{ ...oneKey('RW ACCESS UPDATE'), notes: 'RW and UPDATE because it changes the TTL' }],
  syntax: 'key [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | PERSIST]',
  effects({ args, now }) {
    const [key] = args;
    const { unit, time } = parseStringOptions(args, 1, GETEX_OPTIONS);
    if (unit === undefined) return [['PERSIST', key]];
    const at = deadline(now, 'getex', unit, time);
    return [at < now ? ['DEL', key] : ['PEXPIREAT', key, String(at)]];
  },
  run(context, args) {
    const [key] = args;
    const { persist, unit, time } = parseStringOptions(args, 1, GETEX_OPTIONS);
    const value = textOf(context, context.readString(key));
    const entry = context.lookup(key);
    if (value === null || entry === undefined || (!persist && unit === undefined)) return value;
    const expireAt = unit === undefined ? 0 : deadline(context.now, 'getex', unit, time);
    if (unit === undefined) {
      if (entry.heapIndex < 0) return value;
      context.setExpiry(entry, 0);
      context.notify('g', 'persist', key);
    } else if (expireAt < context.now) {
      // Redis treats a deadline in the past as a deletion.
      context.remove(key);
    } else {
      context.setExpiry(entry, expireAt);
      context.notify('g', 'expire', key);
    }
    return value;
  },
});
