import type { CommandContext } from '../../execution/command-context';
import { OK, type Reply } from '../../protocol/reply';
import { isOption } from '../../command/arguments';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { deadline, parseStringOptions } from './string-options';
import { textOf } from '../room';

const SET_OPTIONS: ReadonlySet<string> = new Set(['nx', 'xx', 'get', 'keepttl']);

/** Stores a string with its deadline (0 = none) and publishes what SET publishes. */
function storeString(
  context: CommandContext,
  key: string,
  value: string,
  expireAt: number | bigint,
  keepTtl: boolean,
): void {
  const entry = context.store(key, value, keepTtl);
  context.notify('$', 'set', key);
  if (expireAt === 0) return;
  context.setExpiry(entry, expireAt);
  context.notify('g', 'expire', key);
}

export const set = defineCommand({
  name: 'set',
  arity: -3,
  flags: ['write', 'denyoom'],
  group: 'string',
  since: '1.0.0',
  summary: 'Gives a key a string value, whatever it held before.',
  complexity: 'O(1)',
  keys: [{ ...oneKey('RW ACCESS UPDATE VARIABLE_FLAGS'), notes: 'RW and ACCESS due to the optional `GET` argument' }],
  movableKeys: (args) => [
    { position: 1, flags: args.slice(2).some((arg) => isOption(arg, 'get')) ? 'RW ACCESS UPDATE' : 'OW UPDATE' },
  ],
  syntax:
    'key value [NX | XX] [GET] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL]',
  effects({ args, now, name }) {
    const [key, value] = args;
    if (args.length === 2) return [[name, key, value]];
    const { unit, time } = parseStringOptions(args, 2, SET_OPTIONS);
    if (unit !== undefined) return [['SET', key, value, 'PXAT', String(deadline(now, 'set', unit, time))]];
    return [[name, key, value, ...args.slice(2).filter((arg) => !isOption(arg, 'get'))]];
  },
  run(context, args): Reply {
    const [key, value] = args;
    if (args.length === 2) {
      storeString(context, key, value, 0, false);
      return OK;
    }
    const options = parseStringOptions(args, 2, SET_OPTIONS);
    const expireAt = options.unit === undefined ? 0 : deadline(context.now, 'set', options.unit, options.time);
    const previous = options.get ? textOf(context, context.readString(key)) : undefined;
    const exists = options.condition !== undefined && context.lookup(key) !== undefined;
    if ((options.condition === 'nx' && exists) || (options.condition === 'xx' && !exists)) return previous ?? null;
    storeString(context, key, value, expireAt, options.keepTtl);
    return previous === undefined ? OK : previous;
  },
});

export const setnx = defineCommand({
  name: 'setnx',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  group: 'string',
  since: '1.0.0',
  summary: 'Gives a key a string value only if it does not exist.',
  deprecated: { since: '2.6.12', replacedBy: '`SET` with the `NX` argument' },
  before: { '7.2': { deprecated: undefined } },
  complexity: 'O(1)',
  keys: [oneKey('OW INSERT')],
  syntax: 'key value',
  run(context, [key, value]) {
    if (context.lookup(key) !== undefined) return 0;
    storeString(context, key, value, 0, false);
    return 1;
  },
});

export const setex = defineCommand({
  name: 'setex',
  arity: 4,
  flags: ['write', 'denyoom'],
  group: 'string',
  since: '2.0.0',
  summary: 'Gives a key a string value and a time to live in seconds.',
  deprecated: { since: '2.6.12', replacedBy: '`SET` with the `EX` argument' },
  before: { '7.2': { deprecated: undefined } },
  complexity: 'O(1)',
  keys: [oneKey('OW UPDATE')],
  syntax: 'key seconds value',
  effects: ({ args: [key, seconds, value], now }) => [
    ['SET', key, value, 'PXAT', String(deadline(now, 'setex', 'ex', seconds))],
  ],
  run(context, [key, seconds, value]) {
    storeString(context, key, value, deadline(context.now, 'setex', 'ex', seconds), false);
    return OK;
  },
});

export const psetex = defineCommand({
  name: 'psetex',
  arity: 4,
  flags: ['write', 'denyoom'],
  group: 'string',
  since: '2.6.0',
  summary: 'Gives a key a string value and a time to live in milliseconds.',
  deprecated: { since: '2.6.12', replacedBy: '`SET` with the `PX` argument' },
  before: { '7.2': { deprecated: undefined } },
  complexity: 'O(1)',
  keys: [oneKey('OW UPDATE')],
  syntax: 'key milliseconds value',
  effects: ({ args: [key, milliseconds, value], now }) => [
    ['SET', key, value, 'PXAT', String(deadline(now, 'psetex', 'px', milliseconds))],
  ],
  run(context, [key, milliseconds, value]) {
    storeString(context, key, value, deadline(context.now, 'psetex', 'px', milliseconds), false);
    return OK;
  },
});
