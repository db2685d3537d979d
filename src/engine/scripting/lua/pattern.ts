import { spend } from './meter';
import type { LuaState } from './state';
import { part, sameText } from './texts';
import { cString } from '../../values/c-string';
import type { LuaValue } from './values';

const MAX_CAPTURES = 32;
/** C Lua recurses as deep as its stack allows; JavaScript's is kept clear of. */
const MAX_DEPTH = 1_000;
const UNCLOSED = -1;
const POSITION = -2;

const ESCAPE = 37; // %

/** A set so long is counted by what is looked at of it. */
const LONG_SET = 64;
/** Loops over the subject are counted every so many characters: a power of two. */
const COUNTED = 1_024;
const COUNTED_MASK = COUNTED - 1;

const isAlpha = (c: number): boolean => (c >= 97 && c <= 122) || (c >= 65 && c <= 90);
const isDigit = (c: number): boolean => c >= 48 && c <= 57;
const isSpace = (c: number): boolean => c === 32 || (c >= 9 && c <= 13);
const isPunctuation = (c: number): boolean => c > 32 && c < 127 && !isAlpha(c) && !isDigit(c);

/** `%a`, `%d`, ... by the letter in lower case; upper case means the opposite. */
function inClass(c: number, letter: number): boolean {
  let result: boolean;
  switch (letter | 32) {
    case 97: // a
      result = isAlpha(c);
      break;
    case 99: // c
      result = c < 32 || c === 127;
      break;
    case 100: // d
      result = isDigit(c);
      break;
    case 108: // l
      result = c >= 97 && c <= 122;
      break;
    case 112: // p
      result = isPunctuation(c);
      break;
    case 115: // s
      result = isSpace(c);
      break;
    case 117: // u
      result = c >= 65 && c <= 90;
      break;
    case 119: // w
      result = isAlpha(c) || isDigit(c);
      break;
    case 120: // x
      result = isDigit(c) || (c >= 97 && c <= 102) || (c >= 65 && c <= 70);
      break;
    case 122: // z
      result = c === 0;
      break;
    default:
      return letter === c;
  }
  if (!isAlpha(letter)) return letter === c;
  return letter >= 97 ? result : !result;
}

/** One attempt after another to match a Lua pattern against a subject. */
export class Matcher {
  /** Captures of the last match: where each starts, and its length (or what kind of special one it is). */
  level = 0;
  readonly #starts: number[] = [];
  readonly #lengths: number[] = [];
  #depth = 0;

  private readonly pattern: string;

  constructor(
    private readonly state: LuaState,
    private readonly subject: string,
    pattern: string,
  ) {
    // Lua 5.1 reads a pattern as C reads a string; only the subject may hold zero bytes.
    this.pattern = cString(pattern);
  }

  /** The end of a match that starts at `start`, or -1. `from` skips an anchor in the pattern. */
  match(start: number, from: number): number {
    this.level = 0;
    this.#depth = 0;
    return this.#match(start, from);
  }

  /** The text of a match. */
  whole(start: number, end: number): string {
    return part(this.subject, start, end);
  }

  /** The `i`th capture (0-based) of a match of `start` to `end`; the whole match when there are none. */
  capture(i: number, start: number, end: number): LuaValue {
    if (i >= this.level) {
      if (i === 0) return this.whole(start, end);
      return this.state.fail('invalid capture index');
    }
    const length = this.#lengths[i] ?? UNCLOSED;
    const at = this.#starts[i] ?? 0;
    if (length === POSITION) return at + 1;
    if (length === UNCLOSED) return this.state.fail('unfinished capture');
    return part(this.subject, at, at + length);
  }

  /** All captures; the whole match when there are none and `whole` asks for it. */
  captures(start: number, end: number, whole: boolean): LuaValue[] {
    const count = this.level === 0 && whole ? 1 : this.level;
    const values: LuaValue[] = [];
    for (let i = 0; i < count; i++) values.push(this.capture(i, start, end));
    return values;
  }

  #match(start: number, from: number): number {
    if (++this.#depth > MAX_DEPTH) this.state.fail('pattern too complex');
    const end = this.#run(start, from);
    this.#depth--;
    return end;
  }

  #run(start: number, from: number): number {
    const { pattern, subject } = this;
    let s = start;
    let p = from;
    for (;;) {
      if (--this.state.budget < 0) this.state.check();
      if (p >= pattern.length) return s;
      const code = pattern.charCodeAt(p);
      if (code === 40) {
        return pattern.charCodeAt(p + 1) === 41
          ? this.#startCapture(s, p + 2, POSITION)
          : this.#startCapture(s, p + 1, UNCLOSED);
      }
      if (code === 41) return this.#endCapture(s, p + 1);
      if (code === 36 && p + 1 === pattern.length) return s === subject.length ? s : -1;
      if (code === ESCAPE) {
        const next = pattern.charCodeAt(p + 1);
        if (next === 98) {
          s = this.#balance(s, p + 2);
          if (s < 0) return -1;
          p += 4;
          continue;
        }
        if (next === 102) {
          const end = this.#frontier(s, p + 2);
          if (end < 0) return -1;
          p = end;
          continue;
        }
        if (isDigit(next)) {
          s = this.#backReference(s, next);
          if (s < 0) return -1;
          p += 2;
          continue;
        }
      }
      const end = this.#classEnd(p);
      const suffix = pattern.charCodeAt(end);
      if (suffix === 63) {
        if (s < subject.length && this.#single(s, p, end)) {
          const result = this.#match(s + 1, end + 1);
          if (result >= 0) return result;
        }
        p = end + 1;
      } else if (suffix === 42) return this.#maxExpand(s, p, end);
      else if (suffix === 43)
        return s < subject.length && this.#single(s, p, end) ? this.#maxExpand(s + 1, p, end) : -1;
      else if (suffix === 45) return this.#minExpand(s, p, end);
      else {
        if (s >= subject.length || !this.#single(s, p, end)) return -1;
        s++;
        p = end;
      }
    }
  }

