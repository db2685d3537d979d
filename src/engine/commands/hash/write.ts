import type { CommandContext } from '../../execution/command-context';
import { OK } from '../../protocol/reply';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { wrongArity } from '../../command/errors';
import { HASH } from './kind';

/** Sets field-value pairs. @returns how many fields are new */
function setPairs(context: CommandContext, name: string, args: readonly [string, ...string[]]): number {
  if (args.length % 2 === 0) throw wrongArity(name);
  return context.edit(args[0], HASH, 'hset').setAll(args, 1);
}

export const hset = defineCommand({
  name: 'hset',
  arity: -4,
  flags: ['write', 'denyoom', 'fast'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Sets fields of a hash; answers how many are new.',
  complexity: 'O(N) in the number of fields',
  keys: [oneKey('RW UPDATE')],
  syntax: 'key field value [field value ...]',
  run: (context, args) => setPairs(context, 'hset', args),
});

export const hmset = defineCommand({
  name: 'hmset',
  arity: -4,
  flags: ['write', 'denyoom', 'fast'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Sets fields of a hash; the old form of HSET.',
  deprecated: { since: '4.0.0', replacedBy: '`HSET` with multiple field-value pairs' },
  complexity: 'O(N) in the number of fields',
  keys: [oneKey('RW UPDATE')],
  syntax: 'key field value [field value ...]',
  run(context, args) {
    setPairs(context, 'hmset', args);
    return OK;
  },
});

export const hsetnx = defineCommand({
  name: 'hsetnx',
  arity: 4,
  flags: ['write', 'denyoom', 'fast'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Sets a field only if it does not exist yet.',
  complexity: 'O(1)',
  keys: [oneKey('RW INSERT')],
  syntax: 'key field value',
  run(context, [key, field, value]) {
    if (context.peek(key, HASH)?.has(field) === true) return 0;
    context.edit(key, HASH, 'hset').set(field, value);
    return 1;
  },
});

export const hdel = defineCommand({
  name: 'hdel',
  arity: -3,
  flags: ['write', 'fast'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Removes fields of a hash.',
  complexity: 'O(N) in the number of fields',
  keys: [oneKey('RW DELETE')],
  syntax: 'key field [field ...]',
  run(context, [key, ...fields]) {
    const existing = context.peek(key, HASH);
    if (existing === undefined || !fields.some((field) => existing.has(field))) return 0;
    const hash = context.edit(key, HASH, 'hdel');
    let deleted = 0;
    for (const field of fields) if (hash.delete(field)) deleted += 1;
    return deleted;
  },
});
