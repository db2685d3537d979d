import { LuaUserdata, type LuaValue } from './values';

/** What `nextKey` answers when the key it is to continue from is not in the table. */
export const UNKNOWN_KEY = new LuaUserdata('unknown key');

/**
 * A Lua table: values of keys 1..n in an array, everything else in a map.
 *
 * A key set to nil stays in the map without a value, as in Lua, so that clearing fields during a traversal is safe;
 * the next insertion after many such deletions drops them.
 */
export class LuaTable {
  /** The value of key `i` is `array[i - 1]`; nil elements are `undefined`. */
  array: LuaValue[];
  hash: Map<LuaValue, LuaValue> | undefined;
  metatable: LuaTable | undefined;
  /** Redis protects its library tables: every write is an error. */
  readonly = false;
  #cleared = 0;
  /** The keys of `hash` in traversal order; dropped when a key is added. */
  #order: LuaValue[] | undefined;
  /** Where in `#order` the last traversal step stopped: makes the usual next step O(1). */
  #cursor = 0;

  constructor(array: LuaValue[] = []) {
    this.array = array;
    this.hash = undefined;
    this.metatable = undefined;
  }

  /** Reads any key, without metamethods. */
  get(key: LuaValue): LuaValue {
    if (typeof key === 'number') return this.getNumber(key);
    return this.hash === undefined ? undefined : this.hash.get(key);
  }

  /** Reads a key known to be no number. */
  getKey(key: LuaValue): LuaValue {
    return this.hash === undefined ? undefined : this.hash.get(key);
  }

  getNumber(key: number): LuaValue {
    const array = this.array;
    if (key > 0 && key <= array.length && (key | 0) === key) return array[key - 1];
    return this.hash === undefined ? undefined : this.hash.get(key);
  }

  /** Writes any key but nil and NaN, which the caller has refused. */
  set(key: LuaValue, value: LuaValue): void {
    if (typeof key === 'number') this.setNumber(key, value);
    else this.setKey(key, value);
  }

  setNumber(key: number, value: LuaValue): void {
    const array = this.array;
    const length = array.length;
    if (key > 0 && key <= length && (key | 0) === key) array[key - 1] = value;
    else if (key === length + 1 && value !== undefined) this.#append(value);
    else this.setKey(key, value);
  }

  #append(value: LuaValue): void {
    this.array.push(value);
    this.adopt();
  }

  /** After the array grew: takes in the elements of the map that now continue it. */
  adopt(): void {
    if (this.hash !== undefined && this.hash.size > 0) this.#adoptFollowing(this.hash);
  }

  #adoptFollowing(hash: Map<LuaValue, LuaValue>): void {
    const array = this.array;
    if (hash.delete(array.length)) this.#order = undefined;
    for (;;) {
      const key = array.length + 1;
      const value = hash.get(key);
      if (value === undefined) return;
      hash.delete(key);
      this.#order = undefined;
      array.push(value);
    }
  }

  /** Writes a key that is not part of the array. */
  setKey(key: LuaValue, value: LuaValue): void {
    const hash = this.hash;
    if (hash === undefined) {
      if (value === undefined) return;
      this.hash = new Map([[key, value]]);
      this.#order = undefined;
    } else if (value === undefined) {
      if (hash.get(key) === undefined) return;
      hash.set(key, undefined);
      this.#cleared++;
    } else {
      const size = hash.size;
      hash.set(key, value);
      if (hash.size !== size) this.#inserted(hash);
    }
  }

  #inserted(hash: Map<LuaValue, LuaValue>): void {
    this.#order = undefined;
    if (this.#cleared * 2 <= hash.size) return;
    for (const [key, value] of hash) if (value === undefined) hash.delete(key);
    this.#cleared = 0;
  }

  /** A border of the table: what `#` gives. Any border is right for a table with holes; this finds the one Lua finds. */
  length(): number {
    const array = this.array;
    const length = array.length;
    if (length > 0 && array[length - 1] === undefined) return borderWithin(array);
    return this.hash === undefined || this.hash.size === 0 ? length : this.#borderBeyond(length);
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
    while (this.getNumber(key) !== undefined) key++;
    return key - 1;
  }

  /**
   * The key after `key` in a traversal (nil starts one), nil at the end, `UNKNOWN_KEY` when `key` is not in the table.
   * The value is then `get(key)`.
   */
  nextKey(key: LuaValue): LuaValue {
    const array = this.array;
    let from = 0;
    if (key !== undefined) {
      if (typeof key !== 'number' || key < 1 || key > array.length || (key | 0) !== key) return this.#nextHashKey(key);
      from = key;
    }
    for (let i = from; i < array.length; i++) if (array[i] !== undefined) return i + 1;
    return this.#hashKeyFrom(0);
  }

  #nextHashKey(key: LuaValue): LuaValue {
    const order = this.#order ?? this.#sort();
    const cursor = this.#cursor;
    if (order[cursor] === key && order.length > cursor) return this.#hashKeyFrom(cursor + 1);
    const at = order.indexOf(key);
    return at < 0 ? UNKNOWN_KEY : this.#hashKeyFrom(at + 1);
  }

  #hashKeyFrom(from: number): LuaValue {
    const hash = this.hash;
    if (hash === undefined) return undefined;
    const order = this.#order ?? this.#sort();
    for (let i = from; i < order.length; i++) {
      if (hash.get(order[i]) !== undefined) {
        this.#cursor = i;
        return order[i];
      }
    }
    return undefined;
  }

  #sort(): LuaValue[] {
    return (this.#order = this.hash === undefined ? [] : [...this.hash.keys()]);
  }
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
