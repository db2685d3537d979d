import type { CommandContext } from '../../execution/command-context';
import { RawString } from '../../values/raw-string';
import { choices, wordOf } from '../arguments';
import { defineCommand, keyRange, oneKey } from '../define-command';
import { error, SYNTAX_ERROR } from '../errors';
import { bytesOf } from './access';

const NOT_OF_ONE = error('BITOP NOT must be called with a single source key.');

const MERGES = choices<(a: number, b: number) => number>({
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
});

/** Reads the source strings; missing ones are empty. @throws WRONGTYPE */
function readSources(context: CommandContext, keys: readonly string[]): Buffer[] {
  return keys.map((key) => bytesOf(context.readString(key) ?? ''));
}

/** Merges strings bit by bit; shorter ones are followed by zeros. */
function merge(sources: readonly Buffer[], operation: (a: number, b: number) => number): Buffer {
  const result = Buffer.alloc(Math.max(...sources.map(({ length }) => length)));
  sources[0]?.copy(result);
  for (const source of sources.slice(1)) {
    for (let i = 0; i < result.length; i++) result[i] = operation(result[i] ?? 0, source[i] ?? 0);
  }
  return result;
}

export const bitop = defineCommand({
  name: 'bitop',
  arity: -4,
  flags: ['write', 'denyoom'],
  group: 'bitmap',
  since: '2.6.0',
  summary: 'Stores the outcome of AND, OR, XOR or NOT between strings; answers its length.',
  complexity: 'O(N)',
  keys: [oneKey('OW UPDATE', 2), keyRange('RO ACCESS', 3, -1)],
  syntax: '<AND | OR | XOR | NOT> destkey key [key ...]',
  run(context, [operation, target, ...keys]) {
    const name = wordOf(operation);
    const merged = MERGES.get(name);
    if (merged === undefined && name !== 'not') throw SYNTAX_ERROR;
    if (merged === undefined && keys.length !== 1) throw NOT_OF_ONE;
    const result = merge(readSources(context, keys), merged ?? ((a) => a));
    if (merged === undefined) for (let i = 0; i < result.length; i++) result[i] = ~(result[i] ?? 0) & 0xff;
    if (result.length === 0) {
      context.remove(target);
    } else {
      context.store(target, RawString.of(result));
      context.notify('$', 'set', target);
    }
    return result.length;
  },
});
