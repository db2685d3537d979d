import type { ValueType } from '../keyspace/entry';
import { matchGlob } from '../values/glob';
import { integer, wordOf } from '../command/arguments';
import { SYNTAX_ERROR } from '../command/errors';

/** The options of the SCAN family. */
export interface ScanOptions {
  /** Elements to look at per call; Redis: a hint, default 10. */
  readonly count: number;
  readonly matches: (text: string) => boolean;
  /** SCAN only. */
  readonly type: ValueType | undefined | 'none';
}

const TYPES: readonly string[] = ['string', 'list', 'set', 'zset', 'hash', 'stream'];

/** @throws syntax error, not an integer */
export function parseScanOptions(args: readonly string[], first: number, allowType = false): ScanOptions {
  let count = 10;
  let pattern: string | undefined;
  let type: string | undefined;
  for (let i = first; i < args.length; i += 2) {
    const option = wordOf(args[i] ?? '');
    const value = args[i + 1];
    if (value === undefined) throw SYNTAX_ERROR;
    if (option === 'count') {
      count = integer(value);
      if (count < 1) throw SYNTAX_ERROR;
    } else if (option === 'match') {
      pattern = value;
    } else if (option === 'type' && allowType) {
      type = wordOf(value);
    } else {
      throw SYNTAX_ERROR;
    }
  }
  return {
    count,
    matches: pattern === undefined || pattern === '*' ? () => true : (text) => matchGlob(pattern, text),
    type: type === undefined ? undefined : TYPES.includes(type) ? (type as ValueType) : 'none', // one of TYPES
  };
}
