import type { CommandContext } from '../../execution/command-context';
import type { Database } from '../../keyspace/database';
import { type ErrorReply, OK } from '../../protocol/reply';
import { integer } from '../../command/arguments';
import { keyRange, oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { DB_INDEX_OUT_OF_RANGE, error, NO_SUCH_KEY, SAME_OBJECT, SYNTAX_ERROR } from '../../command/errors';

const INT_MAX = 2 ** 31 - 1;
const NO_INT = error(`value is out of range, value must between ${String(-INT_MAX - 1)} and ${String(INT_MAX)}`);

/** The number of a database, which need not exist. @throws `failure`, else what is wrong with it */
export function databaseIndex(text: string, failure?: ErrorReply): number {
  const index = integer(text, failure);
  if (index < -INT_MAX - 1 || index > INT_MAX) throw failure ?? NO_INT;
  return index;
}

/** @throws `DB index is out of range` */
export function databaseAt(context: CommandContext, index: number): Database {
  const database = context.engine.keyspace.databases[index];
  if (database === undefined) throw DB_INDEX_OUT_OF_RANGE;
  return database;
}

/** A database named by a client. @throws not an integer, out of range */
export function databaseArgument(context: CommandContext, text: string): Database {
  return databaseAt(context, databaseIndex(text));
}

/** Gives the value of one key to another, with its deadline. @returns false when `onlyIfNew` forbids it */
function renameKey(context: CommandContext, from: string, to: string, onlyIfNew: boolean): boolean {
  const entry = context.lookup(from);
  if (entry === undefined) throw NO_SUCH_KEY;
  if (from === to) return !onlyIfNew;
  if (context.lookup(to) !== undefined) {
    if (onlyIfNew) return false;
    context.remove(to, null);
  }
  const { value } = entry;
  const expireAt = context.expireAt(entry);
  context.remove(from, null);
  const renamed = context.store(to, value);
  if (expireAt !== 0) context.setExpiry(renamed, expireAt);
  context.notify('g', 'rename_from', from);
  context.notify('g', 'rename_to', to);
  return true;
}

const TWO_KEYS = [oneKey('RW ACCESS DELETE'), oneKey('OW UPDATE', 2)];

export const rename = defineCommand({
  name: 'rename',
  arity: 3,
  flags: ['write'],
  group: 'generic',
  since: '1.0.0',
  summary: 'Renames a key, replacing whatever has the new name.',
  complexity: 'O(1)',
  keys: TWO_KEYS,
  syntax: 'key newkey',
  run(context, [from, to]) {
    renameKey(context, from, to, false);
    return OK;
  },
});

export const renamenx = defineCommand({
  name: 'renamenx',
  arity: 3,
  flags: ['write', 'fast'],
  group: 'generic',
  since: '1.0.0',
  summary: 'Renames a key unless the new name is taken.',
  complexity: 'O(1)',
  keys: [oneKey('RW ACCESS DELETE'), oneKey('OW INSERT', 2)],
  syntax: 'key newkey',
  run: (context, [from, to]) => (renameKey(context, from, to, true) ? 1 : 0),
});

export const move = defineCommand({
  name: 'move',
  spansDatabases: true,
  arity: 3,
  flags: ['write', 'fast'],
  group: 'generic',
  since: '1.0.0',
  summary: 'Moves a key to another database, unless it exists there.',
  complexity: 'O(1)',
  keys: [oneKey('RW ACCESS UPDATE')],
  syntax: 'key db',
  run(context, [key, db]) {
    const target = databaseArgument(context, db);
    if (target === context.db) throw SAME_OBJECT;
    const entry = context.lookup(key);
    if (entry === undefined || context.lookup(key, target) !== undefined) return 0;
    const { value } = entry;
    const expireAt = context.expireAt(entry);
    context.remove(key, null);
    const moved = context.store(key, value, false, target);
    if (expireAt !== 0) context.setExpiry(moved, expireAt, target);
    context.notify('g', 'move_from', key);
    context.notify('g', 'move_to', key, target);
    return 1;
  },
});

export const copy = defineCommand({
  name: 'copy',
  arity: -3,
  flags: ['write', 'denyoom'],
  group: 'generic',
  since: '6.2.0',
  summary: 'Copies a key with its deadline.',
  complexity: 'O(N) in the size of the value',
  keys: [keyRange('RO ACCESS', 1, 0), keyRange('OW UPDATE', 2, 0)],
  syntax: 'source destination [DB destination-db] [REPLACE]',
  run(context, args) {
    const [from, to] = args;
    let target = context.db;
    let replace = false;
    for (let i = 2; i < args.length; i++) {
      const option = args[i]?.toLowerCase();
      const next = args[i + 1];
      if (option === 'replace') {
        replace = true;
      } else if (option === 'db' && next !== undefined) {
        target = databaseArgument(context, next);
        i += 1;
      } else {
        throw SYNTAX_ERROR;
      }
    }
    if (target === context.db && from === to) throw SAME_OBJECT;
    const entry = context.lookupRead(from);
    if (entry === undefined) return 0;
    const existing = context.lookup(to, target);
    if (existing !== undefined && !replace) return 0;
    if (typeof entry.value === 'object') context.reserve(entry.value.bytes);
    const copied = typeof entry.value === 'string' ? entry.value : entry.value.clone();
    const expireAt = context.expireAt(entry);
    if (existing !== undefined) context.remove(to, null, target);
    const stored = context.store(to, copied, false, target);
    if (expireAt !== 0) context.setExpiry(stored, expireAt, target);
    context.notify('g', 'copy_to', to, target);
    return 1;
  },
});
