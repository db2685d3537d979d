import { NATIVE, position, raise, type Site } from '../errors';
import { checkLength, consume } from '../meter';
import { stringToNumber, trimmed } from '../number-text';
import { MAX_NATIVE_DEPTH } from '../state';
import { truthy } from '../operations';
import { LuaTable } from '../table';
import { endOfRun, made, readKey, sameText } from '../texts';
import { cString } from '../../../values/c-string';
import { type LuaFunction, type LuaResult, type LuaValue, NOTHING, typeName } from '../values';
import type { LibraryContext } from './context';

/** As many results as fit Lua's stack. */
const MAX_RESULTS = 7_999;

/** How deep error handlers may nest. */
const MAX_HANDLER_DEPTH = MAX_NATIVE_DEPTH + 23;

/** Compiles a chunk for `load` and `loadstring`; throws `LuaSyntaxError`. */
export type Loader = (source: string, name: string) => LuaFunction;

/** What `baseLibrary` makes. */
export interface BaseLibrary {
  readonly entries: Readonly<Record<string, LuaFunction>>;
  readonly select: LuaFunction;
  readonly next: LuaFunction;
  /** The iterator of `ipairs`. */
  readonly inext: LuaFunction;
}

/** The functions that live in the global table itself. */
export function baseLibrary({ state, operations, args: check, plain }: LibraryContext): BaseLibrary {
  const next: LuaFunction = (...args) => {
    const table = check.table(args, 1);
    const key = state.nextKey(table, args[1]);
    return key === undefined ? undefined : [key, table.get(key)];
  };

  const inext: LuaFunction = (...args) => {
    const index = check.integer(args, 2) + 1;
    const value = check.table(args, 1).getNumber(index);
    return value === undefined ? NOTHING : [index, value];
  };

  const pcall: LuaFunction = (...args) => {
    const outcome = state.protect(() => operations.call(check.any(args, 1), args.slice(1)));
    return outcome.ok ? [true, ...outcome.results] : [false, ...unwrapped(outcome.error.value)];
  };

  /**
   * Redis' own `pcall`: an error table from a command is seen as its message; after any other table comes what its `err`
   * field holds.
   */
  function unwrapped(error: LuaValue): LuaValue[] {
    if (!(error instanceof LuaTable)) return [error];
    const message = operations.index(error, 'err', NATIVE);
    return typeof message === 'string' || typeof message === 'number' ? [message] : [error, message];
  }

  const xpcall: LuaFunction = (...args) => {
    const [body, handler] = args;
    check.any(args, 2);
    const outcome = state.protect(() => operations.call(body, []));
    if (outcome.ok) return [true, ...outcome.results];
    let failure = outcome.error;
    // An error in the handler is handled by the handler, at the place where it is raised: until Lua's stack is used up.
    for (let depth = state.nativeDepth + outcome.nested - 1; depth < MAX_HANDLER_DEPTH;) {
      const message = depth === MAX_NATIVE_DEPTH - 1 ? 'C stack overflow' : failure.value;
      const handled = state.protect(() => operations.call(handler, [message]));
      if (handled.ok) return [false, handled.results[0]];
      failure = handled.error;
      depth += handled.nested;
    }
    return [false, 'error in error handling'];
  };

  const error: LuaFunction = (...args) => {
    const [value] = args;
    const level = check.optionalInt(args, 2, 1);
    const isText = typeof value === 'string' || typeof value === 'number';
    if (!isText || level <= 0) return raise(value, state.at);
    return raise(position(siteAtLevel(level)) + operations.toText(value), state.at);
  };

  /** Level 1 is the function that called `error`, 2 the one that called that, ... */
  function siteAtLevel(level: number): Site {
    return level === 1 ? state.at : (state.frames[state.depth - level + 2] ?? NATIVE);
  }

  const assert: LuaFunction = (...args) => {
    if (truthy(check.any(args, 1))) return args;
    return state.fail(cString(check.optionalString(args, 2, 'assertion failed!')));
  };

  const tostring: LuaFunction = (...args) => {
    const value = check.any(args, 1);
    const handler = operations.metamethod(value, '__tostring');
    return handler === undefined ? operations.toText(value) : operations.call(handler, [value]);
  };

  const tonumber: LuaFunction = (...args) => {
    const base = check.optionalInt(args, 2, 10);
    if (base === 10) {
      const value = check.any(args, 1);
      return typeof value === 'number' ? value : typeof value === 'string' ? stringToNumber(value) : undefined;
    }
    const text = trimmed(cString(check.string(args, 1)));
    if (base < 2 || base > 36) check.fail(2, 'base out of range');
    return parseInBase(text, base);
  };

  const select: LuaFunction = (...args) => {
    const [selector] = args;
    if (typeof selector === 'string' && selector.startsWith('#')) return args.length - 1;
    const index = check.int(args, 1);
    if (args.length > 16) state.consume(args.length >> 4);
    const from = index < 0 ? args.length + index : index;
    if (from < 1) check.fail(1, 'index out of range');
    return args.slice(from);
  };

  const unpack: LuaFunction = (...args) => {
    const table = check.table(args, 1);
    const from = check.optionalInt(args, 2, 1);
    const to = args[2] === undefined ? table.length() : check.int(args, 3);
    if (from > to) return NOTHING;
    if (to - from + 1 > MAX_RESULTS) state.fail('too many results to unpack');
    state.consume(to - from);
    if (from === 1 && to <= table.array.length) return table.array.slice(0, to);
    const results: LuaValue[] = [];
    for (let i = from; i <= to; i++) results.push(table.getNumber(i));
    return results;
  };

  const getmetatable: LuaFunction = (...args) => {
    const metatable = operations.metatableOf(check.any(args, 1));
    return metatable?.getKey('__metatable') ?? metatable;
  };

  const setmetatable: LuaFunction = (...args) => {
    const table = check.table(args, 1);
    const metatable = args[1];
    if (args.length < 2) check.fail(2, 'nil or table expected');
    if (metatable !== undefined && !(metatable instanceof LuaTable)) return check.fail(2, 'nil or table expected');
    if (table.metatable?.getKey('__metatable') !== undefined) state.fail('cannot change a protected metatable');
    state.writable(table).metatable = metatable;
    return table;
  };

  const rawset: LuaFunction = (...args) => {
    const table = check.table(args, 1);
    check.any(args, 2);
    check.any(args, 3);
    operations.rawSet(table, args[1], args[2], NATIVE);
    return table;
  };

  const collector = { setpause: 200, setstepmul: 200 };

  /** There is nothing to control here: the answers are those of a collector at rest. */
  const collectgarbage: LuaFunction = (...args) => {
    const option = check.optionalString(args, 1, 'collect');
    const value = check.optionalInt(args, 2, 0);
    switch (option) {
      case 'count':
        return 64;
      case 'step':
        return true;
      case 'setpause':
      case 'setstepmul': {
        const previous = collector[option];
        collector[option] = value;
        return previous;
      }
      case 'collect':
      case 'stop':
      case 'restart':
        return 0;
      default:
        return check.fail(1, `invalid option '${cString(option)}'`);
    }
  };

  const entries = {
    assert,
    collectgarbage,
    error,
    gcinfo: ((): LuaResult => [64, 0]) as LuaFunction,
    getmetatable,
    ipairs: ((...args) => [inext, check.table(args, 1), 0]) as LuaFunction,
    next,
    pairs: ((...args) => [next, check.table(args, 1), undefined]) as LuaFunction,
    pcall,
    rawequal: ((...args) => {
      const [a, b] = [check.any(args, 1), check.any(args, 2)];
      return typeof a === 'string' && typeof b === 'string' ? sameText(a, b) : a === b;
    }) as LuaFunction,
    rawget: ((...args) => {
      const table = check.table(args, 1);
      const key = check.any(args, 2);
      if (typeof key === 'string') readKey(key);
      return table.get(key);
    }) as LuaFunction,
    rawset,
    select,
    setmetatable,
    tonumber,
    tostring,
    type: ((...args) => typeName(check.any(args, 1))) as LuaFunction,
    unpack,
    xpcall,
  };
  for (const each of [entries.rawequal, entries.rawget, rawset, setmetatable, getmetatable, tonumber, entries.type])
    plain.add(each);
  return { entries, select, next, inext };
}

