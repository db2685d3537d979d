import { NATIVE } from '../errors';
import { truthy } from '../operations';
import { allocate } from '../meter';
import type { LuaTable } from '../table';
import { TextBuilder } from '../texts';
import { first, type LuaFunction, type LuaResult, type LuaValue, NOTHING, typeName } from '../values';
import type { LibraryContext } from './context';

/** Bytes that are joined at once, so that joining many can be stopped. */
const JOINED_LENGTH = 16_384;

/** The `table` library. */
export function tableLibrary(context: LibraryContext): Record<string, LuaFunction> {
  const { state, operations, args: check, plain } = context;

  const insert: LuaFunction = (...args) => {
    const table = check.table(args, 1);
    const length = table.length();
    if (args.length === 2) {
      state.writable(table).setNumber(length + 1, args[1]);
      return NOTHING;
    }
    if (args.length !== 3) return state.fail("wrong number of arguments to 'insert'");
    const at = check.int(args, 2);
    state.writable(table);
    const end = Math.max(length + 1, at);
    for (let i = end; i > at; i--) {
      state.consume(1);
      table.setNumber(i, table.getNumber(i - 1));
    }
    table.setNumber(at, args[2]);
    return NOTHING;
  };

  const remove: LuaFunction = (...args) => {
    const table = check.table(args, 1);
    const length = table.length();
    const at = check.optionalInt(args, 2, length);
    if (at < 1 || at > length) return NOTHING;
    const value = state.writable(table).getNumber(at);
    for (let i = at; i < length; i++) {
      state.consume(1);
      table.setNumber(i, table.getNumber(i + 1));
    }
    table.setNumber(length, undefined);
    return value;
  };

  const concat: LuaFunction = (...args) => {
    const table = check.table(args, 1);
    const separator = check.optionalString(args, 2, '');
    const from = check.optionalInt(args, 3, 1);
    const to = args[3] === undefined ? table.length() : check.int(args, 4);
    const text = new TextBuilder();
    let parts: string[] = [];
    let length = 0;
    for (let i = from; i <= to; i++) {
      const value = table.getNumber(i);
      if (typeof value !== 'string' && typeof value !== 'number') {
        state.fail(`invalid value (${typeName(value)}) at index ${String(i)} in table for 'concat'`);
      }
      state.consume(2);
      const part = operations.toText(value);
      parts.push(part);
      length += part.length + separator.length;
      if (length < JOINED_LENGTH) continue;
      allocate(length);
      text.add(parts.join(separator));
      parts = i < to ? [''] : [];
      length = 0;
    }
    text.add(parts.join(separator));
    return text.text();
  };

  const maxn: LuaFunction = (...args) => {
    const table = check.table(args, 1);
    let largest = 0;
    for (let key = table.nextKey(undefined); key !== undefined; key = table.nextKey(key)) {
      state.consume(2);
      if (typeof key === 'number' && key > largest) largest = key;
    }
    return largest;
  };

  const foreach: LuaFunction = (...args) => {
    const table = check.table(args, 1);
    const body = check.function(args, 2);
    for (let key = table.nextKey(undefined); key !== undefined; key = state.nextKey(table, key)) {
      state.consume(1);
      const result = first(operations.call(body, [key, table.get(key)]));
      if (result !== undefined) return result;
    }
    return NOTHING;
  };

  const foreachi: LuaFunction = (...args) => {
    const table = check.table(args, 1);
    const body = check.function(args, 2);
    const length = table.length();
    for (let i = 1; i <= length; i++) {
      state.consume(1);
      const result = first(operations.call(body, [i, table.getNumber(i)]));
      if (result !== undefined) return result;
    }
    return NOTHING;
  };

  const sort: LuaFunction = (...args): LuaResult => {
    const table = check.table(args, 1);
    const length = table.length();
    const comparator = args[1] === undefined ? undefined : check.function(args, 2);
    const isLess =
      comparator === undefined
        ? (a: LuaValue, b: LuaValue): boolean => operations.lessThan(a, b, NATIVE)
        : (a: LuaValue, b: LuaValue): boolean => truthy(first(operations.call(comparator, [a, b])));
    new Sorter(context, table, isLess).sort(1, length);
    return NOTHING;
  };

  const getn: LuaFunction = (...args) => check.table(args, 1).length();

  const library = {
    concat,
    foreach,
    foreachi,
    getn,
    insert,
    maxn,
    remove,
    setn: ((...args) => (check.table(args, 1), state.fail("'setn' is obsolete"))) as LuaFunction,
    sort,
  };
  for (const each of [concat, getn, maxn]) plain.add(each);
  return library;
}

/**
 * Lua's own quicksort, step by step: a comparison function can observe the order of comparisons, and an inconsistent one
 * gets Lua's error at Lua's moment.
 */
class Sorter {
  constructor(
    private readonly context: LibraryContext,
    private readonly table: LuaTable,
    private readonly isLess: (a: LuaValue, b: LuaValue) => boolean,
  ) {}

  sort(from: number, to: number): void {
    const { table } = this;
    let low = from;
    let high = to;
    while (low < high) {
      this.#order(low, high);
      if (high - low === 1) return;
      const middle = Math.floor((low + high) / 2);
      if (!this.#order(low, middle)) this.#order(middle, high);
      if (high - low === 2) return;
      const pivot = table.getNumber(middle);
      this.#swap(middle, high - 1);
      const i = this.#partition(pivot, low, high);
      // The smaller part by recursion, so that the nesting stays logarithmic.
      if (i - low < high - i) {
        this.sort(low, i - 1);
        low = i + 1;
      } else {
        this.sort(i + 1, high);
        high = i - 1;
      }
    }
  }

  /** Swaps two elements when the second is less. */
  #order(low: number, high: number): boolean {
    const isLess = this.isLess(this.table.getNumber(high), this.table.getNumber(low));
    if (isLess) this.#swap(low, high);
    return isLess;
  }

  #swap(a: number, b: number): void {
    this.context.state.writable(this.table);
    const value = this.table.getNumber(a);
    this.table.setNumber(a, this.table.getNumber(b));
    this.table.setNumber(b, value);
  }

  #partition(pivot: LuaValue, low: number, high: number): number {
    const { table } = this;
    let i = low;
    let j = high - 1;
    for (;;) {
      while (this.#isLess(table.getNumber(++i), pivot)) if (i > high) this.#invalid();
      while (this.#isLess(pivot, table.getNumber(--j))) if (j < low) this.#invalid();
      if (j < i) break;
      this.#swap(i, j);
    }
    this.#swap(high - 1, i);
    return i;
  }

  #isLess(a: LuaValue, b: LuaValue): boolean {
    this.context.state.consume(1);
    return this.isLess(a, b);
  }

  #invalid(): never {
    return this.context.state.fail('invalid order function for sorting');
  }
}
