import { nonFiniteText } from '../number-text';
import { NATIVE } from '../errors';
import { LuaTable } from '../table';
import type { LuaFunction, LuaValue } from '../values';
import { libraryTable, type LibraryContext } from './context';

/** Tables inside more tables than this become nil. */
const MAX_NESTING = 16;
/** Decoding recurses: kept clear of the end of JavaScript's stack. */
const MAX_DECODE_DEPTH = 1_500;

const INT_MAX = 2147483647;

/** The `cmsgpack` library, version 0.4.0. */
export function cmsgpackLibrary(context: LibraryContext): LuaTable {
  const { state, args: check, plain } = context;

  const pack: LuaFunction = (...args) => {
    if (args.length === 0) return check.fail(0, 'MessagePack pack needs input.');
    const writer = new Writer(context);
    for (const value of args) writer.value(value, 0);
    return writer.text();
  };

  const decode = (args: readonly LuaValue[], limit: number, offset: number): { values: LuaValue[]; rest: number } => {
    const text = check.string(args, 1);
    if (offset < 0 || limit < 0) {
      state.fail(`Invalid request to unpack with offset of ${String(offset)} and limit of ${String(text.length)}.`);
    }
    if (offset > text.length) {
      state.fail(`Start offset ${String(offset)} greater than input length ${String(text.length)}.`);
    }
    const reader = new Reader(context, text, offset);
    const values: LuaValue[] = [];
    while (!reader.isAtEnd && values.length < limit) values.push(reader.value(0));
    return { values, rest: reader.isAtEnd ? -1 : reader.position };
  };

  const unpack: LuaFunction = (...args) => decode(args, INT_MAX, 0).values;

  const unpackOne: LuaFunction = (...args) => {
    const { values, rest } = decode(args, 1, check.optionalInt(args, 2, 0));
    return [rest, ...values];
  };

  const unpackLimit: LuaFunction = (...args) => {
    const { values, rest } = decode(args, check.int(args, 2), check.optionalInt(args, 3, 0));
    return [rest, ...values];
  };

  plain.add(pack);
  return libraryTable({
    pack,
    unpack,
    unpack_one: unpackOne,
    unpack_limit: unpackLimit,
    _NAME: 'cmsgpack',
    _VERSION: 'lua-cmsgpack 0.4.0',
    _COPYRIGHT: 'Copyright (C) 2012, Salvatore Sanfilippo',
    _DESCRIPTION: 'MessagePack C implementation for Lua',
  });
}

class Writer {
  #buffer = Buffer.allocUnsafe(256);
  #length = 0;

  constructor(private readonly context: LibraryContext) {}

  text(): string {
    return this.#buffer.toString('latin1', 0, this.#length);
  }

  /** Makes room; returns where to write. */
  #reserve(bytes: number): number {
    const at = this.#length;
    if (at + bytes > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, at + bytes));
      this.#buffer.copy(larger, 0, 0, at);
      this.#buffer = larger;
    }
    this.#length = at + bytes;
    return at;
  }

  #byte(value: number): void {
    const at = this.#reserve(1);
    this.#buffer[at] = value;
  }

  /** A type byte and an unsigned integer of 1, 2 or 4 bytes. */
  #tagged(tag: number, value: number, size: number): void {
    const at = this.#reserve(size + 1);
    this.#buffer[at] = tag;
    this.#buffer.writeUIntBE(value, at + 1, size);
  }

  value(value: LuaValue, depth: number): void {
    this.context.state.consume(1);
    switch (typeof value) {
      case 'string':
        this.#string(value);
        break;
      case 'number':
        this.#number(value);
        break;
      case 'boolean':
        this.#byte(value ? 0xc3 : 0xc2);
        break;
      default:
        if (value instanceof LuaTable && depth < MAX_NESTING) this.#table(value, depth);
        else this.#byte(0xc0);
    }
  }

  #string(value: string): void {
    const { length } = value;
    if (length < 32) this.#byte(0xa0 | length);
    else if (length <= 0xff) this.#tagged(0xd9, length, 1);
    else if (length <= 0xffff) this.#tagged(0xda, length, 2);
    else this.#tagged(0xdb, length, 4);
    this.context.state.consume(length >> 8);
    const at = this.#reserve(length);
    this.#buffer.write(value, at, 'latin1');
  }

  #number(value: number): void {
    if (value === Math.floor(value) && value >= -(2 ** 63) && value < 2 ** 63) {
      this.#integer(value);
      return;
    }
    const isSingle = Math.fround(value) === value;
    const at = this.#reserve(isSingle ? 5 : 9);
    this.#buffer[at] = isSingle ? 0xca : 0xcb;
    if (isSingle) this.#buffer.writeFloatBE(value, at + 1);
    else if (value === value) this.#buffer.writeDoubleBE(value, at + 1);
    else this.#buffer.writeBigUInt64BE(nonFiniteText(value) === 'nan' ? 0x7ff8n << 48n : 0xfff8n << 48n, at + 1);
  }

  #integer(value: number): void {
    if (value >= 0) {
      if (value <= 127) this.#byte(value);
      else if (value <= 0xff) this.#tagged(0xcc, value, 1);
      else if (value <= 0xffff) this.#tagged(0xcd, value, 2);
      else if (value <= 0xffffffff) this.#tagged(0xce, value, 4);
      else this.#wide(0xcf, value);
    } else if (value >= -32) this.#byte(256 + value);
    else if (value >= -128) this.#tagged(0xd0, 256 + value, 1);
    else if (value >= -32768) this.#tagged(0xd1, 65536 + value, 2);
    else if (value >= -2147483648) this.#tagged(0xd2, 2 ** 32 + value, 4);
    else this.#wide(0xd3, value);
  }

  #wide(tag: number, value: number): void {
    const at = this.#reserve(9);
    this.#buffer[at] = tag;
    this.#buffer.writeBigInt64BE(BigInt(value), at + 1);
  }

  #table(table: LuaTable, depth: number): void {
    if (isArray(table)) {
      const length = table.length();
      this.#header(0x90, 0xdc, length);
      for (let i = 1; i <= length; i++) {
        this.value(this.context.operations.index(table, i, NATIVE), depth + 1);
      }
      return;
    }
    let count = 0;
    for (let key = table.nextKey(undefined); key !== undefined; key = table.nextKey(key)) count++;
    this.#header(0x80, 0xde, count);
    for (let key = table.nextKey(undefined); key !== undefined; key = table.nextKey(key)) {
      this.value(key, depth + 1);
      this.value(table.get(key), depth + 1);
    }
  }

  #header(short: number, tag: number, count: number): void {
    if (count <= 15) this.#byte(short | count);
    else if (count <= 0xffff) this.#tagged(tag, count, 2);
    else this.#tagged(tag + 1, count, 4);
  }
}

