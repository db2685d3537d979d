import { wordOf } from '../../command/arguments';
import { oneKey } from '../../command/definition';
import { error, wrongArity } from '../../command/errors';
import { parseInt64 } from '../../command/arguments';
import type { CommandContext } from '../../execution/command-context';
import { defineCommand } from '../define-command';
import { fieldsArgument } from './fields-argument';
import { fieldDeadline, hashToTime, removeExpired, TIME_OPTIONS } from './field-times';
import { HASH } from './kind';

export const hgetdel = defineCommand({
  name: 'hgetdel',
  arity: -5,
  flags: ['write', 'fast'],
  group: 'hash',
  since: '8.0.0',
  summary: 'Answers the values of fields, and removes these.',
  complexity: 'O(N) in the number of fields',
  keys: [oneKey('RW ACCESS DELETE')],
  syntax: 'key FIELDS numfields field [field ...]',
  effects: ({ args: [key, , , ...fields] }) => [['HDEL', key, ...fields]],
  run(context, args) {
    const [key] = args;
    const existing = context.peek(key, HASH);
    const fields = fieldsArgument(args, 1);
    if (existing === undefined || !fields.some((field) => existing.has(field))) return fields.map(() => null);
    const hash = context.edit(key, HASH, 'hdel');
    return fields.map((field) => {
      const value = hash.get(field) ?? null;
      hash.delete(field);
      return value;
    });
  },
});

/** What HGETEX does to deadlines: 0 takes them away, undefined leaves them. */
function newDeadline(
  { now }: CommandContext,
  args: readonly string[],
): { deadline: number | undefined; fieldsAt: number } {
  const word = wordOf(args[1] ?? '');
  const form = TIME_OPTIONS.get(word);
  if (form !== undefined) return { deadline: fieldDeadline(now, args[2] ?? '', form, 'hgetex'), fieldsAt: 3 };
  return word === 'persist' ? { deadline: 0, fieldsAt: 2 } : { deadline: undefined, fieldsAt: 1 };
}

/** Gives those of the fields that are there a deadline. */
function timeFields(context: CommandContext, key: string, fields: readonly string[], deadline: number): void {
  const existing = context.peek(key, HASH);
  const here = fields.filter((field) => existing?.has(field) === true);
  const count = String(fields.length);
  if (here.length === 0) return;
  if (deadline === 0) {
    if (here.every((field) => existing?.deadlineOf(field) === 0)) return;
    context.effect(['HPERSIST', key, 'FIELDS', count, ...fields]);
  } else if (deadline <= context.now) {
    removeExpired(context, key, hashToTime(context, key), here);
    return;
  } else {
    context.effect(['HPEXPIREAT', key, String(deadline), 'FIELDS', count, ...fields]);
  }
  const hash = hashToTime(context, key, deadline === 0 ? 'hpersist' : 'hexpire');
  for (const field of here) hash.setDeadline(field, deadline);
}

export const hgetex = defineCommand({
  name: 'hgetex',
  arity: -5,
  flags: ['write', 'fast'],
  group: 'hash',
  since: '8.0.0',
  summary: 'Answers the values of fields, and changes their deadlines.',
  complexity: 'O(N) in the number of fields',
  keys: [{ ...oneKey('RW ACCESS UPDATE'), notes: 'RW and UPDATE because it changes the TTL' }],
  syntax:
    'key [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | PERSIST] FIELDS numfields field [field ...]',
  effects: 'told',
  run(context, args) {
    const [key] = args;
    const existing = context.peek(key, HASH);
    const { deadline, fieldsAt } = newDeadline(context, args);
    const fields = fieldsArgument(args, fieldsAt);
    // A field whose deadline has passed is gone when it is named again.
    const removes = deadline !== undefined && deadline !== 0 && deadline <= context.now;
    const values = fields.map((field, i) => {
      if (removes && fields.indexOf(field) < i) return null;
      return existing?.get(field) ?? null;
    });
    if (deadline !== undefined && existing?.encoding === 'listpack') context.editSilently(key, HASH).prepareDeadlines();
    if (deadline !== undefined && existing !== undefined) timeFields(context, key, fields, deadline);
    return values;
  },
});

