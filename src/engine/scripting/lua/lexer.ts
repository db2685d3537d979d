import { LuaSyntaxError } from './errors';
import { allocate, consume, SLICE } from './meter';
import { stringToNumber } from './number-text';
import { endOfRun, TextBuilder } from './texts';

/** Kinds of token besides the reserved words and punctuation, which are their own kind. */
export type TokenKind = string;

const RESERVED = new Set(
  'and break do else elseif end false for function if in local nil not or repeat return then true until while'.split(
    ' ',
  ),
);

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const isDigit = (c: number): boolean => c >= 48 && c <= 57;
const isNameStart = (c: number): boolean => (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95;
const isNamePart = (c: number): boolean => isNameStart(c) || isDigit(c);
const isNewline = (c: number): boolean => c === 10 || c === 13;

// A script is read once, by code that V8 has not optimised yet: native searches beat loops over characters many times.
const BLANKS = /[ \t\v\f]*/y;
const NAME = /\w*/y;
const LINE_OR_BRACKET = /[^\n\r\]]*/y;
const TO_LINE_END = /[^\n\r]*/y;
/** What stands in a string as itself. */
const PLAIN: Readonly<Record<string, RegExp>> = { '"': /[^"\\\n\r]*/y, "'": /[^'\\\n\r]*/y };
/** What a token becomes: nodes of the tree, and the code that is made of them. */
const TOKEN_STEPS = 16;
const TOKEN_BYTES = 512;

/**
 * Splits Lua 5.1 source into tokens.
 *
 * The current token is in the public fields. `kind` is `<name>`, `<string>`, `<number>`, `<eof>`, or the reserved word or
 * punctuation itself.
 */
export class Lexer {
  kind: TokenKind = '<eof>';
  /** The name, or the string's bytes. */
  text = '';
  number = 0;
  /** The line of the current token's end. */
  line = 1;
  /** The line of the token before. */
  lastLine = 1;
  #position = 0;
  /** Where the current token starts, for messages. */
  #start = 0;
  /** A string's text as messages show it: escapes already replaced. */
  #shown = '';
  #lookahead: { kind: TokenKind; text: string; number: number; line: number; start: number; shown: string } | undefined;

  constructor(
    private readonly source: string,
    readonly chunk: string,
  ) {}

  /** Moves to the next token. */
  next(): void {
    this.lastLine = this.line;
    const ahead = this.#lookahead;
    if (ahead === undefined) {
      this.kind = this.#scan();
      return;
    }
    this.#lookahead = undefined;
    this.kind = ahead.kind;
    this.text = ahead.text;
    this.number = ahead.number;
    this.line = ahead.line;
    this.#start = ahead.start;
    this.#shown = ahead.shown;
  }

