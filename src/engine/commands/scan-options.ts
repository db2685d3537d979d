import type { CommandContext } from '../execution/command-context';
import type { Collection, Kind, ValueType } from '../keyspace/entry';
import type { Reply } from '../protocol/reply';
import { matchGlob } from '../values/glob';
import { cursor, integer, wordOf } from '../command/arguments';
import { error, SYNTAX_ERROR } from '../command/errors';
import { reserveElements } from './room';

/** The options of the SCAN family. */
export interface ScanOptions {
  /** Elements to look at per call; Redis: a hint, default 10. */
  readonly count: number;
  readonly matches: (text: string) => boolean;
  /** SCAN only. */
  readonly type: ValueType | undefined | 'none';
  /** HSCAN only. */
  readonly namesOnly: boolean;
}

const TYPES: readonly string[] = ['string', 'list', 'set', 'zset', 'hash', 'stream'];

/** @throws syntax error, not an integer */
export function parseScanOptions(
  { engine: { version } }: CommandContext,
  args: readonly string[],
  first: number,
  kind?: 'all keys' | 'hash',
): ScanOptions {
  let count = 10;
  let pattern: string | undefined;
  let type: string | undefined;
  let namesOnly = false;
  for (let i = first; i < args.length; i += 2) {
    const option = wordOf(args[i] ?? '');
    if (option === 'novalues' && version >= '7.4') {
      if (kind !== 'hash') throw error('NOVALUES option can only be used in HSCAN');
      namesOnly = true;
      i -= 1;
      continue;
    }
    const value = args[i + 1];
    if (value === undefined) throw SYNTAX_ERROR;
    if (option === 'count') {
      count = integer(value);
      if (count < 1) throw SYNTAX_ERROR;
    } else if (option === 'match') {
      pattern = value;
    } else if (option === 'type' && kind === 'all keys') {
      type = wordOf(value);
    } else {
      throw SYNTAX_ERROR;
    }
  }
  return {
    count,
    namesOnly,
    matches: pattern === undefined || pattern === '*' ? () => true : (text) => matchGlob(pattern, text),
    type: type === undefined ? undefined : TYPES.includes(type) ? (type as ValueType) : 'none', // one of TYPES
  };
}

/** What HSCAN, SSCAN and ZSCAN have in common. */
export const COLLECTION_SCAN = {
  arity: -3,
  flags: ['readonly'],
  since: '2.8.0',
  complexity: 'O(1) per call',
  hints: ['nondeterministic_output'],
  syntax: 'key cursor [MATCH pattern] [COUNT count]',
} as const;

/** One step of a walk through a collection. */
export interface CollectionStep extends Pick<ScanOptions, 'count' | 'matches' | 'namesOnly'> {
  readonly at: ReturnType<typeof cursor>;
  /** What is answered beside the next cursor. */
  readonly found: string[];
}

/**
 * Walks a step through the collection of a key.
 * @param walk fills `found`, and returns where the next step begins, 0 at the end
 * @throws WRONGTYPE, invalid cursor, syntax error
 */
export function scanCollection<
  Value extends Collection,
  View extends { readonly size: number; readonly bytes: number },
>(
  context: CommandContext,
  args: readonly [string, string, ...string[]],
  kind: Kind<Value, View>,
  walk: (collection: View, step: CollectionStep) => number | bigint,
): Reply {
  const [key, cursorText] = args;
  const at = cursor(cursorText, context.engine.version);
  const collection = context.read(key, kind);
  if (collection === undefined) return ['0', []];
  const { count, matches, namesOnly } = parseScanOptions(context, args, 2, kind.type === 'hash' ? 'hash' : undefined);
  reserveElements(context, collection, 2 * count);
  const found: string[] = [];
  return [String(walk(collection, { at, count, matches, namesOnly, found })), found];
}
