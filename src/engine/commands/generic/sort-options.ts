import { choices, int64 } from '../../command/arguments';
import type { FoundKey } from '../../command/definition';
import { error, printable, SYNTAX_ERROR } from '../../command/errors';

/** What SORT is asked for. */
export interface SortOptions {
  readonly descending: boolean;
  readonly alpha: boolean;
  /** Elements to skip. */
  readonly offset: number;
  /** Elements to answer at most; negative = all. */
  readonly count: number;
  readonly by: string | undefined;
  /** Some BY was a constant (`BY nosort`): the order is left as it is, whatever follows. */
  readonly unsorted: boolean;
  /** One column of the answer each; none = the elements themselves. */
  readonly get: readonly string[];
  /** The key that takes the answer. */
  readonly store: string | undefined;
}

/** How many values follow an option. */
const VALUES = choices({ asc: 0, desc: 0, alpha: 0, limit: 2, store: 1, by: 1, get: 1 });

const denied = (option: string) => error(`${option} option of SORT denied due to insufficient ACL permissions.`);

/**
 * Reads what follows SORT's key.
 * @param mayReadAnyKey whether patterns may lead to keys that the arguments do not name
 * @throws syntax error, not an integer, denied
 */
export function parseSortOptions(
  args: readonly string[],
  mayStore: boolean,
  mayReadAnyKey: () => boolean,
): SortOptions {
  const options = {
    descending: false,
    alpha: false,
    offset: 0,
    count: -1,
    by: undefined,
    unsorted: false,
    get: [],
    store: undefined,
  };
  const parsed: { -readonly [Name in keyof SortOptions]: SortOptions[Name] } & { get: string[] } = options;
  for (let i = 1; i < args.length; i++) {
    const option = args[i]?.toLowerCase() ?? '';
    const values = VALUES.get(option);
    if (values === undefined || i + values >= args.length || (option === 'store' && !mayStore)) throw SYNTAX_ERROR;
    const value = args[i + 1] ?? '';
    if (option === 'asc' || option === 'desc') parsed.descending = option === 'desc';
    else if (option === 'alpha') parsed.alpha = true;
    else if (option === 'get') {
      if (!mayReadAnyKey()) throw denied('GET');
      parsed.get.push(value);
    } else if (option === 'store') parsed.store = value;
    else if (option === 'by') {
      parsed.by = value;
      if (!printable(value).includes('*')) parsed.unsorted = true;
      else if (!mayReadAnyKey()) throw denied('BY');
    } else {
      parsed.offset = Number(int64(value));
      parsed.count = Number(int64(args[i + 2] ?? ''));
    }
    i += values;
  }
  return parsed;
}

/** The keys of a call of SORT that its arguments name: the one it reads, and the last one it is told to store to. */
export function sortKeys(args: readonly string[]): readonly FoundKey[] {
  let store: number | undefined;
  for (let i = 1; i < args.length; i++) {
    const option = args[i]?.toLowerCase() ?? '';
    if (option === 'store' && i + 1 < args.length) store = i + 2;
    i += VALUES.get(option) ?? 0;
  }
  const source = { position: 1, flags: 'RO ACCESS' };
  return store === undefined ? [source] : [source, { position: store, flags: 'OW UPDATE' }];
}
