import type { CommandContext } from '../../execution/command-context';
import { normalizeInt64 } from '../../command/arguments';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';

const NO_KEY = -2;
const NO_DEADLINE = -1;

/** Answers from a key's deadline in milliseconds since the epoch. */
function fromDeadline(
  context: CommandContext,
  key: string,
  convert: (at: number | bigint) => number | bigint,
): number | bigint {
  const entry = context.glance(key);
  if (entry === undefined) return NO_KEY;
  const at = context.expireAt(entry);
  return at === 0 ? NO_DEADLINE : convert(at);
}

/** Redis rounds to the nearest second, half up. */
function toSeconds(milliseconds: number | bigint): number | bigint {
  return typeof milliseconds === 'bigint'
    ? (normalizeInt64((milliseconds + 500n) / 1000n) ?? 0)
    : Math.floor((milliseconds + 500) / 1000);
}

/** Milliseconds from now on; never negative. */
function left(at: number | bigint, { now }: CommandContext): number | bigint {
  return typeof at === 'bigint' ? (normalizeInt64(at - BigInt(now)) ?? 0) : Math.max(0, at - now);
}

export const ttl = defineCommand({
  name: 'ttl',
  arity: 2,
  flags: ['readonly', 'fast'],
  group: 'generic',
  since: '1.0.0',
  summary: 'Answers the time to live in seconds; -1 without one, -2 without a key.',
  complexity: 'O(1)',
  keys: [oneKey('RO ACCESS')],
  hints: ['nondeterministic_output'],
  syntax: 'key',
  run: (context, [key]) => fromDeadline(context, key, (at) => toSeconds(left(at, context))),
});

export const pttl = defineCommand({
  name: 'pttl',
  arity: 2,
  flags: ['readonly', 'fast'],
  group: 'generic',
  since: '2.6.0',
  summary: 'Answers the time to live in milliseconds; -1 without one, -2 without a key.',
  complexity: 'O(1)',
  keys: [oneKey('RO ACCESS')],
  hints: ['nondeterministic_output'],
  syntax: 'key',
  run: (context, [key]) => fromDeadline(context, key, (at) => left(at, context)),
});

export const expiretime = defineCommand({
  name: 'expiretime',
  arity: 2,
  flags: ['readonly', 'fast'],
  group: 'generic',
  since: '7.0.0',
  summary: 'Answers the deadline of a key in seconds since the epoch.',
  complexity: 'O(1)',
  keys: [oneKey('RO ACCESS')],
  syntax: 'key',
  run: (context, [key]) => fromDeadline(context, key, toSeconds),
});

export const pexpiretime = defineCommand({
  name: 'pexpiretime',
  arity: 2,
  flags: ['readonly', 'fast'],
  group: 'generic',
  since: '7.0.0',
  summary: 'Answers the deadline of a key in milliseconds since the epoch.',
  complexity: 'O(1)',
  keys: [oneKey('RO ACCESS')],
  syntax: 'key',
  run: (context, [key]) => fromDeadline(context, key, (at) => at),
});
