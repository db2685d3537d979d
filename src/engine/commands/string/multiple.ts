import { OK } from '../../protocol/reply';
import { RawString } from '../../values/raw-string';
import { keyRange } from '../../command/definition';
import { defineCommand } from '../define-command';
import { wrongArity } from '../../command/errors';
import type { CommandContext } from '../../execution/command-context';
import { textOf } from '../room';

export const mget = defineCommand({
  name: 'mget',
  arity: -2,
  flags: ['readonly', 'fast'],
  group: 'string',
  since: '1.0.0',
  summary: 'Answers the strings of several keys; null for a key that is missing or no string.',
  complexity: 'O(N) in the number of keys',
  keys: [keyRange('RO ACCESS', 1, -1)],
  hints: ['request_policy:multi_shard'],
  syntax: 'key [key ...]',
  run(context, keys) {
    return keys.map((key) => {
      const value = context.lookupRead(key)?.value;
      if (typeof value === 'string') return value;
      return value instanceof RawString ? textOf(context, value) : null;
    });
  },
});

function storePairs(context: CommandContext, pairs: readonly string[]): void {
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const key = pairs[i] ?? '';
    context.store(key, pairs[i + 1] ?? '');
    context.notify('$', 'set', key);
  }
}

export const mset = defineCommand({
  name: 'mset',
  arity: -3,
  flags: ['write', 'denyoom'],
  group: 'string',
  since: '1.0.1',
  summary: 'Gives several keys string values at once.',
  complexity: 'O(N) in the number of keys',
  keys: [keyRange('OW UPDATE', 1, -1, 2)],
  hints: ['request_policy:multi_shard', 'response_policy:all_succeeded'],
  syntax: 'key value [key value ...]',
  run(context, pairs) {
    if (pairs.length % 2 === 1) throw wrongArity('mset');
    storePairs(context, pairs);
    return OK;
  },
});

export const msetnx = defineCommand({
  name: 'msetnx',
  arity: -3,
  flags: ['write', 'denyoom'],
  group: 'string',
  since: '1.0.1',
  summary: 'Gives several keys string values, but only if none of them exists.',
  complexity: 'O(N) in the number of keys',
  keys: [keyRange('OW INSERT', 1, -1, 2)],
  before: { '7.4': { hints: ['request_policy:multi_shard', 'response_policy:agg_min'] } },
  syntax: 'key value [key value ...]',
  run(context, pairs) {
    if (pairs.length % 2 === 1) throw wrongArity('msetnx');
    for (let i = 0; i < pairs.length; i += 2) if (context.lookup(pairs[i] ?? '') !== undefined) return 0;
    storePairs(context, pairs);
    return 1;
  },
});
