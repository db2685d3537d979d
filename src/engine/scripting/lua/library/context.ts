import type { Arguments } from '../arguments';
import type { Operations } from '../operations';
import type { LuaState } from '../state';
import { LuaTable } from '../table';
import type { LuaFunction, LuaValue } from '../values';

/** How many values Lua's C functions may have on their stack: what the real libraries run into, ours have to refuse. */
export const MAX_STACK = 8_000;

/** What native libraries are built with. */
export interface LibraryContext {
  readonly state: LuaState;
  readonly operations: Operations;
  readonly args: Arguments;
  /** Declares functions that return exactly one value, call nothing back and do not look at their callers' frames. */
  readonly plain: Set<LuaFunction>;
}

/** A table of named values. */
export function libraryTable(entries: Readonly<Record<string, LuaValue>>): LuaTable {
  const table = new LuaTable();
  for (const [name, value] of Object.entries(entries)) table.setKey(name, value);
  return table;
}
