import type { CommandContext } from '../../execution/command-context';
import type { Database } from '../../keyspace/database';
import { OK, type Status } from '../../protocol/reply';
import { isOption } from '../../command/arguments';
import { defineCommand } from '../define-command';
import { error, SYNTAX_ERROR } from '../../command/errors';
import { databaseAt, databaseIndex } from '../generic/copy-move';

/**
 * FLUSHDB and FLUSHALL take SYNC or ASYNC; what differs is what INFO counts. Since 7.4 a client that may wait has its keys freed in
 * the background either way.
 * @throws syntax error
 */
function flush(
  { engine: { keyspace, version }, denyBlocking }: CommandContext,
  databases: readonly Database[],
  args: readonly string[],
): Status {
  const [mode] = args;
  const isAsync = mode !== undefined && isOption(mode, 'async');
  if (args.length > 1 || (mode !== undefined && !isAsync && !isOption(mode, 'sync'))) throw SYNTAX_ERROR;
  const lazily = isAsync || (version >= '7.4' && !denyBlocking);
  for (const database of databases) {
    const freed = keyspace.flush(database);
    if (lazily) keyspace.stats.lazyFreed += freed;
  }
  return OK;
}

export const flushdb = defineCommand({
  name: 'flushdb',
  arity: -1,
  flags: ['write'],
  group: 'server',
  since: '1.0.0',
  summary: 'Removes all keys of this database.',
  complexity: 'O(1)',
  categories: ['@keyspace', '@dangerous'],
  hints: ['request_policy:all_shards', 'response_policy:all_succeeded'],
  syntax: '[ASYNC | SYNC]',
  alwaysEffective: true,
  run: (context, args) => flush(context, [context.db], args),
});

export const flushall = defineCommand({
  name: 'flushall',
  arity: -1,
  flags: ['write'],
  group: 'server',
  since: '1.0.0',
  summary: 'Removes all keys of all databases.',
  complexity: 'O(1)',
  categories: ['@keyspace', '@dangerous'],
  hints: ['request_policy:all_shards', 'response_policy:all_succeeded'],
  syntax: '[ASYNC | SYNC]',
  alwaysEffective: true,
  run: (context, args) => flush(context, context.engine.keyspace.databases, args),
});

export const swapdb = defineCommand({
  name: 'swapdb',
  spansDatabases: true,
  arity: 3,
  flags: ['write', 'fast'],
  group: 'server',
  since: '4.0.0',
  summary: 'Exchanges the contents of two databases.',
  complexity: 'O(N) in the number of clients that watch or wait',
  categories: ['@keyspace', '@dangerous'],
  syntax: 'index1 index2',
  run(context, [first, second]) {
    // Both have to be numbers before either is looked up.
    const [one, other] = [
      databaseIndex(first, error('invalid first DB index')),
      databaseIndex(second, error('invalid second DB index')),
    ];
    context.engine.keyspace.swap(databaseAt(context, one), databaseAt(context, other));
    return OK;
  },
});

export const dbsize = defineCommand({
  name: 'dbsize',
  arity: 1,
  flags: ['readonly', 'fast'],
  group: 'server',
  since: '1.0.0',
  summary: 'Answers the number of keys in this database.',
  complexity: 'O(1)',
  categories: ['@keyspace'],
  hints: ['request_policy:all_shards', 'response_policy:agg_sum'],
  run: (context) => context.db.dataset.size,
});

export const time = defineCommand({
  name: 'time',
  arity: 1,
  flags: ['loading', 'stale', 'fast'],
  group: 'server',
  since: '2.6.0',
  summary: 'Answers the time in seconds since the epoch, and microseconds.',
  complexity: 'O(1)',
  hints: ['nondeterministic_output'],
  // Before 7.2 it moves on inside EXEC and scripts, unlike the time that keys expire by.
  run({ engine, time: { microseconds } }) {
    const time = engine.version < '7.2' ? engine.microseconds.now() : microseconds;
    return [String(Math.floor(time / 1_000_000)), String(time % 1_000_000)];
  },
});
