import type { CommandContext } from '../../execution/command-context';
import { integer } from '../../command/arguments';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, STRING_TOO_LONG } from '../../command/errors';

/** Growth that is not asked for: arguments have their own account. */
const SMALL_GROWTH = 65_536;

/** @throws when a string would grow beyond `proto-max-bulk-len`, or beyond what there is memory for */
function checkStringLength(context: CommandContext, length: number, before: number): void {
  if (length > context.engine.parameters.maxBulkLength) throw STRING_TOO_LONG;
  // Read as a whole, it is a string in V8's heap.
  if (length - before > SMALL_GROWTH) context.reserve(length);
}

export const append = defineCommand({
  name: 'append',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  group: 'string',
  since: '2.0.0',
  summary: 'Adds bytes at the end of a string, creating it if needed.',
  complexity: 'O(1), amortised',
  keys: [oneKey('RW INSERT')],
  syntax: 'key value',
  run(context, [key, value]) {
    const existing = context.peekString(key);
    let length = value.length;
    if (existing === undefined) {
      // A new key is an ordinary string: Redis lets it have a compact encoding.
      context.store(key, value);
    } else {
      checkStringLength(context, existing.length + value.length, existing.length);
      length = context.editString(key, (raw) => {
        raw.append(value);
      }).length;
    }
    context.notify('$', 'append', key);
    return length;
  },
});

export const strlen = defineCommand({
  name: 'strlen',
  arity: 2,
  flags: ['readonly', 'fast'],
  group: 'string',
  since: '2.2.0',
  summary: 'Answers the length of a string in bytes.',
  complexity: 'O(1)',
  keys: [oneKey('RO')],
  syntax: 'key',
  run(context, [key]) {
    return context.readString(key)?.length ?? 0;
  },
});

/** GETRANGE's rule: negative positions count from the end, and what lies outside is cut off. */
function cut(context: CommandContext, key: string, from: string, to: string): string {
  let start = integer(from);
  let end = integer(to);
  const value = context.readString(key);
  if (value === undefined) return '';
  const { length } = value;
  if (start < 0 && end < 0 && start > end) return '';
  if (start < 0) start = Math.max(0, length + start);
  if (end < 0) end = Math.max(0, length + end);
  end = Math.min(end, length - 1);
  return start > end || length === 0 ? '' : value.slice(start, end + 1);
}

export const getrange = defineCommand({
  name: 'getrange',
  arity: 4,
  flags: ['readonly'],
  group: 'string',
  since: '2.4.0',
  summary: 'Answers a part of a string.',
  complexity: 'O(N) in the length of the answer',
  keys: [oneKey('RO ACCESS')],
  syntax: 'key start end',
  run: (context, [key, start, end]) => cut(context, key, start, end),
});

export const substr = defineCommand({
  name: 'substr',
  arity: 4,
  flags: ['readonly'],
  group: 'string',
  since: '1.0.0',
  summary: 'Answers a part of a string; the old name of GETRANGE.',
  deprecated: { since: '2.0.0', replacedBy: '`GETRANGE`' },
  complexity: 'O(N) in the length of the answer',
  keys: [oneKey('RO ACCESS')],
  syntax: 'key start end',
  run: (context, [key, start, end]) => cut(context, key, start, end),
});

export const setrange = defineCommand({
  name: 'setrange',
  arity: 4,
  flags: ['write', 'denyoom'],
  group: 'string',
  since: '2.2.0',
  summary: 'Overwrites a part of a string, filling a gap with zero bytes.',
  complexity: 'O(1) for short values',
  keys: [oneKey('RW UPDATE')],
  syntax: 'key offset value',
  run(context, [key, offsetText, value]) {
    const offset = integer(offsetText);
    if (offset < 0) throw error('offset is out of range');
    const existing = context.peekString(key);
    if (value.length === 0) return existing?.length ?? 0;
    checkStringLength(context, offset + value.length, existing?.length ?? 0);
    const { length } = context.editString(key, (raw) => {
      raw.write(offset, value);
    });
    context.notify('$', 'setrange', key);
    return length;
  },
});
