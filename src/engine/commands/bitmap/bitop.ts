import type { CommandContext } from '../../execution/command-context';
import { RawString } from '../../values/raw-string';
import { choices, wordOf } from '../../command/arguments';
import { keyRange, oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, SYNTAX_ERROR } from '../../command/errors';
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

/** Where a part of a source stands aligned, with zeros behind its end. */
const BLOCK = Buffer.allocUnsafeSlow(65_536);
const BLOCK_WORDS = wordsOf(BLOCK);

function wordsOf({ buffer, byteOffset, length }: Buffer): Int32Array {
  return new Int32Array(buffer, byteOffset, length >> 2);
}

/** Merges strings bit by bit; shorter ones are followed by zeros. */
function merge(sources: readonly Buffer[], operation: (a: number, b: number) => number): Buffer {
  const length = sources.reduce((longest, source) => Math.max(longest, source.length), 0);
  const result = Buffer.alloc(Math.ceil(length / 4) * 4);
  const words = wordsOf(result);
  sources[0]?.copy(result);
  for (const source of sources.slice(1)) {
    for (let at = 0; at < result.length; at += BLOCK.length) {
      const end = Math.min(BLOCK.length, result.length - at);
      BLOCK.fill(0, source.copy(BLOCK, 0, Math.min(at, source.length)), end);
      const part = words.subarray(at >> 2, (at + end) >> 2);
      for (let i = 0; i < part.length; i++) part[i] = operation(part[i] ?? 0, BLOCK_WORDS[i] ?? 0);
    }
  }
  return result.subarray(0, length);
}

function invert(bytes: Buffer): void {
  const words = wordsOf(bytes);
  for (let i = 0; i < words.length; i++) words[i] = ~(words[i] ?? 0);
  for (let i = words.length * 4; i < bytes.length; i++) bytes[i] = ~(bytes[i] ?? 0);
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
    const sources = readSources(context, keys);
    context.reserve(sources.reduce((longest, { length }) => Math.max(longest, length), 0));
    const result = merge(sources, merged ?? ((a) => a));
    if (merged === undefined) invert(result);
    if (result.length === 0) {
      context.vacate(target);
    } else {
      context.store(target, RawString.of(result));
      context.notify('$', 'set', target);
    }
    return result.length;
  },
});
