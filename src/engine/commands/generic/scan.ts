import { typeOf, type Entry } from '../../keyspace/entry';
import type { CommandContext } from '../../execution/command-context';
import { matchGlob } from '../../values/glob';
import { cursor } from '../../command/arguments';
import { defineCommand } from '../define-command';
import { parseScanOptions } from '../scan-options';
import { SHARED_BYTES } from '../room';

/** Whether an entry's time has come; such a key is never shown. */
function isExpired(context: CommandContext, entry: Entry): boolean {
  return entry.heapIndex >= 0 && context.expireAt(entry) < context.now;
}

export const scan = defineCommand({
  name: 'scan',
  meetsAnyKey: true,
  arity: -2,
  flags: ['readonly'],
  group: 'generic',
  since: '2.8.0',
  summary: 'Walks through the keys of the database in steps.',
  complexity: 'O(1) per call',
  hints: ['nondeterministic_output', 'request_policy:special', 'response_policy:special'],
  before: { '7.2': { hints: ['nondeterministic_output', 'request_policy:special'] } },
  categories: ['@keyspace'],
  syntax: 'cursor [MATCH pattern] [COUNT count] [TYPE type]',
  run(context, args) {
    const at = cursor(args[0], context.engine.version);
    const { count, matches, type } = parseScanOptions(context, args, 1, 'all keys');
    const found: string[] = [];
    const due: Entry[] = [];
    context.reserve(Math.min(count, context.db.dataset.keys.size) * SHARED_BYTES);
    const next = context.db.dataset.keys.scan(at, count, (entry) => {
      if (isExpired(context, entry)) due.push(entry);
      else if (matches(entry.key) && (type === undefined || typeOf(entry.value) === type)) found.push(entry.key);
    });
    // Removed after the walk: removal moves entries.
    for (const entry of due) context.engine.keyspace.expire(context.db, entry);
    return [String(next), found];
  },
});

export const keys = defineCommand({
  name: 'keys',
  arity: 2,
  flags: ['readonly'],
  group: 'generic',
  since: '1.0.0',
  summary: 'Answers all keys that match a pattern; walks through the whole database at once.',
  complexity: 'O(N) in the number of keys',
  hints: ['request_policy:all_shards', 'nondeterministic_output_order'],
  categories: ['@keyspace', '@dangerous'],
  syntax: 'pattern',
  run(context, [pattern]) {
    const found: string[] = [];
    for (const entry of context.db.dataset.keys.entries()) {
      if (!isExpired(context, entry) && matchGlob(pattern, entry.key)) {
        context.reserve(SHARED_BYTES);
        found.push(entry.key);
      }
    }
    return found;
  },
});

/** How many keys RANDOMKEY looks at while nothing expires. */
const TRIES_WHILE_FROZEN = 100;

export const randomkey = defineCommand({
  name: 'randomkey',
  meetsAnyKey: true,
  arity: 1,
  flags: ['readonly'],
  group: 'generic',
  since: '1.0.0',
  summary: 'Answers a random key.',
  complexity: 'O(1)',
  hints: ['request_policy:all_shards', 'response_policy:special', 'nondeterministic_output'],
  before: { '7.2': { hints: ['request_policy:all_shards', 'nondeterministic_output'] } },
  categories: ['@keyspace'],
  run(context) {
    const { keyspace, random } = context.engine;
    for (let tries = 1; ; tries++) {
      const entry = context.db.dataset.keys.random(random);
      if (entry === undefined) return null;
      // While nothing expires there may be none that is alive; Redis 8.0 then answers one that is not.
      if (!isExpired(context, entry) || (keyspace.frozen && tries >= TRIES_WHILE_FROZEN)) return entry.key;
      keyspace.expire(context.db, entry);
    }
  },
});
