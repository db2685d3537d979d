import { NATIVE, position, raise, type Site } from './errors';
import { negate, numberToString, stringToNumber } from './number-text';
import type { LuaState } from './state';
import { identityOf, LuaTable } from './table';
import { LONG } from './meter';
import { made, readKey, sameText, textBefore } from './texts';
import {
  first,
  type LuaFunction,
  type LuaResult,
  LuaUserdata,
  type LuaThread,
  type LuaValue,
  typeName,
} from './values';

/** How long a chain of `__index` tables Lua follows. */
const MAX_META_CHAIN = 100;

const READONLY = 'Attempt to modify a readonly table';

/** The events of arithmetic, by the names of their metamethods. */
export type Arithmetic = '__add' | '__sub' | '__mul' | '__div' | '__mod' | '__pow';

const ARITHMETIC: Readonly<Record<Arithmetic, (a: number, b: number) => number>> = {
  __add: (a, b) => a + b,
  __sub: (a, b) => a - b,
  __mul: (a, b) => a * b,
  __div: (a, b) => a / b,
  __mod: modulo,
  __pow: power,
};

/** Lua 5.1's `%`: the sign of the divisor. */
export function modulo(a: number, b: number): number {
  return a - Math.floor(a / b) * b;
}

/** C's pow, where JavaScript's `**` differs: 1^nan and (-1)^inf are 1. */
export function power(a: number, b: number): number {
  return a === 1 || (a === -1 && (b === Infinity || b === -Infinity)) ? 1 : a ** b;
}

/** A value as a number where Lua converts strings by itself. */
export function toNumber(value: LuaValue): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? stringToNumber(value) : undefined;
}

/** Lua's operators, for values of any type. */
export interface Operations {
  metatableOf: (value: LuaValue) => LuaTable | undefined;
  metamethod: (value: LuaValue, event: string) => LuaValue;
  /** A value that is called: itself when it is a function, else its `__call`; calling anything else fails. */
  callable: (value: LuaValue, site: Site) => LuaFunction;
  index: (object: LuaValue, key: LuaValue, site: Site) => LuaValue;
  indexKey: (object: LuaValue, key: string, site: Site) => LuaValue;
  setIndex: (object: LuaValue, key: LuaValue, value: LuaValue, site: Site) => void;
  setKey: (object: LuaValue, key: string, value: LuaValue, site: Site) => void;
  /** Writes without metamethods, but not to protected tables, nor at nil or NaN. */
  rawSet: (table: LuaTable, key: LuaValue, value: LuaValue, site: Site) => void;
  arithmetic: (event: Arithmetic, a: LuaValue, b: LuaValue, site: Site) => LuaValue;
  minus: (value: LuaValue, site: Site) => LuaValue;
  length: (value: LuaValue, site: Site) => number;
  concat: (a: LuaValue, b: LuaValue, site: Site) => LuaValue;
  equals: (a: LuaValue, b: LuaValue, site: Site) => boolean;
  lessThan: (a: LuaValue, b: LuaValue, site: Site) => boolean;
  lessOrEqual: (a: LuaValue, b: LuaValue, site: Site) => boolean;
  /** A number of a numeric `for`; `what` names it in the error. */
  forNumber: (value: LuaValue, what: string, site: Site) => number;
  /** A value as `tostring` shows it, metamethods aside. */
  toText: (value: LuaValue) => string;
  /** Calls any value from native code. */
  call: (value: LuaValue, args: readonly LuaValue[]) => LuaResult;
}