const LETTERS_AND_DIGITS = /[0-9a-zA-Z]*/y;

/** C's strtoul in a base other than ten. @param text without blanks around it */
function parseInBase(text: string, base: number): number | undefined {
  const match = /^([+-]?)(0[xX](?=[0-9a-fA-F]))?(?=[0-9a-zA-Z])/.exec(text);
  if (match === null || endOfRun(text, LETTERS_AND_DIGITS, match[0].length) < text.length) return undefined;
  const [{ length }, sign, prefix = ''] = match;
  const rest = text.slice(length);
  const digits = prefix !== '' && base !== 16 ? prefix + rest : rest;
  const largest = (1n << 64n) - 1n;
  let value = 0n;
  for (let i = 0; i < digits.length; i++) {
    if ((i & 0x3ff) === 0x3ff) consume(0x1000);
    const amount = parseInt(digits.charAt(i), 36);
    if (amount >= base) return undefined;
    // Once too large it stays so, and need not grow.
    if (value <= largest) value = value * BigInt(base) + BigInt(amount);
  }
  if (value > largest) return Number(largest);
  return Number(sign === '-' ? BigInt.asUintN(64, -value) : value);
}

/** `load` and `loadstring`, which need the compiler. */
export function loadLibrary(
  { operations, args: check, state }: LibraryContext,
  loader: Loader,
  isSyntaxError: (e: unknown) => e is Error,
): { load: LuaFunction; loadstring: LuaFunction } {
  function compile(source: string, name: string): LuaResult {
    try {
      return loader(source, name);
    } catch (error) {
      if (isSyntaxError(error)) return [undefined, error.message];
      throw error;
    }
  }

  const loadstring: LuaFunction = (...args) => {
    const source = check.string(args, 1);
    return compile(source, check.optionalString(args, 2, source));
  };

  const load: LuaFunction = (...args) => {
    const reader = check.function(args, 1);
    const name = check.optionalString(args, 2, '=(load)');
    let source = '';
    for (;;) {
      const outcome = state.protect(() => operations.call(reader, []));
      if (!outcome.ok) return [undefined, outcome.error.value];
      const [piece] = outcome.results;
      if (piece === undefined || piece === '') return compile(source, name);
      if (typeof piece !== 'string' && typeof piece !== 'number')
        return [undefined, 'reader function must return a string'];
      state.consume(10);
      const text = operations.toText(piece);
      checkLength(source.length + text.length);
      source = made(source + text);
    }
  };
  return { load, loadstring };
}

const MAX_NAME = 60;

/** How messages show a chunk's name: `=name` and `@name` as they are, source text shortened to its first line. */
export function chunkName(name: string): string {
  if (name.startsWith('=')) return name.slice(1, MAX_NAME);
  if (name.startsWith('@')) {
    const file = name.slice(1);
    const room = MAX_NAME - '...'.length - 5;
    return file.length > room ? `...${file.slice(file.length - room)}` : file;
  }
  const room = MAX_NAME - '[string "..."]'.length - 3;
  const newline = name.search(/[\n\r]/);
  const line = newline < 0 ? name : name.slice(0, newline);
  return newline >= 0 || line.length > room ? `[string "${line.slice(0, room)}..."]` : `[string "${line}"]`;
}
