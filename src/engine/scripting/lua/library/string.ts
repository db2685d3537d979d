import { NATIVE } from '../errors';
import { formatString } from './string-format';
import { Matcher } from '../pattern';
import { cString } from '../../../values/c-string';
import { first, type LuaFunction, type LuaResult, type LuaValue, typeName } from '../values';
import { numberToString } from '../number-text';
import { truthy } from '../operations';
import { LuaTable } from '../table';
import { allocate, checkLength, SLICE, spend } from '../meter';
import { indexOfText, made, mapSlices, part, someSlice, TAIL, TextBuilder } from '../texts';
import type { LibraryContext } from './context';

const SPECIALS = /[\^$*+?.([%-]/;

/** What compiled chunks begin with. Nothing follows: Redis refuses to load them, and so does the compiler here. */
const BINARY_CHUNK_HEADER = '\x1bLuaQ\0\x01\x04\x08\x04\x08\0';

const isSpecial = (text: string): boolean => SPECIALS.test(text);
const reversed = (text: string): string => Buffer.from(text, 'latin1').reverse().toString('latin1');
const lowered = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
const raised = (text: string): string => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());

/** The `string` library. */
export function stringLibrary(context: LibraryContext): Record<string, LuaFunction> {
  const { state, args: check, plain } = context;

  /** A 1-based position, negative from the end, as 1-based from the start. */
  const relative = (position: number, length: number): number => {
    const at = position < 0 ? position + length + 1 : position;
    return at >= 0 ? at : 0;
  };

  const sub: LuaFunction = (...args) => {
    const text = check.peekedString(args, 1);
    const from = Math.max(relative(check.integer(args, 2), text.length), 1);
    const to = Math.min(relative(check.optionalInteger(args, 3, -1), text.length), text.length);
    return from <= to ? part(text, from - 1, to) : '';
  };

  const byte: LuaFunction = (...args) => {
    const text = check.peekedString(args, 1);
    const from = relative(check.optionalInteger(args, 2, 1), text.length);
    const to = Math.min(relative(check.optionalInteger(args, 3, from), text.length), text.length);
    const start = Math.max(from, 1);
    if (start > to) return [];
    if (start === to) return text.charCodeAt(start - 1);
    if (to - start >= 7_990) state.fail('string slice too long');
    state.consume((to - start) >> 2);
    const codes: LuaValue[] = [];
    for (let i = start; i <= to; i++) codes.push(text.charCodeAt(i - 1));
    return codes;
  };

  const char: LuaFunction = (...args) => {
    let text = '';
    state.consume(args.length >> 2);
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
    checkLength(text.length * count);
    return made(text.repeat(count));
  };

  const reverse: LuaFunction = (...args) => {
    const text = check.string(args, 1);
    if (text.length <= SLICE) return reversed(text);
    let result = '';
    for (let to = text.length; to > 0; to -= SLICE) {
      spend(16 * SLICE);
      allocate(SLICE);
      result += reversed(text.slice(Math.max(to - SLICE, 0), to));
    }
    return made(result);
  };

  /** Only the letters of ASCII change: Redis runs in the C locale. */
  const lower: LuaFunction = (...args) => mapSlices(check.string(args, 1), lowered);
  const upper: LuaFunction = (...args) => mapSlices(check.string(args, 1), raised);

  function find(args: LuaValue[], isFind: boolean): LuaResult {
    const text = check.peekedString(args, 1);
    const pattern = check.string(args, 2);
    const init = Math.min(Math.max(relative(check.optionalInteger(args, 3, 1), text.length) - 1, 0), text.length);
    const isPlain = isFind && (truthy(args[3]) || !someSlice(cString(pattern), isSpecial));
    if (isPlain) {
      const at = indexOfText(text, pattern, init);
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
    let whole: TextBuilder | undefined;
    let position = 0;
    let count = 0;
    /** Where the text begins that nothing has matched. */
    let kept = 0;
    while (count < limit) {
      const end = matcher.match(position, isAnchored ? 1 : 0);
      if (end >= 0) {
        count++;
        if (result.length > TAIL) {
          (whole ??= new TextBuilder()).add(result);
          result = '';
        }
        result += text.slice(kept, position) + replace(matcher, replacement, position, end);
        kept = Math.max(position, end);
      }
      if (end > position) position = end;
      else if (position < text.length) position++;
      else break;
      if (isAnchored) break;
    }
    result += text.slice(kept);
    return [whole === undefined ? made(result) : whole.textWith(result), count];
  };

  function replace(matcher: Matcher, replacement: LuaValue, start: number, end: number): string {
    const { operations } = context;
    let value: LuaValue;
    if (typeof replacement === 'function') {
      value = first(operations.call(replacement, matcher.captures(start, end, true)));
    } else if (replacement instanceof LuaTable) {
      value = operations.index(replacement, matcher.capture(0, start, end), NATIVE);
    } else {
      const template = operations.toText(replacement);
      spend(template.length);
      return expand(matcher, template, start, end);
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
    const result = new TextBuilder();
    let from = 0;
    for (let at = replacement.indexOf('%'); at >= 0; at = replacement.indexOf('%', from)) {
      state.consume(4);
      result.add(replacement.slice(from, at));
      from = at + 2;
      const next = replacement.charCodeAt(at + 1);
      if (next === 48) result.add(matcher.whole(start, end));
      else if (next >= 49 && next <= 57) result.add(context.operations.toText(matcher.capture(next - 49, start, end)));
      else result.add(at + 1 < replacement.length ? replacement.charAt(at + 1) : '\0');
    }
    result.add(replacement.slice(from));
    return result.text();
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
    len: (...args) => {
      const [text] = args;
      return typeof text === 'string' ? text.length : check.string(args, 1).length;
    },
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