  /** The kind of the token after the current one. */
  peek(): TokenKind {
    const { kind, text, number, line } = this;
    const start = this.#start;
    const shown = this.#shown;
    const ahead = this.#scan();
    this.#lookahead = {
      kind: ahead,
      text: this.text,
      number: this.number,
      line: this.line,
      start: this.#start,
      shown: this.#shown,
    };
    this.kind = kind;
    this.text = text;
    this.number = number;
    this.line = line;
    this.#start = start;
    this.#shown = shown;
    return ahead;
  }

  /** Fails at the current token. */
  fail(message: string): never {
    // Lua takes the number of a zero byte's token for no token at all.
    return this.kind === '\0' ? this.failAtLine(message) : this.#failNear(message, this.#describe(this.kind));
  }

  /** Fails without naming a token: limits. */
  failAtLine(message: string): never {
    throw new LuaSyntaxError(`${this.chunk}:${String(this.line)}: ${message}`);
  }

  #failNear(message: string, near: string): never {
    return this.failAtLine(`${message} near '${near}'`);
  }

  #describe(kind: TokenKind): string {
    if (kind === '<name>' || kind === '<number>') return this.source.slice(this.#start, this.#position);
    if (kind === '<string>') return this.#shown;
    const code = kind.charCodeAt(0);
    return kind.length === 1 && (code < 32 || code === 127) ? `char(${String(code)})` : kind;
  }

  #scan(): TokenKind {
    const source = this.source;
    consume(TOKEN_STEPS);
    allocate(TOKEN_BYTES);
    for (;;) {
      this.#start = this.#position;
      if (this.#position >= source.length) return '<eof>';
      const code = source.charCodeAt(this.#position);
      if (isNewline(code)) this.#skipNewline();
      else if (code === 32 || (code >= 9 && code <= 12)) this.#position = this.#endOf(BLANKS);
      else if (code === 45 && source.charCodeAt(this.#position + 1) === 45) this.#skipComment();
      else if (isNameStart(code)) return this.#scanName();
      else if (isDigit(code)) return this.#scanNumber();
      else return this.#scanPunctuation(code);
    }
  }

  /** Where the characters end that a sticky pattern of one repeated class matches from here on. */
  #endOf(pattern: RegExp): number {
    if (this.source.length > SLICE) return endOfRun(this.source, pattern, this.#position);
    pattern.lastIndex = this.#position;
    pattern.test(this.source);
    return pattern.lastIndex;
  }

  /** `\r\n` and `\n\r` count once. */
  #skipNewline(): void {
    const code = this.source.charCodeAt(this.#position++);
    const next = this.source.charCodeAt(this.#position);
    if (isNewline(next) && next !== code) this.#position++;
    this.line++;
  }

  #skipComment(): void {
    this.#position += 2;
    if (this.source[this.#position] === '[') {
      const level = this.#longBracketLevel();
      if (level >= 0) {
        this.#scanLong(level, 'unfinished long comment');
        return;
      }
    }
    this.#position = this.#endOf(TO_LINE_END);
  }

  #scanName(): TokenKind {
    const end = this.#endOf(NAME);
    this.text = this.source.slice(this.#position, end);
    this.#position = end;
    return RESERVED.has(this.text) ? this.text : '<name>';
  }

  #scanNumber(): TokenKind {
    const source = this.source;
    let end = this.#position;
    while (isDigit(source.charCodeAt(end)) || source[end] === '.') end++;
    if (source[end] === 'e' || source[end] === 'E') {
      end++;
      if (source[end] === '+' || source[end] === '-') end++;
    }
    while (isNamePart(source.charCodeAt(end))) end++;
    this.#position = end;
    const text = source.slice(this.#start, end);
    const value = stringToNumber(text);
    if (value === undefined) return this.#failNear('malformed number', text);
    this.number = value;
    return '<number>';
  }

  #scanPunctuation(code: number): TokenKind {
    const source = this.source;
    const character = source.charAt(this.#position);
    const next = source.charAt(this.#position + 1);
    if (code === 34 || code === 39) return this.#scanString(character);
    if (character === '[') {
      const level = this.#longBracketLevel();
      if (level >= 0) return this.#scanLong(level, 'unfinished long string');
      if (level === -2)
        return this.#failNear('invalid long string delimiter', source.slice(this.#start, this.#position));
      return '[';
    }
    if (character === '.' && isDigit(next.charCodeAt(0))) return this.#scanNumber();
    if (character === '.' && next === '.') return this.#take(source[this.#position + 2] === '.' ? '...' : '..');
    if (next === '=' && (character === '=' || character === '<' || character === '>' || character === '~')) {
      return this.#take(character + '=');
    }
    return this.#take(character);
  }

  #take(kind: TokenKind): TokenKind {
    this.#position += kind.length;
    return kind;
  }

  /** At a `[`: the number of `=` of a long bracket; -1 (one character read) for a plain `[`, -2 for `[=` and no more. */
  #longBracketLevel(): number {
    let end = this.#position + 1;
    while (this.source[end] === '=') end++;
    const level = end - this.#position - 1;
    if (this.source[end] === '[') {
      this.#position = end + 1;
      return level;
    }
    this.#position = end;
    return level === 0 ? -1 : -2;
  }

  #scanLong(level: number, unfinished: string): TokenKind {
    const source = this.source;
    const close = `]${'='.repeat(level)}]`;
    if (isNewline(source.charCodeAt(this.#position))) this.#skipNewline();
    const end = source.indexOf(close, this.#position);
    let text = end < 0 ? '' : source.slice(this.#position, end);
    if (end >= 0 && !text.includes('\r')) {
      this.#position = end;
      this.line += countLines(text);
    } else text = this.#scanLongSlowly(close, unfinished);
    this.#position += close.length;
    this.text = text;
    this.#shown = source.slice(this.#start, this.#position);
    return '<string>';
  }

  #scanLongSlowly(close: string, unfinished: string): string {
    const source = this.source;
    const text = new TextBuilder();
    for (;;) {
      const start = this.#position;
      this.#position = this.#endOf(LINE_OR_BRACKET);
      text.add(source.slice(start, this.#position));
      consume(1);
      const code = source.charCodeAt(this.#position);
      if (this.#position >= source.length) return this.#failNear(unfinished, '<eof>');
      if (code === 93 && source.startsWith(close, this.#position)) return text.text();
      if (isNewline(code)) {
        this.#skipNewline();
        text.add('\n');
      } else {
        text.add(']');
        this.#position++;
      }
    }
  }

  #scanString(quote: string): TokenKind {
    const source = this.source;
    const plain = PLAIN[quote] ?? TO_LINE_END;
    const text = new TextBuilder();
    this.#position++;
    for (;;) {
      const start = this.#position;
      this.#position = this.#endOf(plain);
      consume(1);
      text.add(source.slice(start, this.#position));
      if (this.#position >= source.length) return this.#failNear('unfinished string', '<eof>');
      const code = source.charCodeAt(this.#position);
      if (code === quote.charCodeAt(0)) break;
      if (isNewline(code)) return this.#failNear('unfinished string', quote + text.text());
      text.add(this.#scanEscape(quote, text));
    }
    this.#position++;
    this.text = text.text();
    this.#shown = quote + this.text + quote;
    return '<string>';
  }

  #scanEscape(quote: string, soFar: TextBuilder): string {
    const source = this.source;
    this.#position++;
    if (this.#position >= source.length) return '';
    const code = source.charCodeAt(this.#position);
    if (isNewline(code)) {
      this.#skipNewline();
      return '\n';
    }
    if (!isDigit(code)) {
      const character = source.charAt(this.#position++);
      return ESCAPES[character] ?? character;
    }
    let value = 0;
    for (let i = 0; i < 3 && isDigit(source.charCodeAt(this.#position)); i++) {
      value = value * 10 + source.charCodeAt(this.#position++) - 48;
    }
    if (value > 255) return this.#failNear('escape sequence too large', quote + soFar.text());
    return String.fromCharCode(value);
  }
}

function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    lines++;
    consume(1);
  }
  return lines;
}
