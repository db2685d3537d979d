import type { CommandContext } from '../../execution/command-context';
import { MapReply, type Reply } from '../../protocol/reply';
import type { HashView } from '../../values/hash';
import { isOption } from '../../command/arguments';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { SYNTAX_ERROR } from '../../command/errors';
import { HASH } from './kind';
import { distinctIndexes, MOST_REPETITIONS, randomCount, repeatPicks } from '../random';
import { COLLECTION_SCAN, scanCollection } from '../scan-options';
import { MADE_BYTES, SHARED_BYTES } from '../room';

const READ = [oneKey('RO ACCESS')];

export const hget = defineCommand({
  name: 'hget',
  arity: 3,
  flags: ['readonly', 'fast'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Answers the value of a field.',
  complexity: 'O(1)',
  keys: READ,
  syntax: 'key field',
  run: (context, [key, field]) => context.read(key, HASH)?.get(field) ?? null,
});

export const hmget = defineCommand({
  name: 'hmget',
  arity: -3,
  flags: ['readonly', 'fast'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Answers the values of several fields.',
  complexity: 'O(N) in the number of fields',
  keys: READ,
  syntax: 'key field [field ...]',
  run(context, [key, ...fields]) {
    const hash = context.read(key, HASH);
    return fields.map((field) => hash?.get(field) ?? null);
  },
});

/** A hash all of which is to be answered. @throws WRONGTYPE, OOM */
function readWhole(context: CommandContext, key: string): HashView | undefined {
  const hash = context.read(key, HASH);
  if (hash !== undefined) context.reserve(2 * hash.size * SHARED_BYTES);
  return hash;
}

export const hgetall = defineCommand({
  name: 'hgetall',
  arity: 2,
  flags: ['readonly'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Answers all fields and values.',
  complexity: 'O(N) in the size of the hash',
  keys: READ,
  hints: ['nondeterministic_output_order'],
  syntax: 'key',
  run: (context, [key]) => new MapReply(readWhole(context, key)?.pairs() ?? []),
});

export const hkeys = defineCommand({
  name: 'hkeys',
  arity: 2,
  flags: ['readonly'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Answers all fields.',
  complexity: 'O(N) in the size of the hash',
  keys: READ,
  hints: ['nondeterministic_output_order'],
  syntax: 'key',
  run: (context, [key]) => readWhole(context, key)?.fields() ?? [],
});

export const hvals = defineCommand({
  name: 'hvals',
  arity: 2,
  flags: ['readonly'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Answers all values.',
  complexity: 'O(N) in the size of the hash',
  keys: READ,
  hints: ['nondeterministic_output_order'],
  syntax: 'key',
  run: (context, [key]) => readWhole(context, key)?.values() ?? [],
});

export const hlen = defineCommand({
  name: 'hlen',
  arity: 2,
  flags: ['readonly', 'fast'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Answers the number of fields.',
  complexity: 'O(1)',
  keys: [oneKey('RO')],
  syntax: 'key',
  run: (context, [key]) => context.read(key, HASH)?.size ?? 0,
});

export const hexists = defineCommand({
  name: 'hexists',
  arity: 3,
  flags: ['readonly', 'fast'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Tells whether a field exists.',
  complexity: 'O(1)',
  keys: [oneKey('RO')],
  syntax: 'key field',
  run: (context, [key, field]) => (context.read(key, HASH)?.has(field) === true ? 1 : 0),
});

export const hstrlen = defineCommand({
  name: 'hstrlen',
  arity: 3,
  flags: ['readonly', 'fast'],
  group: 'hash',
  since: '3.2.0',
  summary: "Answers the length of a field's value in bytes.",
  complexity: 'O(1)',
  keys: [oneKey('RO')],
  syntax: 'key field',
  run: (context, [key, field]) => context.read(key, HASH)?.get(field)?.length ?? 0,
});

/** Bytes of a pick: its pair, and its places where pairs are gathered and answered. */
const PICK_BYTES = 4 * SHARED_BYTES + MADE_BYTES;

/** The fields (and values) HRANDFIELD picks for a count. */
function pickPairs(hash: HashView, count: number, random: () => number): (readonly [string, string])[] {
  if (count < 0) return repeatPicks(-count, () => hash.random(random));
  const pairs = hash.pairs();
  const pairAt = (index: number) => [pairs[index * 2] ?? '', pairs[index * 2 + 1] ?? ''] as const;
  if (count >= hash.size) return Array.from({ length: hash.size }, (_, index) => pairAt(index));
  return distinctIndexes(hash.size, count, random).map(pairAt);
}

export const hrandfield = defineCommand({
  name: 'hrandfield',
  arity: -2,
  flags: ['readonly'],
  group: 'hash',
  since: '6.2.0',
  summary: 'Answers random fields of a hash.',
  complexity: 'O(N) in the number of fields answered',
  keys: READ,
  hints: ['nondeterministic_output'],
  syntax: 'key [count [WITHVALUES]]',
  run(context, args): Reply {
    const [key, countText, option] = args;
    const { random } = context.engine;
    if (countText === undefined) {
      const hash = context.read(key, HASH);
      return hash === undefined ? null : hash.random(random)[0];
    }
    randomCount(countText, false);
    const withValues = option !== undefined;
    if (args.length > 3 || (withValues && !isOption(option, 'withvalues'))) throw SYNTAX_ERROR;
    const count = randomCount(countText, withValues);
    const hash = context.read(key, HASH);
    if (hash === undefined || count === 0) return [];
    // Positive counts look at all pairs.
    context.reserve((count < 0 ? Math.min(-count, MOST_REPETITIONS) : hash.size) * PICK_BYTES);
    const pairs = pickPairs(hash, count, random);
    if (!withValues) return pairs.map(([field]) => field);
    return context.resp === 3 ? pairs : pairs.flat();
  },
});

export const hscan = defineCommand({
  ...COLLECTION_SCAN,
  name: 'hscan',
  group: 'hash',
  summary: 'Walks through the fields of a hash in steps.',
  syntax: 'key cursor [MATCH pattern] [COUNT count] [NOVALUES]',
  before: { '7.4': { syntax: COLLECTION_SCAN.syntax } },
  keys: READ,
  run: (context, args) =>
    scanCollection(context, args, HASH, (hash, { at, count, matches, namesOnly, found }) =>
      hash.scan(at, count, (field, value) => {
        if (!matches(field)) return;
        if (namesOnly) found.push(field);
        else found.push(field, value);
      }),
    ),
});
