import type { RedisVersion } from '../../redis-version';
import type { CommandContext } from '../../execution/command-context';
import type { StoredValue } from '../../keyspace/entry';
import type { Reply } from '../../protocol/reply';
import { HashValue } from '../../values/hash';
import { listToFill } from '../../values/encoded-list';
import { ListValue } from '../../values/list';
import { RawString } from '../../values/raw-string';
import { SetValue } from '../../values/set';
import { SortedSetValue } from '../../values/sorted-set';
import { looseDoubleInRange } from '../../command/arguments';
import { type KeySpec, oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, printable, WRONG_TYPE } from '../../command/errors';
import { parseSortOptions, sortKeys, type SortOptions } from './sort-options';
import { reserveElements, SHARED_BYTES } from '../room';

const NOT_A_DOUBLE = error("One or more scores can't be converted into double");

/** The elements in the order their type has. @throws WRONGTYPE */
function elementsOf(value: StoredValue | undefined): string[] {
  if (value === undefined) return [];
  if (value instanceof ListValue) return value.slice(0, value.size);
  if (value instanceof SetValue) return value.members();
  if (!(value instanceof SortedSetValue)) throw WRONG_TYPE;
  // Redis needs its skip list to sort by, and keeps it.
  value.expand();
  const names: string[] = [];
  value.visit({ start: 0, end: value.size }, false, (name) => {
    names.push(name);
  });
  return names;
}

/**
 * Reads what a pattern names for one element: `#` itself, `prefix*` a string, `prefix*->field` a field of a hash. Redis
 * looks for `*` and `->` as far as a zero byte.
 */
function lookUp(context: CommandContext, pattern: string, element: string): string | null {
  if (pattern === '#') return element;
  const marks = printable(pattern);
  const star = marks.indexOf('*');
  if (star < 0) return null;
  const arrow = marks.indexOf('->', star + 1);
  const hasField = arrow >= 0 && arrow + 2 < marks.length;
  const suffix = pattern.slice(star + 1, hasField ? arrow : undefined);
  const value = context.lookupRead(pattern.slice(0, star) + element + suffix)?.value;
  if (hasField) return value instanceof HashValue ? (value.get(pattern.slice(arrow + 2)) ?? null) : null;
  return typeof value === 'string' || value instanceof RawString ? value.toString() : null;
}

/** @throws when the text is no number, or one beyond a double */
function weight(text: string | null, version: RedisVersion): number {
  if (text === null) return 0;
  const value = looseDoubleInRange(text, version);
  if (value === undefined) throw NOT_A_DOUBLE;
  return value;
}

const compareBytes = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function compareText(a: string | null, b: string | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  return compareBytes(a, b);
}

function sortElements(context: CommandContext, elements: readonly string[], options: SortOptions): string[] {
  const { by, alpha, descending, store } = options;
  const sign = descending ? -1 : 1;
  const keyOf = (element: string) => (by === undefined ? element : lookUp(context, by, element));
  if (alpha) {
    // What is not kept is compared as C's texts are, which end at a zero byte.
    const textOf = (element: string) => {
      const text = keyOf(element);
      return text === null || store !== undefined ? text : printable(text);
    };
    return elements
      .map((element) => ({ element, text: textOf(element) }))
      .sort((a, b) => sign * compareText(a.text, b.text))
      .map(({ element }) => element);
  }
  return elements
    .map((element) => ({ element, score: weight(keyOf(element), context.engine.version) }))
    .sort((a, b) => sign * (a.score < b.score ? -1 : a.score > b.score ? 1 : compareBytes(a.element, b.element)))
    .map(({ element }) => element);
}

/** LIMIT as Redis takes it: a negative offset is 0, and an offset beyond the end leaves nothing. */
function limited(elements: readonly string[], { offset, count }: SortOptions): readonly string[] {
  const start = Math.max(0, offset);
  return elements.slice(start, count < 0 ? undefined : start + count);
}

/** Bytes of an element while it is sorted, and where it is stored. */
const SORTED_BYTES = 160;

