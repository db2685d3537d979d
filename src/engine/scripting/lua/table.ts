import { allocate, consume } from './meter';
import { type LuaFunction, type LuaThread, LuaUserdata, type LuaValue } from './values';

/** What `nextKey` answers when the key it is to continue from is not in the table. */
export const UNKNOWN_KEY = new LuaUserdata('unknown key');

/** The array part holds at most 2^26 elements; more go to the hash part. */
const MAX_BITS = 26;
const MAX_ARRAY = 2 ** MAX_BITS;
/** Up to here a look through all keys is as fast as a map. */
const MAX_SCANNED = 8;

const NONE: LuaValue[] = [];
/** What V8 takes for a place of the array part, and for a node with its place in the map. */
const PLACE_BYTES = 8;
const NODE_BYTES = 64;

/**
 * A Lua table, laid out as Lua 5.1 lays it out: an array part and a hash part of nodes, both grown by Lua's rules. Scripts
 * see that layout in the order of `pairs` and in what `#` finds in a table with holes; and what they send out as JSON or
 * MessagePack is to be the same bytes as on a server. Only finding a node is left to a JavaScript map.
 */
export class LuaTable {
  /** The value of key `i` is `array[i - 1]`; the array is as long as Lua's array part, its free places are `undefined`. */
  array: LuaValue[];
  metatable: LuaTable | undefined = undefined;
  /** Redis protects its library tables: every write is an error. */
  readonly = false;
  /** While the array has no holes: how many of its places are taken, from the front. -1 when it may have holes. */
  #filled: number;
  #keys = NONE;
  #values = NONE;
  /** All nodes from here on are taken. */
  #lastFree = 0;
  /** Where each key's node is; small tables do without. */
  #index: Map<LuaValue, number> | undefined = undefined;

  /**
   * @param array the array part; the table takes it over
   * @param nodes how many other keys to make room for
   */
  constructor(array: LuaValue[] = [], nodes = 0) {
    this.array = array;
    this.#filled = countFilled(array);
    if (nodes > 0) this.#makeNodes(nodes);
  }

  /** Reads any key, without metamethods. */
  get(key: LuaValue): LuaValue {
    return typeof key === 'number' ? this.getNumber(key) : this.getKey(key);
  }

  getNumber(key: number): LuaValue {
    const array = this.array;
    return key > 0 && key <= array.length && (key | 0) === key ? array[key - 1] : this.getKey(key);
  }

  /** Reads a key that is not in the array part. */
  getKey(key: LuaValue): LuaValue {
    const node = this.#find(key);
    return node < 0 ? undefined : this.#values[node];
  }

  /** Writes any key but nil and NaN, which the caller has refused. */
  set(key: LuaValue, value: LuaValue): void {
    if (typeof key === 'number') this.setNumber(key, value);
    else this.setKey(key, value);
  }

  setNumber(key: number, value: LuaValue): void {
    if (key > 0 && key <= this.#filled && (key | 0) === key && value !== undefined) this.array[key - 1] = value;
    else if (key > 0 && key <= this.array.length && (key | 0) === key) this.#setFree(key, value);
    else this.setKey(key, value);
  }

  /** Writes to the array part where that changes which places are taken. */
  #setFree(key: number, value: LuaValue): void {
    this.array[key - 1] = value;
    const filled = this.#filled;
    if (filled < 0) return;
    if (value === undefined) {
      if (key === filled) this.#filled--;
      else if (key < filled) this.#filled = -1;
    } else if (key === filled + 1) this.#filled++;
    else this.#filled = -1;
  }

  /** Writes a key that is not in the array part. */
  setKey(key: LuaValue, value: LuaValue): void {
    const node = this.#find(key);
    // A key without a value keeps its node until the next rehash, as in Lua: clearing during a traversal is safe.
    if (node >= 0) this.#values[node] = value;
    else this.#insert(key, value);
  }