/** Keys 1..n and nothing else; an empty table is an array. */
function isArray(table: LuaTable): boolean {
  let count = 0;
  let largest = 0;
  for (let key = table.nextKey(undefined); key !== undefined; key = table.nextKey(key)) {
    if (typeof key !== 'number' || key <= 0 || key > INT_MAX || Math.floor(key) !== key) return false;
    if (key > largest) largest = key;
    count++;
  }
  return largest === count;
}

class Reader {
  readonly #bytes: Buffer;

  constructor(
    private readonly context: LibraryContext,
    private readonly text: string,
    public position: number,
  ) {
    this.#bytes = Buffer.from(text, 'latin1');
  }

  get isAtEnd(): boolean {
    return this.position >= this.#bytes.length;
  }

  /** Moves over `count` bytes; returns where they start. */
  #take(count: number): number {
    const at = this.position;
    if (at + count > this.#bytes.length) this.context.state.fail('Missing bytes in input.');
    this.position = at + count;
    return at;
  }

  #unsigned(size: number): number {
    return this.#bytes.readUIntBE(this.#take(size), size);
  }

  #string(length: number): string {
    this.context.state.consume(length >> 8);
    const at = this.#take(length);
    return this.text.slice(at, at + length);
  }

  value(depth: number): LuaValue {
    this.context.state.consume(1);
    const bytes = this.#bytes;
    const tag = this.#unsigned(1);
    switch (tag) {
      case 0xc0:
        return undefined;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xca:
        return bytes.readFloatBE(this.#take(4));
      case 0xcb:
        return bytes.readDoubleBE(this.#take(8));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#unsigned(1 << (tag - 0xcc));
      case 0xcf:
        return Number(bytes.readBigUInt64BE(this.#take(8)));
      case 0xd0:
      case 0xd1:
      case 0xd2:
        return bytes.readIntBE(this.#take(1 << (tag - 0xd0)), 1 << (tag - 0xd0));
      case 0xd3:
        return Number(bytes.readBigInt64BE(this.#take(8)));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#string(this.#unsigned(1 << (tag - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.#array(this.#unsigned(tag === 0xdc ? 2 : 4), depth + 1);
      case 0xde:
      case 0xdf:
        return this.#map(this.#unsigned(tag === 0xde ? 2 : 4), depth + 1);
      default:
        return this.#short(tag, depth);
    }
  }

  /** Values whose type byte holds the size, or the value itself. */
  #short(tag: number, depth: number): LuaValue {
    if (tag <= 0x7f) return tag;
    if (tag >= 0xe0) return tag - 256;
    if (tag <= 0x8f) return this.#map(tag & 0x0f, depth + 1);
    if (tag <= 0x9f) return this.#array(tag & 0x0f, depth + 1);
    if (tag <= 0xbf) return this.#string(tag & 0x1f);
    return this.context.state.fail('Bad data format in input.');
  }

  #checkDepth(depth: number, where: string): void {
    if (depth > MAX_DECODE_DEPTH) this.context.state.fail(`stack overflow (in function ${where})`);
  }

  #array(count: number, depth: number): LuaTable {
    this.#checkDepth(depth, 'mp_decode_to_lua_array');
    const table = new LuaTable();
    for (let i = 1; i <= count; i++) table.setNumber(i, this.value(depth));
    return table;
  }

  #map(count: number, depth: number): LuaTable {
    this.#checkDepth(depth, 'mp_decode_to_lua_hash');
    const table = new LuaTable();
    for (let i = 0; i < count; i++) {
      const key = this.value(depth);
      this.context.operations.rawSet(table, key, this.value(depth), NATIVE);
    }
    return table;
  }
}
