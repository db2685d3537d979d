import { made } from './texts';
import type { LuaValue } from './values';

/**
 * A place in a script where something may fail: a call or an operation. Created once, when a chunk is compiled.
 * Doubles as the record of which call is in progress.
 */
export interface Site {
  /** The chunk's name as messages show it (`user_script`), empty inside native code. */
  readonly chunk: string;
  /** The chunk's full name, as `debug.getinfo` would give it. */
  readonly source: string;
  /** 1-based; 0 inside native code. */
  readonly line: number;
  /** How the script names what is used here: `local 'x'`, `field 'y'`; empty when it has no name. */
  readonly what: string;
  /** The same for the right operand of an operator. */
  readonly right: string;
}

/** A chunk's name: in full (`@user_script`, `=name`, or source text), and as messages show it. */
export interface ChunkName {
  readonly source: string;
  readonly shown: string;
}

/** The place of code that is not Lua: functions called by `pcall`, `table.sort` and the like. */
export const NATIVE: Site = { chunk: '', source: '=[C]', line: 0, what: '', right: '' };

/** `chunk:line: `, or nothing inside native code: what Lua puts before its messages. */
export function position(site: Site): string {
  return site.line === 0 ? '' : `${site.chunk}:${String(site.line)}: `;
}

/**
 * An error a script can catch. Any Lua value can be thrown. Not a subclass of `Error`: scripts use errors as control
 * flow, and recording a JavaScript stack for each would cost more than the script.
 */
export class LuaError {
  constructor(
    readonly value: LuaValue,
    /** Where the script was when it happened. */
    readonly site: Site,
  ) {}
}

/** Ends a script from outside (time limit, kill). No `pcall` can catch it. Throw a subclass from `checkBudget`. */
export class ScriptStopped extends Error {}

/** The fast form of a chunk cannot go on (stack used up, a coroutine wanted): it is run again in its deep form. */
export class NeedsDeepForm extends Error {}

/** The source is not Lua. `message` is Lua's own, position included. */
export class LuaSyntaxError extends Error {}

/** Throws an error that the script can catch. */
export function raise(value: LuaValue, site: Site): never {
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- see LuaError: no JavaScript stack is wanted
  throw new LuaError(typeof value === 'string' ? made(value) : value, site);
}