/** The operators of Lua, with metamethods and Lua's errors. Compiled code calls these where its own fast path ends. */
export function createOperations(state: LuaState): Operations {
  /** An error of an operation; inside native code it has no position, but the script's place is still known. */
  function fail(message: string, site: Site): never {
    return raise(position(site) + message, site === NATIVE ? state.at : site);
  }

  /** `attempt to <action> local 'x' (a nil value)`. */
  function typeError(action: string, value: LuaValue, what: string, site: Site): never {
    const type = typeName(value);
    return fail(`attempt to ${action} ${what === '' ? `a ${type} value` : `${what} (a ${type} value)`}`, site);
  }

  const metatableOf = (value: LuaValue): LuaTable | undefined =>
    value instanceof LuaTable ? value.metatable : typeof value === 'string' ? state.stringMetatable : undefined;

  const metamethod = (value: LuaValue, event: string): LuaValue => metatableOf(value)?.getKey(event);

  const callMeta = (handler: LuaValue, args: readonly LuaValue[], site: Site): LuaResult =>
    state.callMetamethod(callable(handler, site), args, site);

  function callable(value: LuaValue, site: Site): LuaFunction {
    if (typeof value === 'function') return value;
    const handler = metamethod(value, '__call');
    if (typeof handler === 'function') return (...args) => handler(value, ...args);
    // Fails only when called: Lua evaluates the arguments first.
    return () => typeError('call', value, site.what, site);
  }

  function index(object: LuaValue, key: LuaValue, site: Site): LuaValue {
    if (object instanceof LuaTable) {
      if (typeof key === 'string' && key.length >= LONG) readKey(key);
      const value = object.get(key);
      if (value !== undefined || object.metatable === undefined) return value;
    }
    return indexSlow(object, key, site);
  }

  function indexKey(object: LuaValue, key: string, site: Site): LuaValue {
    if (object instanceof LuaTable) {
      const value = object.getKey(key);
      if (value !== undefined || object.metatable === undefined) return value;
    }
    return indexSlow(object, key, site);
  }

  function indexSlow(object: LuaValue, key: LuaValue, site: Site): LuaValue {
    let current = object;
    for (let i = 0; i < MAX_META_CHAIN; i++) {
      let handler: LuaValue;
      if (current instanceof LuaTable) {
        const value = current.get(key);
        if (value !== undefined) return value;
        handler = current.metatable?.getKey('__index');
        if (handler === undefined) return undefined;
      } else {
        handler = metamethod(current, '__index');
        if (handler === undefined) typeError('index', current, i === 0 ? site.what : '', site);
      }
      if (typeof handler === 'function') return first(callMeta(handler, [current, key], site));
      current = handler;
    }
    return fail('loop in gettable', site);
  }

  function setIndex(object: LuaValue, key: LuaValue, value: LuaValue, site: Site): void {
    if (object instanceof LuaTable && object.metatable === undefined && !object.readonly) {
      if (typeof key === 'number' && key === key) object.setNumber(key, value);
      else if (typeof key === 'string') setText(object, key, value);
      else rawSet(object, key, value, site);
    } else setSlow(object, key, value, site);
  }

  function setText(table: LuaTable, key: string, value: LuaValue): void {
    if (key.length >= LONG) readKey(key);
    table.setKey(key, value);
  }

  function setKey(object: LuaValue, key: string, value: LuaValue, site: Site): void {
    if (object instanceof LuaTable && object.metatable === undefined && !object.readonly) object.setKey(key, value);
    else setSlow(object, key, value, site);
  }

  function rawSet(table: LuaTable, key: LuaValue, value: LuaValue, site: Site): void {
    if (table.readonly) fail(READONLY, site);
    if (key === undefined) fail('table index is nil', site);
    if (key !== key) fail('table index is NaN', site);
    if (typeof key === 'string' && key.length >= LONG) readKey(key);
    table.set(key, value);
  }

  function setSlow(object: LuaValue, key: LuaValue, value: LuaValue, site: Site): void {
    let current = object;
    for (let i = 0; i < MAX_META_CHAIN; i++) {
      let handler: LuaValue;
      if (current instanceof LuaTable) {
        handler = current.metatable?.getKey('__newindex');
        const isNew = current.get(key) === undefined;
        // Lua makes room for a new key before it looks for the metamethod: the key is checked, the layout changes.
        rawSet(current, key, handler === undefined || !isNew ? value : undefined, site);
        if (handler === undefined || !isNew) return;
      } else {
        handler = metamethod(current, '__newindex');
        if (handler === undefined) typeError('index', current, i === 0 ? site.what : '', site);
      }
      if (typeof handler === 'function') {
        callMeta(handler, [current, key, value], site);
        return;
      }
      current = handler;
    }
    fail('loop in settable', site);
  }

  function arithmetic(event: Arithmetic, a: LuaValue, b: LuaValue, site: Site): LuaValue {
    const left = toNumber(a);
    const right = toNumber(b);
    if (left !== undefined && right !== undefined) return ARITHMETIC[event](left, right);
    const handler = metamethod(a, event) ?? metamethod(b, event);
    if (handler !== undefined) return first(callMeta(handler, [a, b], site));
    return left === undefined
      ? typeError('perform arithmetic on', a, site.what, site)
      : typeError('perform arithmetic on', b, site.right, site);
  }

  function minus(value: LuaValue, site: Site): LuaValue {
    const number = toNumber(value);
    if (number !== undefined) return negate(number);
    const handler = metamethod(value, '__unm');
    if (handler !== undefined) return first(callMeta(handler, [value, value], site));
    return typeError('perform arithmetic on', value, site.what, site);
  }

  function length(value: LuaValue, site: Site): number {
    if (typeof value === 'string') return value.length;
    if (value instanceof LuaTable) return value.length();
    return typeError('get length of', value, site.what, site);
  }

  function concat(a: LuaValue, b: LuaValue, site: Site): LuaValue {
    if (typeof a === 'string' && typeof b === 'string') return joined(a, b);
    const leftIsText = typeof a === 'string' || typeof a === 'number';
    if (leftIsText && (typeof b === 'string' || typeof b === 'number')) return joined(text(a), text(b));
    const handler = metamethod(a, '__concat') ?? metamethod(b, '__concat');
    if (handler !== undefined) return first(callMeta(handler, [a, b], site));
    return leftIsText ? typeError('concatenate', b, site.right, site) : typeError('concatenate', a, site.what, site);
  }

  function joined(a: string, b: string): string {
    return made(a + b);
  }

  const text = (value: string | number): string => (typeof value === 'string' ? value : numberToString(value));

  function equals(a: LuaValue, b: LuaValue, site: Site): boolean {
    if (typeof a === 'string') return typeof b === 'string' && (a.length < LONG ? a === b : sameText(a, b));
    if (a === b) return true;
    if (!(a instanceof LuaTable) || !(b instanceof LuaTable)) return false;
    const handler = sharedMetamethod(a, b, '__eq');
    return handler !== undefined && truthy(first(callMeta(handler, [a, b], site)));
  }

  /** Comparisons take a metamethod only when both sides have the same. */
  function sharedMetamethod(a: LuaValue, b: LuaValue, event: string): LuaValue {
    const handler = metamethod(a, event);
    return handler !== undefined && handler === metamethod(b, event) ? handler : undefined;
  }

  function lessThan(a: LuaValue, b: LuaValue, site: Site): boolean {
    if (typeof a === 'number' && typeof b === 'number') return a < b;
    if (typeof a === 'string' && typeof b === 'string') return textBefore(a, b);
    const handler = typeName(a) === typeName(b) ? sharedMetamethod(a, b, '__lt') : undefined;
    if (handler === undefined) return compareError(a, b, site);
    return truthy(first(callMeta(handler, [a, b], site)));
  }

  function lessOrEqual(a: LuaValue, b: LuaValue, site: Site): boolean {
    if (typeof a === 'number' && typeof b === 'number') return a <= b;
    if (typeof a === 'string' && typeof b === 'string') return !textBefore(b, a);
    if (typeName(a) !== typeName(b)) return compareError(a, b, site);
    const handler = sharedMetamethod(a, b, '__le');
    if (handler !== undefined) return truthy(first(callMeta(handler, [a, b], site)));
    const inverse = sharedMetamethod(b, a, '__lt');
    if (inverse === undefined) return compareError(a, b, site);
    return !truthy(first(callMeta(inverse, [b, a], site)));
  }

  function compareError(a: LuaValue, b: LuaValue, site: Site): never {
    const left = typeName(a);
    const right = typeName(b);
    const what = left === right ? `two ${left} values` : `${left} with ${right}`;
    return fail(`attempt to compare ${what}`, site);
  }

  function forNumber(value: LuaValue, what: string, site: Site): number {
    return toNumber(value) ?? fail(`'for' ${what} must be a number`, site);
  }

  function toText(value: LuaValue): string {
    switch (typeof value) {
      case 'string':
        return value;
      case 'number':
        return numberToString(value);
      case 'undefined':
        return 'nil';
      case 'boolean':
        return String(value);
      default:
        return value instanceof LuaUserdata ? value.address : `${typeName(value)}: ${addressOf(value)}`;
    }
  }

  return {
    metatableOf,
    metamethod,
    callable,
    index,
    indexKey,
    setIndex,
    setKey,
    rawSet,
    arithmetic,
    minus,
    length,
    concat,
    equals,
    lessThan,
    lessOrEqual,
    forNumber,
    toText,
    call: (value, args) => state.callNative(callable(value, NATIVE), args),
  };
}

/** Whether Lua takes a value for true. */
export function truthy(value: LuaValue): boolean {
  return value !== undefined && value !== false;
}

/** A made-up address: stable for a value's life, different for each. */
function addressOf(value: LuaTable | LuaFunction | LuaThread): string {
  return `0x${(0x7f5a00000000 + identityOf(value)).toString(16)}`;
}
