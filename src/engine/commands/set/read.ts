import { SetReply, type Reply } from '../../protocol/reply';
import type { SetView } from '../../values/set-view';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { SYNTAX_ERROR } from '../../command/errors';
import { SET } from './kind';
import { distinctIndexes, MOST_REPETITIONS, randomCount, repeatPicks } from '../random';
import { COLLECTION_SCAN, scanCollection } from '../scan-options';
import { SHARED_BYTES } from '../room';

const READ = [oneKey('RO ACCESS')];

export const scard = defineCommand({
  name: 'scard',
  arity: 2,
  flags: ['readonly', 'fast'],
  group: 'set',
  since: '1.0.0',
  summary: 'Answers the number of members of a set.',
  complexity: 'O(1)',
  keys: [oneKey('RO')],
  syntax: 'key',
  run: (context, [key]) => context.read(key, SET)?.size ?? 0,
});

export const sismember = defineCommand({
  name: 'sismember',
  arity: 3,
  flags: ['readonly', 'fast'],
  group: 'set',
  since: '1.0.0',
  summary: 'Tells whether a set has a member.',
  complexity: 'O(1)',
  keys: [oneKey('RO')],
  syntax: 'key member',
  run: (context, [key, member]) => (context.read(key, SET)?.has(member) === true ? 1 : 0),
});

export const smismember = defineCommand({
  name: 'smismember',
  arity: -3,
  flags: ['readonly', 'fast'],
  group: 'set',
  since: '6.2.0',
  summary: 'Tells of several members whether a set has them.',
  complexity: 'O(N) in the number of members asked for',
  keys: READ,
  syntax: 'key member [member ...]',
  run(context, [key, ...members]) {
    const set = context.read(key, SET);
    return members.map((member) => (set?.has(member) === true ? 1 : 0));
  },
});

export const smembers = defineCommand({
  name: 'smembers',
  arity: 2,
  flags: ['readonly'],
  group: 'set',
  since: '1.0.0',
  summary: 'Answers all members of a set.',
  complexity: 'O(N) in the size of the set',
  keys: READ,
  hints: ['nondeterministic_output_order'],
  syntax: 'key',
  run(context, [key]) {
    const set = context.read(key, SET);
    if (set !== undefined) context.reserve(set.size * SHARED_BYTES);
    return new SetReply(set?.members() ?? []);
  },
});

/** What SRANDMEMBER picks: distinct members for a positive count, as many as asked for with repetition otherwise. */
function pickMembers(set: SetView, count: number, random: () => number): string[] {
  if (count < 0) return repeatPicks(-count, () => set.random(random) ?? '');
  if (count >= set.size) return set.members();
  return distinctIndexes(set.size, count, random).map((index) => set.at(index) ?? '');
}

export const srandmember = defineCommand({
  name: 'srandmember',
  arity: -2,
  flags: ['readonly'],
  group: 'set',
  since: '1.0.0',
  summary: 'Answers random members of a set.',
  complexity: 'O(N) in the number of members answered',
  keys: READ,
  hints: ['nondeterministic_output'],
  syntax: 'key [count]',
  run(context, args): Reply {
    const [key, countText] = args;
    const { random } = context.engine;
    if (args.length > 2) throw SYNTAX_ERROR;
    if (countText === undefined) return context.read(key, SET)?.random(random) ?? null;
    const count = randomCount(countText, false);
    const set = context.read(key, SET);
    if (set === undefined || count === 0) return [];
    context.reserve((count < 0 ? Math.min(-count, MOST_REPETITIONS) : set.size) * 2 * SHARED_BYTES);
    return pickMembers(set, count, random);
  },
});

export const sscan = defineCommand({
  ...COLLECTION_SCAN,
  name: 'sscan',
  group: 'set',
  summary: 'Walks through the members of a set in steps.',
  keys: READ,
  run: (context, args) =>
    scanCollection(context, args, SET, (set, { at, count, matches, found }) =>
      set.scan(at, count, (member) => {
        if (matches(member)) found.push(member);
      }),
    ),
});
