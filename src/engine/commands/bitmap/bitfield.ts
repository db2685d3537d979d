import { cString } from '../../values/c-string';
import type { CommandContext } from '../../execution/command-context';
import type { Reply } from '../../protocol/reply';
import { readBits, writeBits, type ByteSource } from '../../values/bits';
import type { RawString } from '../../values/raw-string';
import { choices, int64, normalizeInt64, parseInt64, wordOf } from '../../command/arguments';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, SYNTAX_ERROR } from '../../command/errors';
import { bitOffset, prepareString, sourceOf } from './access';

const BAD_TYPE = error('Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.');
const BAD_OVERFLOW = error('Invalid OVERFLOW type specified');
const READS_ONLY = error('BITFIELD_RO only supports the GET subcommand');

const BEYOND_INT64 = 2n ** 63n;

type Overflow = 'wrap' | 'sat' | 'fail';

interface FieldType {
  readonly signed: boolean;
  readonly width: number;
}

interface FieldOperation extends FieldType {
  readonly kind: 'get' | 'set' | 'incrby';
  readonly offset: number;
  /** What is set or added. */
  readonly operand: bigint;
  readonly overflow: Overflow;
}

/** `i1` to `i64`, `u1` to `u63`. */
function fieldType(text: string): FieldType {
  const signed = text.startsWith('i');
  const width = parseInt64(cString(text.slice(1)));
  if ((!signed && !text.startsWith('u')) || typeof width !== 'number' || width < 1 || width > (signed ? 64 : 63))
    throw BAD_TYPE;
  return { signed, width };
}

function overflowMode(text: string): Overflow {
  const mode = wordOf(text);
  if (mode !== 'wrap' && mode !== 'sat' && mode !== 'fail') throw BAD_OVERFLOW;
  return mode;
}

function parseOperations(context: CommandContext, args: readonly string[]): FieldOperation[] {
  const operations: FieldOperation[] = [];
  let overflow: Overflow = 'wrap';
  for (let i = 1; i < args.length;) {
    const kind = wordOf(args[i] ?? '');
    const following = args.length - i - 1;
    if (kind === 'overflow' && following >= 1) {
      overflow = overflowMode(args[i + 1] ?? '');
      i += 2;
      continue;
    }
    if (!(kind === 'get' && following >= 2) && !((kind === 'set' || kind === 'incrby') && following >= 3))
      throw SYNTAX_ERROR;
    const type = fieldType(args[i + 1] ?? '');
    const offset = bitOffset(context, args[i + 2] ?? '', type.width);
    const operand = kind === 'get' ? 0n : BigInt(int64(args[i + 3] ?? ''));
    operations.push({ ...type, kind, offset, operand, overflow });
    i += kind === 'get' ? 3 : 4;
  }
  return operations;
}

function readField(source: ByteSource, { offset, width, signed }: FieldOperation): bigint {
  const value = readBits(source, offset, width);
  return signed ? BigInt.asIntN(width, value) : value;
}

/** What a field of this type holds instead of a number; undefined when the number is refused. */
function fit(value: bigint, { signed, width, overflow }: FieldOperation): bigint | undefined {
  const max = (1n << BigInt(signed ? width - 1 : width)) - 1n;
  const min = signed ? -max - 1n : 0n;
  if (value >= min && value <= max) return value;
  if (overflow === 'fail') return undefined;
  if (overflow === 'sat') return value > max ? max : min;
  return signed ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value);
}

/** The new value of a field, undefined when it would overflow and must not. */
function newValue(previous: bigint, operation: FieldOperation): bigint | undefined {
  const { kind, operand, signed, width, overflow } = operation;
  if (kind === 'incrby') return fit(previous + operand, operation);
  // A negative number for an unsigned field is the large one with the same bits.
  if (!signed) return fit(BigInt.asUintN(64, operand), operation);
  const max = (1n << BigInt(width - 1)) - 1n;
  // Redis' own test overflows for the lowest numbers of all, and saturates them at the other end.
  return overflow === 'sat' && width < 64 && max - operand >= BEYOND_INT64 ? max : fit(operand, operation);
}

