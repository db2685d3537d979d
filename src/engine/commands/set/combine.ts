import type { CommandContext } from '../../execution/command-context';
import { SetReply } from '../../protocol/reply';
import { setOfUnsorted } from '../../values/filled';
import { SetValue } from '../../values/set';
import type { SetView } from '../../values/set-view';
import { integerWithin, isOption, numberOfKeys } from '../../command/arguments';
import { countedKeys, keyRange, oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, SYNTAX_ERROR } from '../../command/errors';
import { SET } from './kind';
import { MEMBER_BYTES } from '../room';

/** The sets of several keys, undefined where there is none. @throws WRONGTYPE if any holds something else, OOM */
function readSets(context: CommandContext, keys: readonly string[]): readonly (SetView | undefined)[] {
  const sets = keys.map((key) => context.read(key, SET));
  // At most all of them are members of what is made.
  context.reserve(sets.reduce((sum, set) => sum + (set?.size ?? 0), 0) * MEMBER_BYTES);
  return sets;
}

/** What several sets make, as Redis builds it: its order and its encoding show when it is stored. */
type Combination = (context: CommandContext, sets: readonly (SetView | undefined)[]) => SetValue;

/** Smallest first; undefined when one of them is empty. */
function bySize(sets: readonly (SetView | undefined)[]): SetView[] | undefined {
  const present = sets.filter((set) => set !== undefined);
  return present.length < sets.length ? undefined : present.sort((a, b) => a.size - b.size);
}

/** Members every set has, found by looking through the smallest. */
function* intersection(sets: readonly (SetView | undefined)[]): Generator<string> {
  const [smallest, ...others] = bySize(sets) ?? [];
  for (const member of smallest?.members() ?? []) if (others.every((other) => other.has(member))) yield member;
}

const inter: Combination = (context, sets) => {
  const { limits, version } = context.engine;
  const isSorted = version < '7.2' || bySize(sets)?.[0]?.encoding === 'intset';
  return isSorted ? SetValue.of(intersection(sets), limits) : setOfUnsorted(intersection(sets), limits);
};

const union: Combination = (context, sets) =>
  SetValue.of(
    sets.flatMap((set) => set?.members() ?? []),
    context.engine.limits,
  );

const difference: Combination = (context, [first, ...others]) => {
  const { limits } = context.engine;
  if (first === undefined) return new SetValue(limits);
  const present = others.filter((set) => set !== undefined);
  // As in Redis: few members of the others are taken out of a copy, which leaves it the encoding it had with them.
  const removable = present.reduce((sum, { size }) => sum + size, first.size);
  if (Math.floor((first.size * (present.length + 1)) / 2) <= removable)
    return SetValue.of(
      first.members().filter((member) => !present.some((other) => other.has(member))),
      limits,
    );
  const result = SetValue.of(first.members(), limits);
  for (const other of present) for (const member of other.members()) result.delete(member);
  return result;
};

function answer(members: Iterable<string>): SetReply {
  return new SetReply([...members]);
}

function store(
  context: CommandContext,
  args: readonly [string, ...string[]],
  combine: Combination,
  event: string,
): number {
  const [target, ...keys] = args;
  const result = combine(context, readSets(context, keys));
  if (result.size === 0) {
    context.vacate(target);
    return 0;
  }
  context.store(target, result);
  context.notify('s', event, target);
  return result.size;
}

const ANSWER = {
  arity: -2,
  flags: ['readonly'],
  group: 'set',
  since: '1.0.0',
  keys: [keyRange('RO ACCESS', 1, -1)],
  hints: ['nondeterministic_output_order'],
  syntax: 'key [key ...]',
} as const;

const STORE = {
  arity: -3,
  flags: ['write', 'denyoom'],
  group: 'set',
  since: '1.0.0',
  syntax: 'destination key [key ...]',
} as const;

const SOURCES = keyRange('RO ACCESS', 2, -1);
const INTERSECTING = 'O(N*M): N members of the smallest set, M sets';
const ALL_MEMBERS = 'O(N) in the number of members of all sets';

export const sinter = defineCommand({
  ...ANSWER,
  name: 'sinter',
  summary: 'Answers the members that all of several sets have.',
  complexity: INTERSECTING,
  run: (context, keys) => answer(intersection(readSets(context, keys))),
});

export const sunion = defineCommand({
  ...ANSWER,
  name: 'sunion',
  summary: 'Answers the members that at least one of several sets has.',
  complexity: ALL_MEMBERS,
  run: (context, keys) => answer(union(context, readSets(context, keys)).members()),
});

export const sdiff = defineCommand({
  ...ANSWER,
  name: 'sdiff',
  summary: 'Answers the members of the first set that none of the others has.',
  complexity: ALL_MEMBERS,
  run: (context, keys) => answer(difference(context, readSets(context, keys)).members()),
});

export const sinterstore = defineCommand({
  ...STORE,
  name: 'sinterstore',
  summary: 'Stores the members that all of several sets have.',
  complexity: INTERSECTING,
  keys: [oneKey('OW UPDATE'), SOURCES],
  before: { '7.2': { keys: [oneKey('RW UPDATE'), SOURCES] } },
  run: (context, args) => store(context, args, inter, 'sinterstore'),
});

export const sunionstore = defineCommand({
  ...STORE,
  name: 'sunionstore',
  summary: 'Stores the members that at least one of several sets has.',
  complexity: ALL_MEMBERS,
  keys: [oneKey('OW UPDATE'), SOURCES],
  run: (context, args) => store(context, args, union, 'sunionstore'),
});

export const sdiffstore = defineCommand({
  ...STORE,
  name: 'sdiffstore',
  summary: 'Stores the members of the first set that none of the others has.',
  complexity: ALL_MEMBERS,
  keys: [oneKey('OW UPDATE'), SOURCES],
  run: (context, args) => store(context, args, difference, 'sdiffstore'),
});

const TOO_MANY_KEYS = error("Number of keys can't be greater than number of args");
const LIMIT_NEGATIVE = error("LIMIT can't be negative");

export const sintercard = defineCommand({
  name: 'sintercard',
  arity: -3,
  flags: ['readonly', 'movablekeys'],
  group: 'set',
  since: '7.0.0',
  summary: 'Counts the members that all of several sets have, up to a limit.',
  complexity: INTERSECTING,
  keys: [countedKeys('RO ACCESS', 1)],
  syntax: 'numkeys key [key ...] [LIMIT limit]',
  run(context, [keyCount, ...rest]) {
    const count = numberOfKeys(keyCount, rest.length, TOO_MANY_KEYS);
    let limit = 0;
    for (let i = count; i < rest.length; i += 2) {
      const value = rest[i + 1];
      if (!isOption(rest[i] ?? '', 'limit') || value === undefined) throw SYNTAX_ERROR;
      limit = integerWithin(value, 0, Infinity, LIMIT_NEGATIVE);
    }
    const common = intersection(readSets(context, rest.slice(0, count)));
    let found = 0;
    while ((limit === 0 || found < limit) && common.next().done !== true) found += 1;
    return found;
  },
});
