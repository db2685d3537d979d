import { stringToNumber } from '../number-text';
import { LONG } from '../meter';
import { LuaTable } from '../table';
import { part, readKey, TextBuilder } from '../texts';
import type { LuaValue } from '../values';
import { type LibraryContext, MAX_STACK } from './context';
import type { JsonSettings } from './json-settings';

type TokenType =
  | 'T_OBJ_BEGIN'
  | 'T_OBJ_END'
  | 'T_ARR_BEGIN'
  | 'T_ARR_END'
  | 'T_STRING'
  | 'T_NUMBER'
  | 'T_BOOLEAN'
  | 'T_NULL'
  | 'T_COLON'
  | 'T_COMMA'
  | 'T_END'
  | 'T_ERROR';

const PUNCTUATION: Readonly<Record<string, TokenType>> = {
  '{': 'T_OBJ_BEGIN',
  '}': 'T_OBJ_END',
  '[': 'T_ARR_BEGIN',
  ']': 'T_ARR_END',
  ',': 'T_COMMA',
  ':': 'T_COLON',
  '\0': 'T_END',
};

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
};

/** What C's strtod takes from the front of a text. */
const NUMBER =
  /[+-]?(?:0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP][+-]?\d+)?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?|nan(?:\(\w*\))?)/iy;

/** Loops over the text are counted every so many characters: a power of two. */
const COUNTED = 1_024;
const COUNTED_MASK = COUNTED - 1;

/** Reads JSON as lua-cjson does: lenient about numbers and control characters, strict about the rest. */
export class JsonReader {
  #text = '';
  #position = 0;
  #type: TokenType = 'T_END';
  #value: LuaValue;
  /** Where the current token starts, and for bad ones what is wrong. */
  #at = 0;
  #problem = '';
  #depth = 0;
  /** How much of its stack the C library would have in use. */
  #used = 1;

  constructor(
    private readonly context: LibraryContext,
    private readonly settings: JsonSettings,
    private readonly jsonNull: LuaValue,
  ) {}

  read(text: string): LuaValue {
    if (text.length >= 2 && (text.startsWith('\0') || text[1] === '\0')) {
      this.context.state.fail('JSON parser does not support UTF-16 or UTF-32');
    }
    this.#text = text;
    this.#next();
    const value = this.#readValue();
    this.#next();
    if (this.#type !== 'T_END') this.#unexpected('the end');
    return value;
  }

  #unexpected(expected: string): never {
    const found = this.#type === 'T_ERROR' ? this.#problem : this.#type;
    return this.context.state.fail(`Expected ${expected} but found ${found} at character ${String(this.#at + 1)}`);
  }

