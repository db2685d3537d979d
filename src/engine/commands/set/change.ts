import type { CommandContext } from '../../execution/command-context';
import { SetReply, type Reply } from '../../protocol/reply';
import type { SetValue } from '../../values/set';
import { integerWithin } from '../../command/arguments';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { MUST_BE_POSITIVE, SYNTAX_ERROR } from '../../command/errors';
import { SET } from './kind';
import { MEMBER_BYTES } from '../room';

export const sadd = defineCommand({
  name: 'sadd',
  arity: -3,
  flags: ['write', 'denyoom', 'fast'],
  group: 'set',
  since: '1.0.0',
  summary: 'Adds members to a set, creating it if needed; answers how many are new.',
  complexity: 'O(N) in the number of members given',
  keys: [oneKey('RW INSERT')],
  syntax: 'key member [member ...]',
  run(context, args) {
    const [key, ...members] = args;
    const existing = context.peek(key, SET);
    const foresees = context.engine.version >= '7.2';
    if (foresees) existing?.expect(members.length);
    if (existing !== undefined && members.every((member) => existing.has(member))) return 0;
    const set = context.edit(key, SET, 'sadd');
    if (foresees && existing === undefined) set.begin(members[0], members.length);
    return set.addAll(members);
  },
});

export const srem = defineCommand({
  name: 'srem',
  arity: -3,
  flags: ['write', 'fast'],
  group: 'set',
  since: '1.0.0',
  summary: 'Removes members of a set; answers how many there were.',
  complexity: 'O(N) in the number of members given',
  keys: [oneKey('RW DELETE')],
  syntax: 'key member [member ...]',
  run(context, [key, ...members]) {
    const existing = context.peek(key, SET);
    if (existing === undefined || !members.some((member) => existing.has(member))) return 0;
    const set = context.edit(key, SET, 'srem');
    let removed = 0;
    for (const member of members) if (set.delete(member)) removed += 1;
    return removed;
  },
});

export const smove = defineCommand({
  name: 'smove',
  arity: 4,
  flags: ['write', 'fast'],
  group: 'set',
  since: '1.0.0',
  summary: 'Moves a member from one set to another.',
  complexity: 'O(1)',
  keys: [oneKey('RW ACCESS DELETE'), oneKey('RW INSERT', 2)],
  syntax: 'source destination member',
  run(context, [from, to, member]) {
    // Looked for in any case: its time may be over.
    context.lookup(to);
    const source = context.peek(from, SET);
    if (source === undefined) return 0;
    const target = context.peek(to, SET);
    if (!source.has(member)) return 0;
    if (from === to) return 1;
    const edited = context.edit(from, SET, 'srem');
    edited.delete(member);
    // Redis announces that the source is gone before it announces the new member.
    if (edited.size === 0) context.remove(from);
    if (target?.has(member) === true) return 1;
    const grown = context.edit(to, SET, 'sadd');
    if (target === undefined && context.engine.version >= '7.2') grown.begin(member, 1);
    grown.add(member);
    return 1;
  },
});

/** From how many popped members per remaining one on it is cheaper to keep those than to remove the others. */
const KEEP_RATIO = 5;

/** Takes distinct random members out of a set that has more than `count`. */
function popSome(set: SetValue, count: number, random: () => number): string[] {
  const remaining = set.size - count;
  const takeOut = (length: number) => Array.from({ length }, () => set.pop(random) ?? '');
  if (remaining * KEEP_RATIO > count) return takeOut(count);
  // As in Redis, a set rebuilt from what remains may have a more compact encoding again.
  const all = set.members();
  const kept = new Set(takeOut(remaining));
  const popped = set.members();
  set.replaceBy(all.filter((member) => kept.has(member)));
  return popped;
}

function popSeveral(context: CommandContext, key: string, count: number): readonly string[] {
  const existing = context.peek(key, SET);
  if (existing === undefined || count === 0) return [];
  context.reserve(Math.min(count, existing.size) * 2 * MEMBER_BYTES);
  const set = context.edit(key, SET, 'spop');
  if (count < set.size) {
    const popped = popSome(set, count, context.engine.random);
    tellPopped(context, key, popped);
    return popped;
  }
  const all = set.members();
  set.replaceBy([]);
  context.effect(['DEL', key]);
  return all;
}

/** How many members one line names, as in Redis. */
const MEMBERS_PER_LINE = 1024;

/** Which members were taken is chance: the effect names them. */
function tellPopped(context: CommandContext, key: string, members: readonly string[]): void {
  if (!context.tellsEffects) return;
  for (let i = 0; i < members.length; i += MEMBERS_PER_LINE)
    context.effect(['SREM', key, ...members.slice(i, i + MEMBERS_PER_LINE)]);
}

export const spop = defineCommand({
  name: 'spop',
  arity: -2,
  flags: ['write', 'fast'],
  group: 'set',
  since: '1.0.0',
  summary: 'Takes random members out of a set.',
  complexity: 'O(N) in the number of members popped',
  keys: [oneKey('RW ACCESS DELETE')],
  hints: ['nondeterministic_output'],
  syntax: 'key [count]',
  effects: 'told',
  run(context, args): Reply {
    const [key, countText] = args;
    if (args.length > 2) throw SYNTAX_ERROR;
    if (countText !== undefined) {
      return new SetReply(popSeveral(context, key, integerWithin(countText, 0, Infinity, MUST_BE_POSITIVE)));
    }
    if (context.peek(key, SET) === undefined) return null;
    const member = context.edit(key, SET, 'spop').pop(context.engine.random) ?? null;
    if (member !== null) tellPopped(context, key, [member]);
    return member;
  },
});
