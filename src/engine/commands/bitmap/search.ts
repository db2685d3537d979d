import { countBits, findBit } from '../../values/bits';
import { integer, wordOf } from '../../command/arguments';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, SYNTAX_ERROR } from '../../command/errors';
import { bytesOf } from './access';

const BIT_NOT_BINARY = error('The bit argument must be 1 or 0.');

/** Whether a range counts in bits. @throws syntax error for anything but BIT, BYTE and nothing */
function countsBits(unit: string | undefined): boolean {
  const name = wordOf(unit ?? 'byte');
  if (name !== 'bit' && name !== 'byte') throw SYNTAX_ERROR;
  return name === 'bit';
}

/** From one bit to before another, of a string of `length` bytes; negative positions count from the end. */
function bitRange(length: number, start: number, end: number, inBits: boolean): { from: number; to: number } {
  const total = inBits ? length * 8 : length;
  const first = Math.max(0, start < 0 ? total + start : start);
  const last = Math.min(total - 1, Math.max(0, end < 0 ? total + end : end));
  const width = inBits ? 1 : 8;
  return first > last ? { from: 0, to: 0 } : { from: first * width, to: (last + 1) * width };
}

export const bitcount = defineCommand({
  name: 'bitcount',
  arity: -2,
  flags: ['readonly'],
  group: 'bitmap',
  since: '2.6.0',
  summary: 'Counts the bits that are set in a string or a part of it.',
  complexity: 'O(N)',
  keys: [oneKey('RO ACCESS')],
  syntax: 'key [start end [BYTE | BIT]]',
  run(context, args) {
    const [key, startText, endText, unit] = args;
    // Redis 7.0 answers for a missing key before it looks at the range, 7.2 refuses a range before it looks at the key.
    const early = context.engine.version >= '7.2' && startText !== undefined ? countedRange(args) : undefined;
    const value = context.readString(key);
    if (value === undefined) return 0;
    if (startText === undefined) return countBits(bytesOf(value), 0, value.length * 8);
    if (endText === undefined || args.length > 4) throw SYNTAX_ERROR;
    const start = integer(startText);
    const end = integer(endText);
    if (start < 0 && end < 0 && start > end) return 0;
    const { from, to } = bitRange(value.length, start, end, early?.inBits ?? countsBits(unit));
    return countBits(bytesOf(value), from, to);
  },
});

/** The range of BITCOUNT. @throws what is wrong with it */
function countedRange([, start = '', end, unit, ...rest]: readonly string[]): { readonly inBits: boolean } {
  if (end === undefined || rest.length > 0) throw SYNTAX_ERROR;
  integer(start);
  integer(end);
  return { inBits: countsBits(unit) };
}

export const bitpos = defineCommand({
  name: 'bitpos',
  arity: -3,
  flags: ['readonly'],
  group: 'bitmap',
  since: '2.8.7',
  summary: 'Finds the first bit that is set, or the first that is not.',
  complexity: 'O(N)',
  keys: [oneKey('RO ACCESS')],
  syntax: 'key bit [start [end [BYTE | BIT]]]',
  run(context, args) {
    const [key, bitText, startText, endText, unit] = args;
    const bit = integer(bitText);
    if (bit !== 0 && bit !== 1) throw BIT_NOT_BINARY;
    const range = () => {
      if (args.length > 5) throw SYNTAX_ERROR;
      const start = startText === undefined ? 0 : integer(startText);
      const inBits = countsBits(unit);
      return { start, inBits, end: endText === undefined ? undefined : integer(endText) };
    };
    const early = context.engine.version >= '7.2' ? range() : undefined;
    const value = context.readString(key);
    if (value === undefined) return bit === 1 ? -1 : 0;
    const { start, inBits, end } = early ?? range();
    const { from, to } = bitRange(value.length, start, end ?? value.length - 1, inBits);
    if (from >= to) return -1;
    const found = findBit(bytesOf(value), bit, from, to);
    // Without an end, the string is taken to be followed by zeros.
    return found ?? (bit === 0 && endText === undefined ? value.length * 8 : -1);
  },
});