interface SetRequest {
  /** All fields must be there, or none. */
  readonly only: 'fnx' | 'fxx' | undefined;
  readonly deadline: number | undefined;
  readonly keeps: boolean;
  /** Where EX or its like stands. */
  readonly timeAt: number;
  /** Field and value in turn. */
  readonly pairs: readonly string[];
}

const ONE_CONDITION = error('Only one of FXX or FNX arguments can be specified');
const ONE_TIME = error('Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified');
const BAD_COUNT = error('invalid number of fields');

function parseSet({ now }: CommandContext, args: readonly string[]): SetRequest {
  let only: 'fnx' | 'fxx' | undefined;
  let deadline: number | undefined;
  let keeps = false;
  let timeAt = 0;
  for (let i = 1; i < args.length; i++) {
    const text = args[i] ?? '';
    const word = wordOf(text);
    const form = TIME_OPTIONS.get(word);
    if (word === 'fields') return { only, deadline, keeps, timeAt, pairs: pairsAt(args, i) };
    if (word === 'fnx' || word === 'fxx') {
      if (only !== undefined) throw ONE_CONDITION;
      only = word;
    } else if (word === 'keepttl' || form !== undefined) {
      if (keeps || deadline !== undefined) throw ONE_TIME;
      timeAt = i;
      if (form === undefined) keeps = true;
      else deadline = fieldDeadline(now, args[++i] ?? '', form, 'hsetex');
    } else {
      throw error(`unknown argument: ${text}`);
    }
  }
  throw error('missing FIELDS argument');
}

/** `FIELDS numfields field value [field value ...]`, to the end. */
function pairsAt(args: readonly string[], at: number): readonly string[] {
  const count = parseInt64(args[at + 1] ?? '');
  if (typeof count !== 'number' || count < 1) throw BAD_COUNT;
  const pairs = args.slice(at + 2);
  if (pairs.length !== count * 2) throw wrongArity('hsetex');
  return pairs;
}

/** Sets the fields, and their deadlines. */
function setFields(context: CommandContext, args: readonly [string, ...string[]], request: SetRequest): void {
  const { deadline, keeps, timeAt, pairs } = request;
  const [key] = args;
  const hash = context.edit(key, HASH, 'hset');
  if (deadline !== undefined) hash.prepareDeadlines();
  const fields = pairs.filter((_, i) => i % 2 === 0);
  for (let i = 0; i < pairs.length; i += 2) {
    const [field = '', value = ''] = [pairs[i], pairs[i + 1]];
    // A deadline that will be another one keeps its place until then.
    if (keeps || deadline !== undefined) hash.setKeeping(field, value);
    else hash.set(field, value);
    if (deadline !== undefined && deadline > context.now) hash.setDeadline(field, deadline);
  }
  if (deadline !== undefined && deadline <= context.now) {
    removeExpired(context, key, hash, fields);
    return;
  }
  const timed = deadline === undefined ? args : args.with(timeAt, 'PXAT').with(timeAt + 1, String(deadline));
  context.effect([context.typedName, ...timed]);
  if (deadline !== undefined) context.notify('h', 'hexpire', key);
}

export const hsetex = defineCommand({
  name: 'hsetex',
  arity: -6,
  flags: ['write', 'denyoom', 'fast'],
  group: 'hash',
  since: '8.0.0',
  summary: 'Sets fields, with a deadline if wanted.',
  complexity: 'O(N) in the number of fields',
  keys: [oneKey('RW UPDATE')],
  syntax:
    'key [FNX | FXX] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL] FIELDS numfields field value [field value ...]',
  effects: 'told',
  run(context, args) {
    const [key] = args;
    const request = parseSet(context, args);
    const existing = context.peek(key, HASH);
    const { only, pairs } = request;
    const present = pairs.filter((field, i) => i % 2 === 0 && existing?.has(field) === true).length;
    if ((only === 'fnx' && present > 0) || (only === 'fxx' && present * 2 < pairs.length)) return 0;
    setFields(context, args, request);
    return 1;
  },
});
