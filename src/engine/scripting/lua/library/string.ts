import { NATIVE } from '../errors';
import { formatString } from './string-format';
import { Matcher } from '../pattern';
import { cString } from '../../../values/c-string';
import { first, type LuaFunction, type LuaResult, type LuaValue, typeName } from '../values';
import { numberToString } from '../number-text';
import { truthy } from '../operations';
import { LuaTable } from '../table';
import type { LibraryContext } from './context';

const SPECIALS = /[\^$*+?.([%-]/;

/** The longest string: what V8 can hold, less room for what is added to it. */
const MAX_LENGTH = 2 ** 29 - 1024;

/** What compiled chunks begin with. Nothing follows: Redis refuses to load them, and so does the compiler here. */
const BINARY_CHUNK_HEADER = '\x1bLuaQ\0\x01\x04\x08\x04\x08\0';

/** The `string` library. */
export function stringLibrary(context: LibraryContext): Record<string, LuaFunction> {
  const { state, args: check, plain } = context;

  /** A 1-based position, negative from the end, as 1-based from the start. */
  const relative = (position: number, length: number): number => {
    const at = position < 0 ? position + length + 1 : position;
    return at >= 0 ? at : 0;
  };

  const sub: LuaFunction = (...args) => {
    const text = check.string(args, 1);
    const from = Math.max(relative(check.integer(args, 2), text.length), 1);
    const to = Math.min(relative(check.optionalInteger(args, 3, -1), text.length), text.length);
    return from <= to ? text.slice(from - 1, to) : '';
  };

  const byte: LuaFunction = (...args) => {
    const text = check.string(args, 1);
    const from = relative(check.optionalInteger(args, 2, 1), text.length);
    const to = Math.min(relative(check.optionalInteger(args, 3, from), text.length), text.length);
    const start = Math.max(from, 1);
    if (start > to) return [];
    if (start === to) return text.charCodeAt(start - 1);
    if (to - start >= 7_990) state.fail('string slice too long');
    const codes: LuaValue[] = [];
    for (let i = start; i <= to; i++) codes.push(text.charCodeAt(i - 1));
    return codes;
  };

  const char: LuaFunction = (...args) => {
    let text = '';
    for (let i = 1; i <= args.length; i++) {
      const code = check.int(args, i);
      if (code < 0 || code > 255) check.fail(i, 'invalid value');
      text += String.fromCharCode(code);
    }
    return text;
  };

  const rep: LuaFunction = (...args) => {
    const text = check.string(args, 1);
    const count = check.int(args, 2);
    if (count <= 0 || text === '') return '';
    if (text.length * count > MAX_LENGTH) state.failPlain('not enough memory');
    state.consume((text.length * count) >> 8);
    return text.repeat(count);
  };

  const reverse: LuaFunction = (...args) => {
    const text = check.string(args, 1);
    state.consume(text.length >> 4);
    return Buffer.from(text, 'latin1').reverse().toString('latin1');
  };

  /** Only the letters of ASCII change: Redis runs in the C locale. */
  const lower: LuaFunction = (...args) => check.string(args, 1).replace(/[A-Z]+/g, (part) => part.toLowerCase());
  const upper: LuaFunction = (...args) => check.string(args, 1).replace(/[a-z]+/g, (part) => part.toUpperCase());

  function find(args: LuaValue[], isFind: boolean): LuaResult {
    const text = check.string(args, 1);
    const pattern = check.string(args, 2);
    const init = Math.min(Math.max(relative(check.optionalInteger(args, 3, 1), text.length) - 1, 0), text.length);
    const isPlain = isFind && (truthy(args[3]) || !SPECIALS.test(cString(pattern)));
    if (isPlain) {
      const at = text.indexOf(pattern, init);
      state.consume((text.length - init) >> 8);
      return at < 0 ? undefined : [at + 1, at + pattern.length];
    }
    const isAnchored = pattern.startsWith('^');
    const matcher = new Matcher(state, text, pattern);
    for (let start = init; start <= text.length; start++) {
      const end = matcher.match(start, isAnchored ? 1 : 0);
      if (end >= 0) {
        return isFind ? [start + 1, end, ...matcher.captures(start, end, false)] : matcher.captures(start, end, true);
      }
      if (isAnchored) break;
    }
    return undefined;
  }

  const gmatch: LuaFunction = (...args) => {
    const text = check.string(args, 1);
    const pattern = check.string(args, 2);
    const matcher = new Matcher(state, text, pattern);
    let position = 0;
    return () => {
      for (let start = position; start <= text.length; start++) {
        const end = matcher.match(start, 0);
        if (end < 0) continue;
        position = end === start ? end + 1 : end;
        return matcher.captures(start, end, true);
      }
      position = text.length + 1;
      return undefined;
    };
  };

  const gsub: LuaFunction = (...args) => {
    const text = check.string(args, 1);
    const pattern = check.string(args, 2);
    const replacement = args[2];
    const type = typeName(replacement);
    const limit = check.optionalInt(args, 4, text.length + 1);
    if (!['number', 'string', 'function', 'table'].includes(type)) check.fail(3, 'string/function/table expected');
    const isAnchored = pattern.startsWith('^');
    const matcher = new Matcher(state, text, pattern);
    let result = '';
    let position = 0;
    let count = 0;
    while (count < limit) {
      const end = matcher.match(position, isAnchored ? 1 : 0);
      if (end >= 0) {
        count++;
        result += replace(matcher, replacement, position, end);
      }
      if (end > position) position = end;
      else if (position < text.length) result += text.charAt(position++);
      else break;
      if (isAnchored) break;
    }
    return [result + text.slice(position), count];
  };

  function replace(matcher: Matcher, replacement: LuaValue, start: number, end: number): string {
    const { operations } = context;
    let value: LuaValue;
    if (typeof replacement === 'function') {
      value = first(operations.call(replacement, matcher.captures(start, end, true)));
    } else if (replacement instanceof LuaTable) {
      value = operations.index(replacement, matcher.capture(0, start, end), NATIVE);
    } else {
      return expand(matcher, operations.toText(replacement), start, end);
    }
    if (value === undefined || value === false) return matcher.whole(start, end);
    if (typeof value === 'string') return value;
    return typeof value === 'number'
      ? numberToString(value)
      : state.fail(`invalid replacement value (a ${typeName(value)})`);
  }

  /** Puts captures in the place of `%0` to `%9`. */
  function expand(matcher: Matcher, replacement: string, start: number, end: number): string {
    if (!replacement.includes('%')) return replacement;
    let result = '';
    for (let i = 0; i < replacement.length; i++) {
      const character = replacement.charAt(i);
      if (character !== '%') {
        result += character;
        continue;
      }
      const next = replacement.charCodeAt(++i);
      if (next === 48) result += matcher.whole(start, end);
      else if (next >= 49 && next <= 57) {
        const value = matcher.capture(next - 49, start, end);
        result += context.operations.toText(value);
      } else result += i < replacement.length ? replacement.charAt(i) : '\0';
    }
    return result;
  }

  const dump: LuaFunction = (...args) => {
    if (plain.has(check.function(args, 1))) state.fail('unable to dump given function');
    return BINARY_CHUNK_HEADER;
  };

  const library: Record<string, LuaFunction> = {
    byte,
    char,
    dump,
    find: (...args) => find(args, true),
    format: (...args) => formatString(context, args),
    gfind: gmatch,
    gmatch,
    gsub,
    len: (...args) => check.string(args, 1).length,
    lower,
    match: (...args) => find(args, false),
    rep,
    reverse,
    sub,
    upper,
  };
  for (const name of ['char', 'format', 'len', 'lower', 'rep', 'reverse', 'sub', 'upper']) {
    const each = library[name];
    if (each !== undefined) plain.add(each);
  }
  return library;
}