  #readValue(): LuaValue {
    this.context.state.consume(4);
    switch (this.#type) {
      case 'T_STRING':
      case 'T_NUMBER':
      case 'T_BOOLEAN':
      case 'T_NULL':
        return this.#value;
      case 'T_OBJ_BEGIN':
        return this.#readObject();
      case 'T_ARR_BEGIN':
        return this.#readArray();
      default:
        return this.#unexpected('value');
    }
  }

  /** @param slots what the C library reserves on its stack for the kind of structure that begins */
  #descend(slots: number): void {
    if (++this.#depth <= this.settings.decodeMaxDepth && this.#used + slots <= MAX_STACK) return;
    this.context.state.fail(
      `Found too many nested data structures (${String(this.#depth)}) at character ${String(this.#position)}`,
    );
  }

  #readObject(): LuaTable {
    this.#descend(3);
    this.#used += 2;
    const table = new LuaTable();
    let type = this.#next();
    while (type !== 'T_OBJ_END') {
      if (type !== 'T_STRING') this.#unexpected('object key string');
      const key = this.#value;
      if (typeof key === 'string' && key.length >= LONG) readKey(key);
      if (this.#next() !== 'T_COLON') this.#unexpected('colon');
      this.#next();
      table.setKey(key, this.#readValue());
      type = this.#next();
      if (type === 'T_OBJ_END') break;
      if (type !== 'T_COMMA') this.#unexpected('comma or object end');
      type = this.#next();
      // A comma promises another pair.
      if (type === 'T_OBJ_END') this.#unexpected('object key string');
    }
    this.#depth--;
    this.#used -= 2;
    return table;
  }

  #readArray(): LuaTable {
    this.#descend(2);
    this.#used++;
    const table = new LuaTable();
    let length = 0;
    let type = this.#next();
    while (type !== 'T_ARR_END') {
      table.setNumber(++length, this.#readValue());
      type = this.#next();
      if (type === 'T_ARR_END') break;
      if (type !== 'T_COMMA') this.#unexpected('comma or array end');
      type = this.#next();
      if (type === 'T_ARR_END') this.#unexpected('value');
    }
    this.#depth--;
    this.#used--;
    return table;
  }

  #set(type: TokenType, value: LuaValue, length: number): void {
    this.#type = type;
    this.#value = value;
    this.#position = this.#at + length;
  }

  #fail(problem: string, at: number): void {
    this.#type = 'T_ERROR';
    this.#problem = problem;
    this.#at = at;
  }

  #next(): TokenType {
    this.#scan();
    return this.#type;
  }

  #scan(): void {
    const text = this.#text;
    let code = text.charCodeAt(this.#position);
    while (code === 32 || (code >= 9 && code <= 10) || code === 13) {
      code = text.charCodeAt(++this.#position);
      if ((this.#position & COUNTED_MASK) === 0) this.context.state.consume(COUNTED >> 2);
    }
    this.#at = this.#position;
    if (this.#position >= text.length) {
      this.#type = 'T_END';
      return;
    }
    const character = text.charAt(this.#position);
    const punctuation = PUNCTUATION[character];
    if (punctuation !== undefined) this.#set(punctuation, undefined, 1);
    else if (character === '"') this.#readString();
    else if (character === '-' || (character >= '0' && character <= '9')) this.#readNumber();
    else this.#readWord();
  }

  #readWord(): void {
    const text = this.#text;
    const start = this.#at;
    if (text.startsWith('true', start)) this.#set('T_BOOLEAN', true, 4);
    else if (text.startsWith('false', start)) this.#set('T_BOOLEAN', false, 5);
    else if (text.startsWith('null', start)) this.#set('T_NULL', this.jsonNull, 4);
    else if (this.settings.decodeInvalid && isInvalidNumber(text.slice(start, start + 4))) this.#readNumber();
    else this.#fail('invalid token', start);
  }

  #readNumber(): void {
    const text = this.#text;
    if (!this.settings.decodeInvalid && isInvalidNumber(text.slice(this.#at, this.#at + 10))) {
      this.#fail('invalid number', this.#at);
      return;
    }
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(text);
    if (match === null) this.#fail('invalid number', this.#at);
    else this.#set('T_NUMBER', stringToNumber(match[0]), match[0].length);
  }

  #readString(): void {
    const text = this.#text;
    let from = this.#at + 1;
    let escaped: TextBuilder | undefined;
    let counted = Math.min(from + COUNTED, text.length);
    for (let i = from; ; i++) {
      if (i >= counted) {
        this.context.state.consume(COUNTED >> 2);
        counted = Math.min(i + COUNTED, text.length);
      }
      const code = text.charCodeAt(i);
      // C's strings end at a zero byte.
      if (i >= text.length || code === 0) {
        this.#fail('unexpected end of string', i);
        return;
      }
      if (code === 34) {
        const last = part(text, from, i);
        escaped?.add(last);
        this.#set('T_STRING', escaped?.text() ?? last, i + 1 - this.#at);
        return;
      }
      if (code !== 92) continue;
      escaped ??= new TextBuilder();
      escaped.add(text.slice(from, i));
      this.context.state.consume(4);
      const escape = text.charAt(i + 1);
      if (escape === 'u') {
        const decoded = decodeUnicode(text, i);
        if (decoded === undefined) {
          this.#fail('invalid unicode escape code', i);
          return;
        }
        escaped.add(decoded.bytes);
        i += decoded.length - 1;
      } else {
        const replaced = ESCAPES[escape];
        if (replaced === undefined) {
          this.#fail('invalid escape code', i);
          return;
        }
        escaped.add(replaced);
        i++;
      }
      from = i + 1;
    }
  }
}

/** Numbers JSON does not know: hexadecimal, leading zeros, inf, nan. */
function isInvalidNumber(text: string): boolean {
  const unsigned = text.startsWith('-') ? text.slice(1) : text;
  return text.startsWith('+') || /^(?:0[xX0-9]|inf|nan)/i.test(unsigned);
}

function decodeUnicode(text: string, at: number): { bytes: string; length: number } | undefined {
  const unit = hexUnit(text, at + 2);
  if (unit === undefined) return undefined;
  if ((unit & 0xf800) !== 0xd800) return { bytes: utf8(unit), length: 6 };
  if ((unit & 0x400) !== 0 || text.slice(at + 6, at + 8) !== '\\u') return undefined;
  const low = hexUnit(text, at + 8);
  if (low === undefined || (low & 0xfc00) !== 0xdc00) return undefined;
  return { bytes: utf8((((unit & 0x3ff) << 10) | (low & 0x3ff)) + 0x10000), length: 12 };
}

function hexUnit(text: string, at: number): number | undefined {
  const digits = text.slice(at, at + 4);
  return /^[0-9a-fA-F]{4}$/.test(digits) ? parseInt(digits, 16) : undefined;
}

function utf8(codePoint: number): string {
  return Buffer.from(String.fromCodePoint(codePoint), 'utf8').toString('latin1');
}
