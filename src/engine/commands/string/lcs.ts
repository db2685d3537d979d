import type { CommandContext } from '../../execution/command-context';
import { MapReply, type Reply } from '../../protocol/reply';
import { CommonSubsequence, tableBytes, type Match } from '../../values/common-subsequence';
import { RawString } from '../../values/raw-string';
import { integer, wordOf } from '../../command/arguments';
import { keyRange } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, SYNTAX_ERROR } from '../../command/errors';

const NOT_STRINGS = error('The specified keys must contain string values');
const LENGTH_OR_INDEXES = error('If you want both the length and indexes, please just use IDX.');
const TOO_LARGE = error('Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len');

interface LcsOptions {
  length: boolean;
  indexes: boolean;
  withMatchLength: boolean;
  minMatchLength: number;
}

function parseOptions(args: readonly string[]): LcsOptions {
  const options: LcsOptions = { length: false, indexes: false, withMatchLength: false, minMatchLength: 0 };
  for (let i = 2; i < args.length; i++) {
    const option = wordOf(args[i] ?? '');
    if (option === 'len') options.length = true;
    else if (option === 'idx') options.indexes = true;
    else if (option === 'withmatchlen') options.withMatchLength = true;
    else if (option === 'minmatchlen' && i + 1 < args.length) options.minMatchLength = integer(args[++i] ?? '');
    else throw SYNTAX_ERROR;
  }
  if (options.length && options.indexes) throw LENGTH_OR_INDEXES;
  return options;
}

/** The strings of both keys, which are looked up before either is judged. */
function readStrings(context: CommandContext, keys: readonly string[]): string[] {
  const values = keys.map((key) => context.lookupRead(key)?.value ?? '');
  return values.map((value) => {
    if (typeof value !== 'string' && !(value instanceof RawString)) throw NOT_STRINGS;
    return value.toString();
  });
}

const lengthOf = ({ inA: [first, last] }: Match): number => last - first + 1;

function indexesReply(common: CommonSubsequence, { minMatchLength, withMatchLength }: LcsOptions): Reply {
  const matches = common.matches().filter((match) => lengthOf(match) >= minMatchLength);
  const shown = matches.map((match): Reply =>
    withMatchLength ? [match.inA, match.inB, lengthOf(match)] : [match.inA, match.inB],
  );
  return new MapReply(['matches', shown, 'len', common.length]);
}

export const lcs = defineCommand({
  name: 'lcs',
  arity: -3,
  flags: ['readonly'],
  group: 'string',
  since: '7.0.0',
  summary: 'Finds the longest common subsequence of two strings.',
  complexity: 'O(N*M) in the lengths of the strings',
  keys: [keyRange('RO ACCESS', 1, 1)],
  syntax: 'key1 key2 [LEN] [IDX] [MINMATCHLEN len] [WITHMATCHLEN]',
  run(context, args) {
    const [a = '', b = ''] = readStrings(context, args.slice(0, 2));
    const options = parseOptions(args);
    if (tableBytes(a, b) > context.engine.parameters.maxBulkLength) throw TOO_LARGE;
    const common = new CommonSubsequence(a, b);
    if (options.indexes) return indexesReply(common, options);
    return options.length ? common.length : common.toString();
  },
});
