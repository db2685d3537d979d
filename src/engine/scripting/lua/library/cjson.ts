import { nonFiniteText, numberToString, formatG } from '../number-text';
import { LuaTable } from '../table';
import { LONG } from '../meter';
import { mapSlices, TextBuilder } from '../texts';
import { cString } from '../../../values/c-string';
import { type LuaFunction, LuaUserdata, type LuaValue, typeName } from '../values';
import { JsonReader } from './json-reader';
import type { JsonSettings } from './json-settings';
import { libraryTable, type LibraryContext, MAX_STACK } from './context';

const DEFAULTS: JsonSettings = {
  encodeMaxDepth: 1000,
  decodeMaxDepth: 1000,
  precision: 14,
  keepBuffer: true,
  encodeInvalid: false,
  decodeInvalid: true,
  sparseConvert: false,
  sparseRatio: 2,
  sparseSafe: 10,
};

const MAX_INT = 2147483647;

/** JSON's null in Lua. */
const JSON_NULL = new LuaUserdata('userdata: (nil)');

/** The `cjson` library, version 2.1.0 as Debian builds it. */
export function cjsonLibrary(context: LibraryContext): {
  table: LuaTable;
  save: () => JsonSettings;
  restore: (settings: JsonSettings) => void;
} {
  const settings = { ...DEFAULTS };
  const table = createModule(context, settings);
  return { table, save: () => ({ ...settings }), restore: (saved) => void Object.assign(settings, saved) };
}

function createModule(context: LibraryContext, settings: JsonSettings): LuaTable {
  const { args: check, plain } = context;

  const one = (args: readonly LuaValue[]): void => {
    if (args.length !== 1) check.fail(1, 'expected 1 argument');
  };

  const encode: LuaFunction = (...args) => {
    one(args);
    return new Encoder(context, settings).encode(args[0]);
  };

  const decode: LuaFunction = (...args) => {
    one(args);
    return new JsonReader(context, settings, JSON_NULL).read(check.string(args, 1));
  };

  const configuration = configurationFunctions(context, settings);
  const create: LuaFunction = () => createModule(context, { ...DEFAULTS });
  for (const each of [encode, decode, create, ...Object.values(configuration)]) plain.add(each);
  return libraryTable({
    encode,
    decode,
    ...configuration,
    new: create,
    null: JSON_NULL,
    _NAME: 'cjson',
    _VERSION: '2.1.0',
  });
}

function configurationFunctions({ args: check }: LibraryContext, settings: JsonSettings): Record<string, LuaFunction> {
  const atMost = (args: readonly LuaValue[], count: number): void => {
    if (args.length > count) check.fail(count + 1, 'found too many arguments');
  };

  const integer = (args: readonly LuaValue[], index: number, current: number, least: number, most: number): number => {
    if (args[index - 1] === undefined) return current;
    const value = check.int(args, index);
    // The first argument is blamed whichever it is.
    if (value < least || value > most) check.fail(1, `expected integer between ${String(least)} and ${String(most)}`);
    return value;
  };

  const flag = (args: readonly LuaValue[], index: number, current: boolean): boolean => {
    const value = args[index - 1];
    if (value === undefined) return current;
    return option(args, index) === true;
  };

  const option = (args: readonly LuaValue[], index: number, isNullAllowed = false): boolean | 'null' => {
    const value = args[index - 1];
    if (typeof value === 'boolean') return value;
    const text = cString(check.string(args, index));
    if (text === 'off') return false;
    if (text === 'on') return true;
    if (isNullAllowed && text === 'null') return 'null';
    return check.fail(index, `invalid option '${text}'`);
  };

  return {
    encode_sparse_array: (...args) => {
      atMost(args, 3);
      settings.sparseConvert = flag(args, 1, settings.sparseConvert);
      settings.sparseRatio = integer(args, 2, settings.sparseRatio, 0, MAX_INT);
      settings.sparseSafe = integer(args, 3, settings.sparseSafe, 0, MAX_INT);
      return [settings.sparseConvert, settings.sparseRatio, settings.sparseSafe];
    },
    encode_max_depth: (...args) => {
      atMost(args, 1);
      return (settings.encodeMaxDepth = integer(args, 1, settings.encodeMaxDepth, 1, MAX_INT));
    },
    decode_max_depth: (...args) => {
      atMost(args, 1);
      return (settings.decodeMaxDepth = integer(args, 1, settings.decodeMaxDepth, 1, MAX_INT));
    },
    encode_number_precision: (...args) => {
      atMost(args, 1);
      return (settings.precision = integer(args, 1, settings.precision, 1, 14));
    },
    encode_keep_buffer: (...args) => {
      atMost(args, 1);
      return (settings.keepBuffer = flag(args, 1, settings.keepBuffer));
    },
    encode_invalid_numbers: (...args) => {
      atMost(args, 1);
      if (args[0] !== undefined) settings.encodeInvalid = option(args, 1, true);
      return settings.encodeInvalid;
    },
    decode_invalid_numbers: (...args) => {
      atMost(args, 1);
      return (settings.decodeInvalid = flag(args, 1, settings.decodeInvalid));
    },
  };
}