  #find(key: LuaValue): number {
    const index = this.#index;
    if (index !== undefined) return index.get(key) ?? -1;
    const keys = this.#keys;
    for (let i = 0; i < keys.length; i++) if (keys[i] === key) return i;
    return -1;
  }

  /** Lua's `newkey`: a new key takes its main position, or makes what wrongly sits there move, or takes a free node. */
  #insert(key: LuaValue, value: LuaValue): void {
    const keys = this.#keys;
    const values = this.#values;
    let node = keys.length === 0 ? -1 : mainPosition(key, keys.length);
    if (node < 0 || values[node] !== undefined) {
      const free = this.#freeNode();
      if (free < 0) {
        this.#rehash(key);
        this.set(key, value);
        return;
      }
      const other = keys[node];
      if (mainPosition(other, keys.length) === node) node = free;
      else {
        keys[free] = other;
        values[free] = values[node];
        this.#index?.set(other, free);
      }
    } else if (keys[node] !== undefined) this.#index?.delete(keys[node]);
    keys[node] = key;
    values[node] = value;
    this.#index?.set(key, node);
  }

  #freeNode(): number {
    const keys = this.#keys;
    while (this.#lastFree-- > 0) if (keys[this.#lastFree] === undefined) return this.#lastFree;
    return -1;
  }

  /** No node is free for `extra`: chooses new sizes for both parts, by what is really in use. */
  #rehash(extra: LuaValue): void {
    const { array } = this;
    const keys = this.#keys;
    const values = this.#values;
    if (array.length === 0 && keys.length === 0 && typeof extra !== 'number') {
      this.#makeNodes(1);
      return;
    }
    // Keys that come and go can make each new one the cause of a rehash.
    consume((array.length + keys.length) >> 2);
    slices.fill(0);
    let used = 1;
    let integers = countInteger(extra);
    for (let i = 0; i < array.length; i++) {
      if (array[i] === undefined) continue;
      used++;
      integers += countInteger(i + 1);
    }
    for (let i = 0; i < keys.length; i++) {
      if (values[i] === undefined) continue;
      used++;
      integers += countInteger(keys[i]);
    }
    const { size, inside } = arraySize(integers);
    this.#resize(size, used - inside);
  }

  /** Gives the parts new sizes and puts everything in its place. */
  #resize(arraySize: number, nodes: number): void {
    const { array } = this;
    const keys = this.#keys;
    const values = this.#values;
    if (arraySize + nodes > MAX_SCANNED) allocate(PLACE_BYTES * arraySize + NODE_BYTES * nodes);
    const vanishing = array.length > arraySize ? array.splice(arraySize) : NONE;
    while (array.length < arraySize) array.push(undefined);
    this.#filled = countFilled(array);
    this.#makeNodes(nodes);
    vanishing.forEach((value, i) => {
      if (value !== undefined) this.setKey(arraySize + i + 1, value);
    });
    for (let i = keys.length - 1; i >= 0; i--) if (values[i] !== undefined) this.set(keys[i], values[i]);
  }

  #makeNodes(count: number): void {
    const size = count === 0 ? 0 : 2 ** ceilLog2(count);
    this.#keys = emptyNodes(size);
    this.#values = emptyNodes(size);
    this.#lastFree = size;
    this.#index = size > MAX_SCANNED ? new Map() : undefined;
  }

  /** Writes a constructor's list of items: the array part takes them all. */
  setItems(items: readonly LuaValue[]): void {
    if (items.length > this.array.length) this.#resize(items.length, this.#keys.length);
    for (let i = items.length; i > 0; i--) this.setNumber(i, items[i - 1]);
  }

  /** A border of the table: what `#` gives. Any border is right for a table with holes; this is the one Lua finds. */
  length(): number {
    const { array } = this;
    const { length } = array;
    if (length > 0 && array[length - 1] === undefined) return this.#filled >= 0 ? this.#filled : borderWithin(array);
    return this.#keys.length === 0 ? length : this.#borderBeyond(length);
  }

  #borderBeyond(length: number): number {
    let low = length;
    let high = length + 1;
    while (this.getNumber(high) !== undefined) {
      low = high;
      high *= 2;
      if (high > 0x7ffffffd) return this.#borderByCounting();
    }
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.getNumber(middle) === undefined) high = middle;
      else low = middle;
    }
    return low;
  }

  /** For tables built so that doubling never meets a nil. */
  #borderByCounting(): number {
    let key = 1;
    while (this.getNumber(key) !== undefined) if ((++key & 0xff) === 0) consume(0x100);
    return key - 1;
  }

  /**
   * The key after `key` in a traversal (nil starts one), nil at the end, `UNKNOWN_KEY` when `key` is not in the table.
   * The value is then `get(key)`.
   */
  nextKey(key: LuaValue): LuaValue {
    const { array } = this;
    let from = 0;
    if (key !== undefined) {
      if (typeof key !== 'number' || key < 1 || key > array.length || (key | 0) !== key) return this.#nextNodeKey(key);
      from = key;
    }
    for (let i = from; i < array.length; i++) {
      if (array[i] !== undefined) return i + 1;
      if ((i & 0xff) === 0xff) consume(0x40);
    }
    return this.#nodeKeyFrom(0);
  }

  #nextNodeKey(key: LuaValue): LuaValue {
    const node = this.#find(key);
    return node < 0 ? UNKNOWN_KEY : this.#nodeKeyFrom(node + 1);
  }

  #nodeKeyFrom(from: number): LuaValue {
    const values = this.#values;
    for (let i = from; i < values.length; i++) {
      if (values[i] !== undefined) return this.#keys[i];
      if ((i & 0xff) === 0xff) consume(0x40);
    }
    return undefined;
  }
}

