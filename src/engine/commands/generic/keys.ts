import type { CommandContext } from '../../execution/command-context';
import { typeOf } from '../../keyspace/entry';
import { Status } from '../../protocol/reply';
import { keyRange, oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';

const MULTI_SHARD_SUM = ['request_policy:multi_shard', 'response_policy:agg_sum'];

function count(keys: readonly string[], test: (key: string) => boolean): number {
  let matching = 0;
  for (const key of keys) if (test(key)) matching += 1;
  return matching;
}

/** Elements from which on Redis frees a value in the background, and counts it. */
const LAZY_FREE_SIZE = 64;

const removeAll = (context: CommandContext, keys: readonly string[]) => count(keys, (key) => context.remove(key));

export const del = defineCommand({
  name: 'del',
  arity: -2,
  flags: ['write'],
  group: 'generic',
  since: '1.0.0',
  summary: 'Removes keys; answers how many existed.',
  complexity: 'O(N) in the number of keys',
  keys: [keyRange('RM DELETE', 1, -1)],
  hints: MULTI_SHARD_SUM,
  syntax: 'key [key ...]',
  run: removeAll,
});

export const unlink = defineCommand({
  name: 'unlink',
  arity: -2,
  flags: ['write', 'fast'],
  group: 'generic',
  since: '4.0.0',
  summary: 'Removes keys; the same as DEL here, where memory is given back in the background anyway.',
  complexity: 'O(N) in the number of keys',
  keys: [keyRange('RM DELETE', 1, -1)],
  hints: MULTI_SHARD_SUM,
  syntax: 'key [key ...]',
  run(context, keys) {
    const { stats } = context.engine.keyspace;
    for (const key of keys) {
      const value = context.lookup(key)?.value;
      if (value !== undefined && typeof value === 'object' && 'size' in value && value.size > LAZY_FREE_SIZE)
        stats.lazyFreed += 1;
    }
    return removeAll(context, keys);
  },
});

export const exists = defineCommand({
  name: 'exists',
  arity: -2,
  flags: ['readonly', 'fast'],
  group: 'generic',
  since: '1.0.0',
  summary: 'Answers how many of these keys exist; a key named twice counts twice.',
  complexity: 'O(N) in the number of keys',
  keys: [keyRange('RO', 1, -1)],
  hints: MULTI_SHARD_SUM,
  syntax: 'key [key ...]',
  run: (context, keys) => count(keys, (key) => context.glance(key) !== undefined),
});

export const touch = defineCommand({
  name: 'touch',
  arity: -2,
  flags: ['readonly', 'fast'],
  group: 'generic',
  since: '3.2.1',
  summary: 'Marks keys as used just now; answers how many exist.',
  complexity: 'O(N) in the number of keys',
  keys: [keyRange('RO', 1, -1)],
  hints: MULTI_SHARD_SUM,
  syntax: 'key [key ...]',
  run: (context, keys) =>
    count(keys, (key) => {
      const entry = context.glance(key);
      // Whatever CLIENT NO-TOUCH says.
      if (entry !== undefined) entry.access = context.engine.accessStamp(entry);
      return entry !== undefined;
    }),
});

export const type = defineCommand({
  name: 'type',
  arity: 2,
  flags: ['readonly', 'fast'],
  group: 'generic',
  since: '1.0.0',
  summary: 'Answers the data type of a key.',
  complexity: 'O(1)',
  keys: [oneKey('RO')],
  syntax: 'key',
  run(context, [key]) {
    const entry = context.glance(key);
    return new Status(entry === undefined ? 'none' : typeOf(entry.value));
  },
});
