import type { LuaTable } from './table';

/**
 * A Lua value as JavaScript sees it.
 *
 * nil is `undefined`; strings hold one byte per character (latin1); numbers are doubles; functions are plain
 * JavaScript functions that Lua code can call but never look into.
 */
export type LuaValue = undefined | boolean | number | string | LuaTable | LuaFunction | LuaUserdata | LuaThread;

/**
 * What a function returns: one value as itself, none or several as an array. Arrays are never Lua values, so the two
 * cannot be confused, and the common case allocates nothing.
 */
export type LuaResult = LuaValue | LuaValue[];

/** A Lua function, native or compiled. */
export type LuaFunction = (...args: LuaValue[]) => LuaResult;

/** An opaque value; the only one scripts can hold is `cjson.null`. */
export class LuaUserdata {
  constructor(readonly address: string) {}
}

/** Base of coroutines: only its identity matters outside `coroutine.ts`. */
export abstract class LuaThread {
  abstract readonly status: 'suspended' | 'running' | 'normal' | 'dead';
}

/** The result of a function that returns nothing. Shared, so never written to. */
export const NOTHING: LuaValue[] = [];

/** The first of a call's results. */
export function first(result: LuaResult): LuaValue {
  return Array.isArray(result) ? result[0] : result;
}

/** All of a call's results. The array may be the callee's own: read it, do not keep it. */
export function all(result: LuaResult): LuaValue[] {
  return Array.isArray(result) ? result : [result];
}

/** Lua's name of a value's type, as `type()` gives it. */
export function typeName(value: LuaValue): string {
  switch (typeof value) {
    case 'undefined':
      return 'nil';
    case 'boolean':
    case 'number':
    case 'string':
    case 'function':
      return typeof value;
    default:
      return value instanceof LuaThread ? 'thread' : value instanceof LuaUserdata ? 'userdata' : 'table';
  }
}