/** While sizes are being chosen: how many integer keys lie in (2^(i-1), 2^i]. */
const slices = new Int32Array(MAX_BITS + 1);

/** Counts a key that could live in the array part. */
function countInteger(key: LuaValue): number {
  if (typeof key !== 'number' || key < 1 || key > MAX_ARRAY || Math.floor(key) !== key) return 0;
  const slice = ceilLog2(key);
  slices[slice] = (slices[slice] ?? 0) + 1;
  return 1;
}

/** Literals for the common sizes: several times faster than filling. */
function emptyNodes(size: number): LuaValue[] {
  switch (size) {
    case 0:
      return NONE;
    case 1:
      return [undefined];
    case 2:
      return [undefined, undefined];
    case 4:
      return [undefined, undefined, undefined, undefined];
    default:
      return new Array<LuaValue>(size).fill(undefined);
  }
}

/** How many elements are taken when those are the first; -1 when there are holes. */
function countFilled(array: readonly LuaValue[]): number {
  let filled = 0;
  while (filled < array.length && array[filled] !== undefined) filled++;
  for (let i = filled + 1; i < array.length; i++) if (array[i] !== undefined) return -1;
  return filled;
}

/** The largest power of two such that more than half of the array's places are in use, and how many keys it takes in. */
function arraySize(integers: number): { size: number; inside: number } {
  let seen = 0;
  let size = 0;
  let inside = 0;
  for (let i = 0, power = 1; power / 2 < integers; i++, power *= 2) {
    const here = slices[i] ?? 0;
    if (here > 0) {
      seen += here;
      if (seen > power / 2) {
        size = power;
        inside = seen;
      }
    }
    if (seen === integers) break;
  }
  return { size, inside };
}

function borderWithin(array: LuaValue[]): number {
  let low = 0;
  let high = array.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (array[middle - 1] === undefined) high = middle;
    else low = middle;
  }
  return low;
}

function ceilLog2(value: number): number {
  return value <= 1 ? 0 : 32 - Math.clz32(value - 1);
}

/** The node a key belongs in, of `size` (a power of two). */
function mainPosition(key: LuaValue, size: number): number {
  switch (typeof key) {
    case 'string':
      return hashString(key) & (size - 1);
    case 'number':
      return hashNumber(key) % ((size - 1) | 1);
    case 'boolean':
      return (key ? 1 : 0) & (size - 1);
    case 'undefined':
      return 0;
    default:
      return (identityOf(key) >>> 0) % ((size - 1) | 1);
  }
}

function hashString(text: string): number {
  let hash = text.length;
  const step = (text.length >> 5) + 1;
  for (let i = text.length; i >= step; i -= step) {
    hash ^= (hash << 5) + (hash >>> 2) + text.charCodeAt(i - 1);
  }
  return hash;
}

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

function hashNumber(value: number): number {
  if (value === 0) return 0;
  double[0] = value;
  return ((words[0] ?? 0) + (words[1] ?? 0)) >>> 0;
}

type Reference = LuaTable | LuaFunction | LuaUserdata | LuaThread;

const identities = new WeakMap<Reference, number>();
let nextIdentity = 0x00010000;

/** A made-up address for a value that Lua knows by its address: different for each, the same for its life. */
export function identityOf(value: Reference): number {
  let identity = identities.get(value);
  if (identity === undefined) {
    identity = nextIdentity;
    nextIdentity += 0x40;
    identities.set(value, identity);
  }
  return identity;
}

/** Room for a constructor's list of `count` items: Lua notes larger counts in a rounded form. */
export function constructorSize(count: number): number {
  let mantissa = count;
  let exponent = 0;
  while (mantissa >= 16) {
    mantissa = (mantissa + 1) >> 1;
    exponent++;
  }
  return mantissa << exponent;
}