  #classEnd(at: number): number {
    const { pattern, state } = this;
    let p = at;
    const code = pattern.charCodeAt(p++);
    if (code === ESCAPE) {
      if (p >= pattern.length) state.fail("malformed pattern (ends with '%')");
      return p + 1;
    }
    if (code !== 91) return p;
    if (pattern.charCodeAt(p) === 94) p++;
    do {
      if (p >= pattern.length) state.fail("malformed pattern (missing ']')");
      if (pattern.charCodeAt(p++) === ESCAPE && p < pattern.length) p++;
    } while (pattern.charCodeAt(p) !== 93);
    if (p - at > LONG_SET) this.state.consume((p - at) >> 2);
    return p + 1;
  }

  #single(s: number, p: number, end: number): boolean {
    const c = this.subject.charCodeAt(s);
    const code = this.pattern.charCodeAt(p);
    if (code === 46) return true;
    if (code === ESCAPE) return inClass(c, this.pattern.charCodeAt(p + 1));
    return code === 91 ? this.#inSet(c, p, end - 1) : code === c;
  }

  /** `[...]` from `p` to the closing bracket at `last`. */
  #inSet(c: number, at: number, last: number): boolean {
    const { pattern } = this;
    let p = at + 1;
    const isNegated = pattern.charCodeAt(p) === 94;
    if (!isNegated) p--;
    while (++p < last) {
      const code = pattern.charCodeAt(p);
      if (code === ESCAPE) {
        p++;
        if (inClass(c, pattern.charCodeAt(p))) return this.#looked(!isNegated, p - at);
      } else if (pattern.charCodeAt(p + 1) === 45 && p + 2 < last) {
        if (code <= c && c <= pattern.charCodeAt(p + 2)) return this.#looked(!isNegated, p - at);
        p += 2;
      } else if (code === c) return this.#looked(!isNegated, p - at);
    }
    return this.#looked(isNegated, p - at);
  }

  /** So much of a set was looked at. */
  #looked(result: boolean, length: number): boolean {
    if (length > LONG_SET) this.state.consume(length >> 2);
    return result;
  }

  #maxExpand(s: number, p: number, end: number): number {
    let count = 0;
    while (s + count < this.subject.length && this.#single(s + count, p, end))
      if ((++count & COUNTED_MASK) === 0) this.state.consume(COUNTED >> 2);
    this.state.consume((count & COUNTED_MASK) >> 2);
    for (; count >= 0; count--) {
      const result = this.#match(s + count, end + 1);
      if (result >= 0) return result;
    }
    return -1;
  }

  #minExpand(start: number, p: number, end: number): number {
    let s = start;
    for (;;) {
      const result = this.#match(s, end + 1);
      if (result >= 0) return result;
      if (s >= this.subject.length || !this.#single(s, p, end)) return -1;
      s++;
    }
  }

  #startCapture(s: number, p: number, kind: number): number {
    const { level } = this;
    if (level >= MAX_CAPTURES) this.state.fail('too many captures');
    this.#starts[level] = s;
    this.#lengths[level] = kind;
    this.level = level + 1;
    const result = this.#match(s, p);
    if (result < 0) this.level--;
    return result;
  }

  #endCapture(s: number, p: number): number {
    const open = this.#openCapture();
    this.#lengths[open] = s - (this.#starts[open] ?? 0);
    const result = this.#match(s, p);
    if (result < 0) this.#lengths[open] = UNCLOSED;
    return result;
  }

  #openCapture(): number {
    for (let i = this.level - 1; i >= 0; i--) if (this.#lengths[i] === UNCLOSED) return i;
    return this.state.fail('invalid pattern capture');
  }

  #balance(s: number, p: number): number {
    const { pattern, subject } = this;
    if (p + 1 >= pattern.length) this.state.fail('unbalanced pattern');
    const open = pattern.charCodeAt(p);
    const close = pattern.charCodeAt(p + 1);
    if (subject.charCodeAt(s) !== open) return -1;
    let nesting = 1;
    for (let i = s + 1; i < subject.length; i++) {
      if ((i & COUNTED_MASK) === 0) this.state.consume(COUNTED >> 2);
      const c = subject.charCodeAt(i);
      if (c === close) {
        if (--nesting === 0) return i + 1;
      } else if (c === open) nesting++;
    }
    return -1;
  }

  /** `%f[set]`: the pattern's end of the set when here is a frontier, or -1. */
  #frontier(s: number, p: number): number {
    if (this.pattern.charCodeAt(p) !== 91) this.state.fail("missing '[' after '%f' in pattern");
    const end = this.#classEnd(p);
    const before = s === 0 ? 0 : this.subject.charCodeAt(s - 1);
    const here = s < this.subject.length ? this.subject.charCodeAt(s) : 0;
    return !this.#inSet(before, p, end - 1) && this.#inSet(here, p, end - 1) ? end : -1;
  }

  #backReference(s: number, digit: number): number {
    const i = digit - 49;
    if (i < 0 || i >= this.level || this.#lengths[i] === UNCLOSED) this.state.fail('invalid capture index');
    const length = this.#lengths[i] ?? 0;
    const start = this.#starts[i] ?? 0;
    if (length < 0) return -1;
    const end = s + length;
    if (end > this.subject.length) return -1;
    spend(length);
    return sameText(this.subject.slice(start, start + length), this.subject.slice(s, end)) ? end : -1;
  }
}
