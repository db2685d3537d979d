import { isOption } from '../../command/arguments';
import { oneKey } from '../../command/definition';
import { error } from '../../command/errors';
import type { CommandContext } from '../../execution/command-context';
import type { Reply } from '../../protocol/reply';
import type { HashView } from '../../values/hash';
import { defineCommand } from '../define-command';
import { fieldsArgument } from './fields-argument';
import { fieldDeadline, hashToTime, removeExpired, type TimeForm } from './field-times';
import { HASH } from './kind';

const NO_FIELD = -2;
const NOT_SET = 0;
const SET = 1;
const REMOVED = 2;

const NOT_A_COUNT = error('Parameter `numFields` should be greater than 0');

const CONDITIONS = ['nx', 'xx', 'gt', 'lt'] as const;
type Condition = (typeof CONDITIONS)[number];

/** Whether a field may have a new deadline. @param current 0 = it has none, which counts as later than any */
function allows(condition: Condition | undefined, current: number, wanted: number): boolean {
  switch (condition) {
    case undefined:
      return true;
    case 'nx':
      return current === 0;
    case 'xx':
      return current !== 0;
    case 'gt':
      return current !== 0 && wanted > current;
    case 'lt':
      return current === 0 || wanted < current;
  }
}

/** What HEXPIRE and its like change, once everything about them is known. */
function expireFields(
  context: CommandContext,
  key: string,
  existing: HashView,
  fields: readonly string[],
  deadline: number,
  condition: Condition | undefined,
): number[] {
  if (existing.encoding === 'listpack') context.editSilently(key, HASH).prepareDeadlines();
  const past = deadline <= context.now;
  const chosen = new Set<string>();
  const replies = fields.map((field) => {
    // One that was named before has been removed, or has the new deadline.
    const current = chosen.has(field) ? (past ? undefined : deadline) : existing.deadlineOf(field);
    if (current === undefined) return NO_FIELD;
    if (!allows(condition, current, deadline)) return NOT_SET;
    chosen.add(field);
    return past ? REMOVED : SET;
  });
  if (chosen.size === 0) return replies;
  if (past) {
    removeExpired(context, key, hashToTime(context, key), [...chosen]);
    return replies;
  }
  const hash = hashToTime(context, key, 'hexpire');
  const set = fields.filter((_, i) => replies[i] === SET);
  for (const field of set) hash.setDeadline(field, deadline);
  const word = condition === undefined ? [] : [condition.toUpperCase()];
  context.effect(['HPEXPIREAT', key, String(deadline), ...word, 'FIELDS', String(set.length), ...set]);
  return replies;
}

function expiring(name: string, summary: string, form: TimeForm, time: string) {
  return defineCommand({
    name,
    arity: -6,
    flags: ['write', 'fast'],
    group: 'hash',
    since: '7.4.0',
    summary,
    complexity: 'O(N) in the number of fields',
    keys: [oneKey('RW UPDATE')],
    syntax: `key ${time} [NX | XX | GT | LT] FIELDS numfields field [field ...]`,
    effects: 'told',
    run(context, args): Reply {
      const [key, timeText, word] = args;
      const existing = context.peek(key, HASH);
      const deadline = fieldDeadline(context.now, timeText, form, name);
      const condition = CONDITIONS.find((each) => isOption(word, each));
      const fields = fieldsArgument(args, condition === undefined ? 2 : 3, NOT_A_COUNT);
      if (existing === undefined) return fields.map(() => NO_FIELD);
      return expireFields(context, key, existing, fields, deadline, condition);
    },
  });
}

/** Seconds from now. */
export const hexpire = expiring(
  'hexpire',
  'Lets fields of a hash expire after some seconds.',
  { unit: 'seconds', relative: true },
  'seconds',
);
/** Milliseconds from now. */
export const hpexpire = expiring(
  'hpexpire',
  'Lets fields of a hash expire after some milliseconds.',
  { unit: 'milliseconds', relative: true },
  'milliseconds',
);
/** Seconds since the epoch. */
export const hexpireat = expiring(
  'hexpireat',
  'Lets fields of a hash expire at a time, in seconds.',
  { unit: 'seconds', relative: false },
  'unix-time-seconds',
);
/** Milliseconds since the epoch. */
export const hpexpireat = expiring(
  'hpexpireat',
  'Lets fields of a hash expire at a time, in milliseconds.',
  { unit: 'milliseconds', relative: false },
  'unix-time-milliseconds',
);

export const hpersist = defineCommand({
  name: 'hpersist',
  arity: -5,
  flags: ['write', 'fast'],
  group: 'hash',
  since: '7.4.0',
  summary: 'Takes the deadlines of fields away.',
  complexity: 'O(N) in the number of fields',
  keys: [oneKey('RW UPDATE')],
  syntax: 'key FIELDS numfields field [field ...]',
  run(context, args) {
    const [key] = args;
    const existing = context.peek(key, HASH);
    const fields = fieldsArgument(args, 1);
    const timed = new Set(fields.filter((field) => (existing?.deadlineOf(field) ?? 0) !== 0));
    const replies = fields.map((field) => {
      const deadline = existing?.deadlineOf(field);
      return deadline === undefined ? NO_FIELD : timed.delete(field) ? SET : -1;
    });
    if (!replies.includes(SET)) return replies;
    const hash = hashToTime(context, key, 'hpersist');
    fields.forEach((field, i) => {
      if (replies[i] === SET) hash.setDeadline(field, 0);
    });
    return replies;
  },
});

function asking(name: string, summary: string, answer: (deadline: number, now: number) => number, varies = false) {
  return defineCommand({
    name,
    arity: -5,
    flags: ['readonly', 'fast'],
    group: 'hash',
    since: '7.4.0',
    summary,
    complexity: 'O(N) in the number of fields',
    keys: [oneKey('RO ACCESS')],
    hints: varies ? ['nondeterministic_output'] : [],
    syntax: 'key FIELDS numfields field [field ...]',
    run(context, args) {
      const existing = context.read(args[0], HASH);
      return fieldsArgument(args, 1).map((field) => {
        const deadline = existing?.deadlineOf(field);
        if (deadline === undefined) return NO_FIELD;
        return deadline === 0 ? -1 : answer(deadline, context.now);
      });
    },
  });
}

const inSeconds = (milliseconds: number) => Math.floor((milliseconds + 999) / 1000);

/** Seconds from now, rounded up. */
export const httl = asking(
  'httl',
  'Answers how many seconds fields still live.',
  (deadline, now) => inSeconds(deadline - now),
  true,
);
/** Milliseconds from now. */
export const hpttl = asking(
  'hpttl',
  'Answers how many milliseconds fields still live.',
  (deadline, now) => deadline - now,
  true,
);
/** Seconds since the epoch, rounded up. */
export const hexpiretime = asking('hexpiretime', 'Answers when fields expire, in seconds.', inSeconds);
/** Milliseconds since the epoch. */
export const hpexpiretime = asking(
  'hpexpiretime',
  'Answers when fields expire, in milliseconds.',
  (deadline) => deadline,
);
