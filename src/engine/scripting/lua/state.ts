import { LuaError, NATIVE, NeedsDeepForm, position, raise, ScriptStopped, type Site } from './errors';
import { type Meter, runOn } from './meter';
import { type LuaTable, UNKNOWN_KEY } from './table';
import { all, type LuaFunction, type LuaResult, type LuaValue } from './values';

/** How many steps (loop rounds, calls, bytes worked on) pass between two looks at the clock. */
export const STEPS_BETWEEN_CHECKS = 10_000;
/** What a step allocates at most, in tables, closures and their like. */
const BYTES_PER_STEP = 256;
/** How many bytes a script may allocate before the heap is looked at for the first time. */
const FIRST_ROOM = 4 * 1_048_576;

/** Lua 5.1's limits: nested Lua calls, and calls of Lua from native code inside each other. */
export const MAX_LUA_DEPTH = 19_999;
export const MAX_NATIVE_DEPTH = 198;

const namelessSites = new WeakMap<Site, Site>();

function nameless(site: Site): Site {
  if (site.what === '') return site;
  let found = namelessSites.get(site);
  if (found === undefined) namelessSites.set(site, (found = { ...site, what: '' }));
  return found;
}

/** What is running now. One per runtime: scripts run one at a time. */
export class LuaState implements Meter {
  /** The call in progress: where its line and the called function's name are found. */
  at: Site = NATIVE;
  /** For each Lua function running, the call that started it. */
  frames: Site[] = [];
  depth = 0;
  /** The depth at which the current form of code must stop. */
  limit = 0;
  /** Steps left before the next look at the clock. */
  budget = STEPS_BETWEEN_CHECKS;
  /** Bytes that may be allocated before the next look at the heap. */
  room = FIRST_ROOM;
  nativeDepth = 0;
  /** The results of a native function called from deep-form code. */
  result: LuaResult;
  /** The metatable of all strings. */
  stringMetatable: LuaTable | undefined;
  /** Whether the running form is the deep one, in which too many frames are the script's error. */
  deep = false;
  /** Ends the script by throwing a `ScriptStopped` when its time is over. */
  checkBudget: () => void = () => undefined;
  /** Sees to it that so many bytes can be allocated, or ends the script. @returns how many more before it is to be asked again */
  reserve: (bytes: number) => number = () => FIRST_ROOM;

  /** Prepares for a run. */
  reset(limit: number, deep: boolean): void {
    this.at = NATIVE;
    this.frames = [];
    this.depth = 0;
    this.limit = limit;
    this.deep = deep;
    this.nativeDepth = 0;
    this.refill();
  }

  /**
   * What is spent from now on is spent here. The room stays what the scripts before have left of it: what functions keep, and
   * what many scripts store, adds up.
   */
  refill(): void {
    this.budget = STEPS_BETWEEN_CHECKS;
    runOn(this);
  }

  /** The budget ran out: looks at the clock and goes on. */
  check(): void {
    this.budget = STEPS_BETWEEN_CHECKS;
    this.checkBudget();
    this.allocate(STEPS_BETWEEN_CHECKS * BYTES_PER_STEP);
  }

  /** Native work of about `steps` simple steps. */
  consume(steps: number): void {
    if ((this.budget -= steps) < 0) this.check();
  }

  allocate(bytes: number): void {
    if ((this.room -= bytes) < 0) this.room = this.reserve(bytes);
  }

  /** Before a little of a text of so many bytes is read: where it is not flat yet, that makes it so. */
  peek(bytes: number): void {
    if ((this.room -= bytes) < 0) this.room = this.reserve(bytes);
    if ((this.budget -= bytes >> 10) < 0) this.check();
  }

  outOfMemory(): never {
    return this.failPlain('not enough memory');
  }

  /** A function began and found the stack or the budget used up. */
  enter(): void {
    if (this.budget < 0) this.check();
    if (this.depth <= this.limit) return;
    if (!this.deep) throw new NeedsDeepForm();
    this.depth = this.limit;
    this.fail('stack overflow');
  }

  /** An error of a native function that has nothing to do with its arguments: with the caller's position. */
  fail(message: string): never {
    return raise(position(this.at) + message, this.at);
  }

  /** An error without a position, as raised by operations inside native code. */
  failPlain(message: string): never {
    return raise(message, this.at);
  }

  /** A table that native code is about to change: Redis protects some. */
  writable(table: LuaTable): LuaTable {
    if (table.readonly) this.failPlain('Attempt to modify a readonly table');
    return table;
  }

  /** The key after `key` in a traversal, nil at the end; the script's error when `key` is not in the table (any more). */
  nextKey(table: LuaTable, key: LuaValue): LuaValue {
    const next = table.nextKey(key);
    return next === UNKNOWN_KEY ? this.failPlain("invalid key to 'next'") : next;
  }

  /** Calls a function from native code: bounded in nesting, and seen by the callee as a caller without a position. */
  callNative(callee: LuaFunction, args: readonly LuaValue[]): LuaResult {
    const at = this.at;
    if (this.nativeDepth >= MAX_NATIVE_DEPTH) this.failPlain('C stack overflow');
    if (++this.depth > this.limit) this.enter();
    this.nativeDepth++;
    this.frames[this.depth] = at;
    this.at = NATIVE;
    const result = callee(...args);
    this.nativeDepth--;
    this.depth--;
    this.at = at;
    return result;
  }

  /** Calls a metamethod on behalf of the Lua code at `site`. */
  callMetamethod(handler: LuaFunction, args: readonly LuaValue[], site: Site): LuaResult {
    const at = this.at;
    // An operation has a place, but the function it calls was not called by a name.
    this.at = nameless(site);
    if (this.nativeDepth >= MAX_NATIVE_DEPTH) this.fail('C stack overflow');
    this.nativeDepth++;
    const result = handler(...args);
    this.nativeDepth--;
    this.at = at;
    return result;
  }

  /**
   * Runs `body`; gives its results, or the error it raised, and how many calls from native code were nested there. Errors a
   * script may not catch pass through.
   */
  protect(body: () => LuaResult): { ok: true; results: LuaValue[] } | { ok: false; error: LuaError; nested: number } {
    const { depth, nativeDepth, at } = this;
    try {
      return { ok: true, results: all(body()) };
    } catch (thrown) {
      const error = this.caught(thrown);
      // At least the call of the body itself, which may be the one that was too many.
      const nested = Math.max(1, this.nativeDepth - nativeDepth);
      this.depth = depth;
      this.nativeDepth = nativeDepth;
      this.at = at;
      return { ok: false, error, nested };
    }
  }

  /** The script's view of something thrown; throws on what it may not see. */
  caught(thrown: unknown): LuaError {
    if (thrown instanceof LuaError) return thrown;
    if (thrown instanceof ScriptStopped || thrown instanceof NeedsDeepForm) throw thrown;
    // By name: code made by `new Function`, and Node's own, may belong to another realm (Jest) than this file.
    if (typeof thrown !== 'object' || thrown === null || !('name' in thrown) || thrown.name !== 'RangeError')
      throw thrown;
    if (!('message' in thrown) || !String(thrown.message).includes('call stack')) {
      return new LuaError('not enough memory', this.at);
    }
    if (!this.deep) throw new NeedsDeepForm();
    return new LuaError(`${position(this.at)}stack overflow`, this.at);
  }
}
