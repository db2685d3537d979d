import type { CommandContext } from '../../execution/command-context';
import type { EffectLine } from '../../effects/effect-log';
import { int64, normalizeInt64 } from '../../command/arguments';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, printable, invalidExpire } from '../../command/errors';

type Condition = 'nx' | 'xx' | 'gt' | 'lt';

/** Reads NX, XX, GT, LT. @throws for unknown options and for combinations that contradict each other */
function parseConditions(args: readonly string[]): ReadonlySet<Condition> {
  const conditions = new Set<Condition>();
  for (const text of args.slice(2)) {
    const option = text.toLowerCase();
    if (option !== 'nx' && option !== 'xx' && option !== 'gt' && option !== 'lt')
      throw error(`Unsupported option ${printable(text)}`);
    conditions.add(option);
  }
  const others = conditions.has('xx') || conditions.has('gt') || conditions.has('lt');
  if (conditions.has('nx') && others) throw error('NX and XX, GT or LT options at the same time are not compatible');
  if (conditions.has('gt') && conditions.has('lt'))
    throw error('GT and LT options at the same time are not compatible');
  return conditions;
}

/** Whether the conditions let `at` replace `current` (0 = no deadline, which counts as infinite). */
function allowed(conditions: ReadonlySet<Condition>, at: number | bigint, current: number | bigint): boolean {
  if (conditions.has('nx') && current !== 0) return false;
  if (conditions.has('xx') && current === 0) return false;
  if (conditions.has('gt') && (current === 0 || at <= current)) return false;
  return !(conditions.has('lt') && current !== 0 && at >= current);
}

interface TimeForm {
  readonly command: string;
  readonly seconds: boolean;
  readonly relative: boolean;
}

/** The argument as milliseconds since the epoch. @throws invalid expire time on overflow */
function toDeadline(now: number, text: string, { command, seconds, relative }: TimeForm): number | bigint {
  const given = BigInt(int64(text));
  const at = (seconds ? given * 1000n : given) + (relative ? BigInt(now) : 0n);
  // Also where only the seconds themselves are too many.
  if (seconds && normalizeInt64(given * 1000n) === undefined) throw invalidExpire(command);
  // Far below the epoch Redis does not look: such a key is gone in any case.
  const deadline = normalizeInt64(at) ?? (at < 0n ? Number(at) : undefined);
  if (deadline === undefined) throw invalidExpire(command);
  return deadline;
}

/** A deadline is the same anywhere; one in the past is a deletion. */
function expireEffects(
  args: readonly [string, string, ...string[]],
  now: number,
  form: TimeForm,
): readonly EffectLine[] {
  const [key, time, ...conditions] = args;
  const at = toDeadline(now, time, form);
  return [at <= now ? ['DEL', key] : ['PEXPIREAT', key, String(at), ...conditions]];
}

function expireKey(context: CommandContext, args: readonly [string, string, ...string[]], form: TimeForm): number {
  const conditions = parseConditions(args);
  const [key, time] = args;
  const at = toDeadline(context.now, time, form);
  const entry = context.lookup(key);
  if (entry === undefined || !allowed(conditions, at, context.expireAt(entry))) return 0;
  if (at <= context.now) {
    context.remove(key);
    return 1;
  }
  context.setExpiry(entry, at);
  context.notify('g', 'expire', key);
  return 1;
}

const SHARED = {
  arity: -3,
  flags: ['write', 'fast'],
  group: 'generic',
  complexity: 'O(1)',
  keys: [oneKey('RW UPDATE')],
} as const;

const EXPIRE: TimeForm = { command: 'expire', seconds: true, relative: true };

export const expire = defineCommand({
  ...SHARED,
  name: 'expire',
  since: '1.0.0',
  summary: 'Gives a key a time to live in seconds.',
  syntax: 'key seconds [NX | XX | GT | LT]',
  effects: ({ args, now }) => expireEffects(args, now, EXPIRE),
  run: (context, args) => expireKey(context, args, EXPIRE),
});

const PEXPIRE: TimeForm = { command: 'pexpire', seconds: false, relative: true };

export const pexpire = defineCommand({
  ...SHARED,
  name: 'pexpire',
  since: '2.6.0',
  summary: 'Gives a key a time to live in milliseconds.',
  syntax: 'key milliseconds [NX | XX | GT | LT]',
  effects: ({ args, now }) => expireEffects(args, now, PEXPIRE),
  run: (context, args) => expireKey(context, args, PEXPIRE),
});

const EXPIREAT: TimeForm = { command: 'expireat', seconds: true, relative: false };

export const expireat = defineCommand({
  ...SHARED,
  name: 'expireat',
  since: '1.2.0',
  summary: 'Gives a key a deadline in seconds since the epoch.',
  syntax: 'key unix-time-seconds [NX | XX | GT | LT]',
  effects: ({ args, now }) => expireEffects(args, now, EXPIREAT),
  run: (context, args) => expireKey(context, args, EXPIREAT),
});

const PEXPIREAT: TimeForm = { command: 'pexpireat', seconds: false, relative: false };

export const pexpireat = defineCommand({
  ...SHARED,
  name: 'pexpireat',
  since: '2.6.0',
  summary: 'Gives a key a deadline in milliseconds since the epoch.',
  syntax: 'key unix-time-milliseconds [NX | XX | GT | LT]',
  effects: ({ args, now }) => expireEffects(args, now, PEXPIREAT),
  run: (context, args) => expireKey(context, args, PEXPIREAT),
});

export const persist = defineCommand({
  name: 'persist',
  arity: 2,
  flags: ['write', 'fast'],
  group: 'generic',
  since: '2.2.0',
  summary: 'Takes the deadline of a key away.',
  complexity: 'O(1)',
  keys: [oneKey('RW UPDATE')],
  syntax: 'key',
  run(context, [key]) {
    const entry = context.lookup(key);
    if (entry === undefined || entry.heapIndex < 0) return 0;
    context.setExpiry(entry, 0);
    context.notify('g', 'persist', key);
    return 1;
  },
});