function ordered(context: CommandContext, key: string, options: SortOptions): readonly string[] {
  const value = context.lookupRead(key)?.value;
  if (typeof value === 'object' && 'size' in value && value.type !== 'stream') {
    const each = SORTED_BYTES + Math.max(1, options.get.length) * SHARED_BYTES;
    reserveElements(context, value, value.size, each);
  }
  const elements = elementsOf(value);
  if (!options.unsorted) return sortElements(context, elements, options);
  if (!(value instanceof SetValue)) return options.descending ? elements.reverse() : elements;
  // A set has no order that would be the same elsewhere: where the answer is kept, or may decide what a script writes,
  // it is sorted nevertheless.
  if (options.store === undefined && !context.inScript) return elements;
  return sortElements(context, elements, { ...options, alpha: true, by: undefined });
}

/** @returns what SORT answers: elements, or the values its GET patterns name, element by element */
function sort(context: CommandContext, key: string, options: SortOptions): (string | null)[] {
  const elements = limited(ordered(context, key, options), options);
  if (options.get.length === 0) return [...elements];
  return elements.flatMap((element) => options.get.map((pattern) => lookUp(context, pattern, element)));
}

function storeList(context: CommandContext, key: string, found: readonly (string | null)[]): number {
  if (found.length === 0) {
    context.vacate(key);
    return 0;
  }
  const list = listToFill(context.engine.limits);
  for (const each of found) list.push('right', each ?? '');
  list.settle();
  context.store(key, list);
  context.notify('l', 'sortstore', key);
  return found.length;
}

function mayReadAnyKey({ engine, session }: CommandContext, name: string, args: readonly string[]): boolean {
  return session.user.unrestricted || engine.acl.mayReadAnyKey(session.user, engine.commands.resolve(name, args), args);
}

const BY_OR_GET: KeySpec = {
  flags: 'RO ACCESS',
  begin: 'unknown',
  find: 'unknown',
  notes:
    "For the optional BY/GET keyword. It is marked 'unknown' because the key names derive from the content of the key we sort",
};
const STORE: KeySpec = {
  flags: 'OW UPDATE',
  begin: 'unknown',
  find: 'unknown',
  notes:
    "For the optional STORE keyword. It is marked 'unknown' because the keyword can appear anywhere in the argument array",
};

const SORT = {
  arity: -2,
  group: 'generic',
  complexity: 'O(N+M*log(M)): N elements, M of them answered; O(N) where nothing is sorted',
  categories: ['-@keyspace', '@set', '@sortedset', '@list', '@dangerous'],
} as const;
const SYNTAX = 'key [BY pattern] [LIMIT offset count] [GET pattern ...] [ASC | DESC] [ALPHA]';

const sortCommand = defineCommand({
  ...SORT,
  name: 'sort',
  flags: ['write', 'denyoom', 'movablekeys'],
  since: '1.0.0',
  summary: 'Sorts the elements of a list, set or sorted set; answers them, or what they refer to, or stores that.',
  keys: [oneKey('RO ACCESS'), BY_OR_GET, STORE],
  movableKeys: sortKeys,
  syntax: `${SYNTAX} [STORE destination]`,
  run(context, args): Reply {
    const options = parseSortOptions(args, true, () => mayReadAnyKey(context, 'sort', args));
    const found = sort(context, args[0], options);
    return options.store === undefined ? found : storeList(context, options.store, found);
  },
});

const sortReadOnly = defineCommand({
  ...SORT,
  name: 'sort_ro',
  flags: ['readonly', 'movablekeys'],
  since: '7.0.0',
  summary: 'Sorts the elements of a list, set or sorted set, and never stores.',
  keys: [oneKey('RO ACCESS'), BY_OR_GET],
  movableKeys: () => [1],
  syntax: SYNTAX,
  run: (context, args) =>
    sort(
      context,
      args[0],
      parseSortOptions(args, false, () => mayReadAnyKey(context, 'sort_ro', args)),
    ),
});

/** SORT, and the one that never stores. */
export const SORT_COMMANDS = [sortCommand, sortReadOnly];