const ESCAPED = /["\\/\0-\x1f\x7f]/g;

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
};

const escaped = (text: string): string =>
  text.replace(ESCAPED, (c) => SHORT[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

function quote(text: string): string {
  return `"${text.length < LONG ? escaped(text) : mapSlices(text, escaped)}"`;
}

/** A table that is being written. */
interface OpenTable {
  readonly table: LuaTable;
  /** Of an array; 0 for an object. */
  readonly length: number;
  readonly depth: number;
  readonly used: number;
  /** Items or fields written so far. */
  done: number;
  /** Of an object: the last one written. */
  key: LuaValue;
}

class Encoder {
  readonly #text = new TextBuilder();
  /** The innermost last. */
  readonly #open: OpenTable[] = [];

  constructor(
    private readonly context: LibraryContext,
    private readonly settings: JsonSettings,
  ) {}

  encode(value: LuaValue): string {
    this.#value(value, 0, 1);
    // Not by recursion: the C library goes as deep as Lua's stack, which is deeper than JavaScript's.
    for (let open = this.#open.at(-1); open !== undefined; open = this.#open.at(-1)) {
      if (open.length > 0) this.#nextItem(open);
      else this.#nextField(open);
    }
    return this.#text.text();
  }

  /** Writes a value; of a table its beginning. @param used how much of its stack the C library would have in use */
  #value(value: LuaValue, depth: number, used: number): void {
    this.context.state.consume(4);
    switch (typeof value) {
      case 'string':
        this.#text.add(quote(value));
        return;
      case 'number':
        this.#text.add(this.#number(value));
        return;
      case 'boolean':
        this.#text.add(String(value));
        return;
      case 'undefined':
        this.#text.add('null');
        return;
      default:
        if (value === JSON_NULL) this.#text.add('null');
        else if (value instanceof LuaTable) this.#begin(value, depth + 1, used);
        else this.#unsupported(value, 'type not supported');
    }
  }

  #unsupported(value: LuaValue, reason: string): never {
    return this.context.state.fail(`Cannot serialise ${typeName(value)}: ${reason}`);
  }

  #number(value: number): string {
    if (!Number.isFinite(value)) {
      if (this.settings.encodeInvalid === 'null') return 'null';
      if (!this.settings.encodeInvalid) return this.#unsupported(value, 'must not be NaN or Inf');
      return value !== value ? 'nan' : (nonFiniteText(value) ?? '');
    }
    return this.settings.precision === 14 ? numberToString(value) : formatG(value, this.settings.precision, false);
  }

  #begin(table: LuaTable, depth: number, used: number): void {
    if (depth > this.settings.encodeMaxDepth || used + 3 > MAX_STACK) {
      this.context.state.fail(`Cannot serialise, excessive nesting (${String(depth)})`);
    }
    const length = this.#arrayLength(table);
    this.#text.add(length > 0 ? '[' : '{');
    this.#open.push({ table, length, depth, used, done: 0, key: undefined });
  }

  #nextItem(open: OpenTable): void {
    if (open.done === open.length) {
      this.#text.add(']');
      this.#open.pop();
      return;
    }
    if (open.done > 0) this.#text.add(',');
    open.done += 1;
    this.#value(open.table.getNumber(open.done), open.depth, open.used + 1);
  }

  #nextField(open: OpenTable): void {
    const key = open.table.nextKey(open.key);
    if (key === undefined) {
      this.#text.add('}');
      this.#open.pop();
      return;
    }
    if (open.done > 0) this.#text.add(',');
    open.done += 1;
    open.key = key;
    if (typeof key === 'number') this.#text.add(`"${this.#number(key)}":`);
    else if (typeof key === 'string') this.#text.add(`${quote(key)}:`);
    else this.#unsupported(key, 'table key must be a number or string');
    this.#value(open.table.get(key), open.depth, open.used + 2);
  }

  /** The length of a table that is an array; 0 for one that is not, or is empty. */
  #arrayLength(table: LuaTable): number {
    const { sparseConvert, sparseRatio, sparseSafe } = this.settings;
    let largest = 0;
    let items = 0;
    for (let key = table.nextKey(undefined); key !== undefined; key = table.nextKey(key)) {
      this.context.state.consume(1);
      if (typeof key !== 'number' || key < 1 || Math.floor(key) !== key) return 0;
      // C keeps the largest in an int: what does not fit becomes the smallest.
      if (key > largest) largest = key > MAX_INT ? -MAX_INT - 1 : key;
      items++;
    }
    if (sparseRatio > 0 && largest > items * sparseRatio && largest > sparseSafe) {
      if (!sparseConvert) this.#unsupported(table, 'excessively sparse array');
      return 0;
    }
    return largest;
  }
}
