import { nanOf, nonFiniteText } from '../number-text';
import { NATIVE } from '../errors';
import { allocate, checkLength, consume, LONG, spend } from '../meter';
import { LuaTable } from '../table';
import { part, read } from '../texts';
import type { LuaFunction, LuaValue } from '../values';
import { libraryTable, type LibraryContext, MAX_STACK } from './context';

/** Tables inside more tables than this become nil. */
const MAX_NESTING = 16;

const INT_MAX = 2147483647;

/** The `cmsgpack` library, version 0.4.0. */
export function cmsgpackLibrary(context: LibraryContext): LuaTable {
  const { state, args: check, plain } = context;

  const pack: LuaFunction = (...args) => {
    if (args.length === 0) return check.fail(0, 'MessagePack pack needs input.');
    if (args.length > MAX_STACK / 2) return check.fail(0, 'Too many arguments for MessagePack pack.');
    const writer = new Writer(context);
    for (const value of args) writer.value(value, 0);
    return writer.text();
  };

  const decode = (args: readonly LuaValue[], limit: number, offset: number): { values: LuaValue[]; rest: number } => {
    const below = limit === Infinity ? 1 : 2;
    const text = check.string(args, 1);
    if (offset < 0 || limit < 0) {
      state.fail(`Invalid request to unpack with offset of ${String(offset | 0)} and limit of ${String(text.length)}.`);
    }
    if (offset > text.length) {
      state.fail(`Start offset ${String(offset | 0)} greater than input length ${String(text.length)}.`);
    }
    const reader = new Reader(context, text, offset);
    const values: LuaValue[] = [];
    while (!reader.isAtEnd && values.length < limit) values.push(reader.value(values.length + below));
    return { values, rest: reader.isAtEnd ? -1 : reader.position };
  };

  const unpack: LuaFunction = (...args) => decode(args, Infinity, 0).values;

  const unpackOne: LuaFunction = (...args) => {
    const { values, rest } = decode(args, 1, check.optionalInteger(args, 2, 0));
    return [rest, ...values];
  };

  const unpackLimit: LuaFunction = (...args) => {
    const limit = check.integer(args, 2);
    const offset = check.optionalInteger(args, 3, 0);
    // No limit and no offset: the same as `unpack`.
    if (limit === 0 && offset === 0) return unpack(args[0]);
    const { values, rest } = decode(args, limit, offset);
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
    checkLength(this.#length);
    if (this.#length >= LONG) allocate(this.#length);
    return this.#buffer.toString('latin1', 0, this.#length);
  }

  /** Makes room; returns where to write. */
  #reserve(bytes: number): number {
    const at = this.#length;
    if (at + bytes > this.#buffer.length) {
      checkLength(at + bytes);
      const size = Math.max(this.#buffer.length * 2, at + bytes);
      allocate(size);
      spend(size);
      const larger = Buffer.allocUnsafe(size);
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
    this.context.state.consume(4);
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
    read(value);
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
    for (let key = table.nextKey(undefined); key !== undefined; key = table.nextKey(key)) {
      this.context.state.consume(1);
      count++;
    }
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
    consume(1);
    if (typeof key !== 'number' || key <= 0 || key > INT_MAX || Math.floor(key) !== key) return false;
    if (key > largest) largest = key;
    count++;
  }
  return largest === count;
}

/** Where numbers wider than a character are put together. */
const scratch = Buffer.alloc(8);

/** Reads the text itself: what scripts unpack is short, and a buffer of its bytes would take longer to make than to read. */
class Reader {
  constructor(
    private readonly context: LibraryContext,
    private readonly text: string,
    public position: number,
  ) {}

  get isAtEnd(): boolean {
    return this.position >= this.text.length;
  }

  /** Moves over `count` bytes; returns where they start. */
  #take(count: number): number {
    const at = this.position;
    if (at + count > this.text.length) this.context.state.fail('Missing bytes in input.');
    this.position = at + count;
    return at;
  }

  #unsigned(size: number): number {
    const end = this.#take(size) + size;
    let value = 0;
    for (let at = end - size; at < end; at++) value = value * 256 + this.text.charCodeAt(at);
    return value;
  }

  /** The next bytes, at the beginning of `scratch`. */
  #wide(size: number): Buffer {
    const at = this.#take(size);
    for (let i = 0; i < size; i++) scratch[i] = this.text.charCodeAt(at + i);
    return scratch;
  }

  #float(size: 4 | 8): number {
    const bytes = this.#wide(size);
    const value = size === 4 ? bytes.readFloatBE() : bytes.readDoubleBE();
    return value === value ? value : nanOf(((bytes[0] ?? 0) & 0x80) !== 0);
  }

  #string(length: number): string {
    const at = this.#take(length);
    return part(this.text, at, at + length);
  }

  /** @param used how much of its stack the C library would have in use */
  value(used: number): LuaValue {
    this.#checkStack(used, 'too many return values at once; use unpack_one or unpack_limit instead.');
    this.context.state.consume(4);
    const tag = this.#unsigned(1);
    switch (tag) {
      case 0xc0:
        return undefined;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xca:
        return this.#float(4);
      case 0xcb:
        return this.#float(8);
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#unsigned(1 << (tag - 0xcc));
      case 0xd0:
      case 0xd1:
      case 0xd2:
        return this.#wide(1 << (tag - 0xd0)).readIntBE(0, 1 << (tag - 0xd0));
      // Redis' Lua has no unsigned integers: large ones come out negative.
      case 0xcf:
      case 0xd3:
        return Number(this.#wide(8).readBigInt64BE());
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#string(this.#unsigned(1 << (tag - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.#array(this.#unsigned(tag === 0xdc ? 2 : 4), used);
      case 0xde:
      case 0xdf:
        return this.#map(this.#unsigned(tag === 0xde ? 2 : 4), used);
      default:
        // Straight from here: each frame less is more depth before JavaScript's stack ends.
        if (tag >= 0x80 && tag <= 0x8f) return this.#map(tag & 0x0f, used);
        if (tag >= 0x90 && tag <= 0x9f) return this.#array(tag & 0x0f, used);
        return this.#short(tag);
    }
  }

  /** Numbers that are their type byte, and strings whose length is in it. */
  #short(tag: number): LuaValue {
    if (tag <= 0x7f) return tag;
    if (tag >= 0xe0) return tag - 256;
    if (tag >= 0xa0 && tag <= 0xbf) return this.#string(tag & 0x1f);
    return this.context.state.fail('Bad data format in input.');
  }

  #checkStack(used: number, where: string): void {
    if (used >= MAX_STACK) this.context.state.fail(`stack overflow (${where})`);
  }

  #array(count: number, used: number): LuaTable {
    this.#checkStack(used + 1, 'in function mp_decode_to_lua_array');
    const table = new LuaTable();
    for (let i = 1; i <= count; i++) table.setNumber(i, this.value(used + 2));
    return table;
  }

  #map(count: number, used: number): LuaTable {
    const table = new LuaTable();
    for (let i = 0; i < count; i++) {
      const key = this.value(used + 1);
      this.context.operations.rawSet(table, key, this.value(used + 2), NATIVE);
    }
    return table;
  }
}