const asReply = (value: bigint): Reply => normalizeInt64(value) ?? null;

/** Runs one SET or INCRBY. @param told whether everyone knows of a change already. @returns what is answered, null when the field stays as it is because it would overflow */
function write(
  context: CommandContext,
  key: string,
  raw: RawString,
  operation: FieldOperation,
  told: boolean,
): { reply: Reply; changed: boolean } {
  const previous = readField(raw, operation);
  const next = newValue(previous, operation);
  if (next === undefined) return { reply: null, changed: false };
  if (next !== previous) {
    const { first, bytes } = writeBits(raw, operation.offset, operation.width, next);
    const apply = () => {
      for (const [i, byte] of bytes.entries()) raw.setByte(first + i, byte);
    };
    if (told) apply();
    else context.editString(key, apply);
  }
  return { reply: asReply(operation.kind === 'set' ? previous : next), changed: next !== previous };
}

function runWriting(
  context: CommandContext,
  key: string,
  operations: readonly FieldOperation[],
  lastBit: number,
): Reply {
  const { raw, grown } = prepareString(context, key, lastBit);
  const replies: Reply[] = [];
  let changed = false;
  for (const operation of operations) {
    if (operation.kind === 'get') {
      replies.push(asReply(readField(raw, operation)));
      continue;
    }
    const written = write(context, key, raw, operation, grown && !changed);
    replies.push(written.reply);
    if (written.changed || (grown && written.reply !== null)) changed = true;
  }
  if (changed) context.notify('$', 'setbit', key);
  return replies;
}

function run(context: CommandContext, args: readonly [string, ...string[]], readOnly: boolean): Reply {
  const [key] = args;
  const operations = parseOperations(context, args);
  const writes = operations.filter(({ kind }) => kind !== 'get');
  if (writes.length === 0) {
    const source = sourceOf(context.readString(key));
    return operations.map((operation) => asReply(readField(source, operation)));
  }
  if (readOnly) throw READS_ONLY;
  const lastBit = writes.reduce((last, { offset, width }) => Math.max(last, offset + width - 1), 0);
  return runWriting(context, key, operations, lastBit);
}

/** How many values follow an operation that changes nothing. */
const READING = choices({ get: 2, overflow: 1 });

function onlyReads(args: readonly string[]): boolean {
  for (let i = 1; i < args.length; i++) {
    const values = READING.get(wordOf(args[i] ?? ''));
    if (values === undefined || i + values >= args.length) return false;
    i += values;
  }
  return true;
}

export const bitfield = defineCommand({
  name: 'bitfield',
  arity: -2,
  flags: ['write', 'denyoom'],
  group: 'bitmap',
  since: '3.2.0',
  summary: 'Reads, sets and adds to integers of any width within a string.',
  complexity: 'O(1) for each operation',
  keys: [
    {
      ...oneKey('RW ACCESS UPDATE VARIABLE_FLAGS'),
      notes: 'This command allows both access and modification of the key',
    },
  ],
  movableKeys: (args) => [{ position: 1, flags: onlyReads(args) ? 'RO ACCESS' : 'RW ACCESS UPDATE' }],
  syntax:
    'key [GET encoding offset | [OVERFLOW <WRAP | SAT | FAIL>] <SET encoding offset value | INCRBY encoding offset increment> [GET encoding offset | [OVERFLOW <WRAP | SAT | FAIL>] <SET encoding offset value | INCRBY encoding offset increment> ...]]',
  run: (context, args) => run(context, args, false),
});

export const bitfieldRo = defineCommand({
  name: 'bitfield_ro',
  arity: -2,
  flags: ['readonly', 'fast'],
  group: 'bitmap',
  since: '6.0.0',
  summary: 'Reads integers of any width within a string.',
  complexity: 'O(1) for each operation',
  keys: [oneKey('RO ACCESS')],
  syntax: 'key [GET encoding offset [GET encoding offset ...]]',
  run: (context, args) => run(context, args, true),
});
