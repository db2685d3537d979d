import { Arguments } from './arguments';
import { CompiledChunk, createHelpers } from './compile';
import type { GlobalNames } from './emit-expressions';
import { LuaSyntaxError, NeedsDeepForm } from './errors';
import { type BaseLibrary, baseLibrary, chunkName, loadLibrary } from './library/base';
import { bitLibrary } from './library/bit';
import { cjsonLibrary } from './library/cjson';
import { cmsgpackLibrary } from './library/cmsgpack';
import { type LibraryContext, libraryTable } from './library/context';
import { coroutineLibrary } from './library/coroutine';
import { mathLibrary } from './library/math';
import { stringLibrary } from './library/string';
import { structLibrary } from './library/struct';
import { tableLibrary } from './library/table';
import { createOperations, type Operations } from './operations';
import { LuaState, MAX_LUA_DEPTH } from './state';
import { LuaTable } from './table';
import { createTrampoline, type Trampoline } from './trampoline';
import { all, type LuaFunction, type LuaValue } from './values';

/** What a runtime asks its host. */
export interface LuaRuntimeOptions {
  /** Called every few thousand steps of a script; ends it by throwing a `ScriptStopped`. */
  readonly checkBudget: () => void;
  /** Called before many bytes are allocated: see `LuaState.reserve`. Default: there is always room. */
  readonly reserve?: (bytes: number) => number;
}

/** The global names one kind of script sees. */
export interface LuaEnvironment {
  readonly names: GlobalNames;
  /** The current values of the globals that differ from run to run. */
  readonly values: Record<string, LuaValue>;
  readonly helpers: Readonly<Record<string, unknown>>;
}

/** A compiled script. Keep it: compiling is what costs. */
export interface LuaChunk {
  readonly compiled: CompiledChunk;
  readonly environment: LuaEnvironment;
  /** Known from an earlier run. */
  needsDeepForm: boolean;
}

/**
 * Runs Lua 5.1 scripts in Redis' sandbox. Independent of any database: what scripts can reach beyond the language is what
 * the caller puts in an environment.
 */
export class LuaRuntime {
  readonly state = new LuaState();
  readonly operations: Operations;
  /** For native functions that the caller adds. */
  readonly context: LibraryContext;
  readonly #trampoline: Trampoline;
  readonly #shared: Readonly<Record<string, LuaValue>>;
  readonly #base: BaseLibrary;
  readonly #generator: { state: bigint };
  readonly #cjson: ReturnType<typeof cjsonLibrary>;

  constructor({ checkBudget, reserve }: LuaRuntimeOptions) {
    const { state } = this;
    state.checkBudget = checkBudget;
    if (reserve !== undefined) state.reserve = reserve;
    this.operations = createOperations(state);
    this.context = { state, operations: this.operations, args: new Arguments(state), plain: new Set() };
    this.#trampoline = createTrampoline(state, this.operations);
    this.#base = baseLibrary(this.context);
    const math = mathLibrary(this.context);
    this.#generator = math.generator;
    const string = libraryTable(stringLibrary(this.context));
    const cjson = cjsonLibrary(this.context);
    this.#cjson = cjson;
    this.#shared = {
      ...this.#base.entries,
      _VERSION: 'Lua 5.1',
      bit: libraryTable(bitLibrary(this.context)),
      cjson: cjson.table,
      cmsgpack: cmsgpackLibrary(this.context),
      coroutine: libraryTable(coroutineLibrary(this.context, this.#trampoline)),
      math: math.table,
      string,
      struct: libraryTable(structLibrary(this.context)),
      table: libraryTable(tableLibrary(this.context)),
    };
    state.stringMetatable = libraryTable({ __index: string });
    protect(state.stringMetatable);
    for (const value of Object.values(this.#shared)) if (value instanceof LuaTable) protect(value);
  }

  /**
   * An environment of its own, closed once made: scripts cannot add to it.
   *
   * @param entries globals besides Lua's own; tables among them become read-only
   * @param dynamic globals whose values change from run to run (`environment.values`)
   * @param mainSees the only globals that a chunk's main function may use
   */
  createEnvironment(
    entries: Readonly<Record<string, LuaValue>>,
    dynamic: readonly string[] = [],
    mainSees?: readonly string[],
  ): LuaEnvironment {
    const table = libraryTable({ ...this.#shared, ...entries });
    const values: Record<string, LuaValue> = Object.create(null) as Record<string, LuaValue>;
    const names: GlobalNames = {
      table,
      dynamic: new Set(dynamic),
      ...(mainSees === undefined ? {} : { mainSees: new Set(mainSees) }),
      plain: this.context.plain,
      suspending: new Set([this.#trampoline.yieldNative]),
      select: this.#base.select,
    };
    const helpers = createHelpers(this.state, this.operations, this.#trampoline, values, this.#base);
    const environment: LuaEnvironment = { names, values, helpers };
    const loader = (source: string, name: string): LuaFunction =>
      new CompiledChunk(source, { source: name, shown: chunkName(name) }, names).instantiate(helpers, this.state.deep);
    const load = loadLibrary(this.context, loader, (error) => error instanceof LuaSyntaxError);
    table.setKey('load', load.load);
    table.setKey('loadstring', load.loadstring);
    table.setKey('_G', table);
    table.metatable = libraryTable({ __index: this.#missingGlobal });
    for (const value of Object.values(entries)) if (value instanceof LuaTable) protect(value);
    protect(table);
    protect(table.metatable);
    return environment;
  }

  /** A table that refuses writes and, like the global table, reads of what it does not have. */
  protectedTable(entries: Readonly<Record<string, LuaValue>>): LuaTable {
    const table = libraryTable(entries);
    table.metatable = libraryTable({ __index: this.#missingGlobal });
    protect(table);
    protect(table.metatable);
    return table;
  }

  readonly #missingGlobal: LuaFunction = (_table, name) => {
    if (typeof name !== 'string' && typeof name !== 'number') {
      return this.state.fail('Second argument to luaProtectedTableError must be a string or number');
    }
    return this.state.fail(`Script attempted to access nonexistent global variable '${this.operations.toText(name)}'`);
  };

  /** Sets a dynamic global for the runs to come. */
  setGlobal(environment: LuaEnvironment, name: string, value: LuaValue): void {
    environment.values[name] = value;
    environment.names.table.setKey(name, value);
  }

  /**
   * Compiles a script.
   *
   * @param source one byte per character
   * @param name Lua's name of the chunk; `@user_script` shows as `user_script` in messages
   * @throws LuaSyntaxError
   */
  compile(source: string, name: string, environment: LuaEnvironment): LuaChunk {
    this.state.refill();
    return {
      compiled: new CompiledChunk(source, { source: name, shown: chunkName(name) }, environment.names),
      environment,
      needsDeepForm: false,
    };
  }

  /**
   * Runs a script from its beginning.
   *
   * The fast form cannot do everything; when it meets its limits the script starts again in the deep form, and
   * `startOver` must see to it that the second run finds what the first did (replays what it already did outside).
   *
   * @throws LuaError when the script fails; whatever `checkBudget` threw
   */
  run(chunk: LuaChunk, startOver: () => void): LuaValue[] {
    const seed = this.#generator.state;
    const settings = this.#cjson.save();
    if (!chunk.needsDeepForm) {
      try {
        return this.#runForm(chunk, false);
      } catch (thrown) {
        if (!(thrown instanceof NeedsDeepForm)) throw thrown;
        chunk.needsDeepForm = true;
      }
    }
    this.#generator.state = seed;
    this.#cjson.restore(settings);
    startOver();
    return this.#runForm(chunk, true);
  }

  #runForm({ compiled, environment }: LuaChunk, deep: boolean): LuaValue[] {
    this.state.reset(deep ? MAX_LUA_DEPTH : compiled.fastLimit, deep);
    return this.invoke(compiled.main(environment.helpers, deep), []);
  }

  /**
   * Calls a function that a chunk left behind.
   *
   * @throws as `run`; `NeedsDeepForm` when the function, of the fast form, cannot go on
   */
  callFunction(callee: LuaFunction, args: readonly LuaValue[], chunk: LuaChunk): LuaValue[] {
    const deep = chunk.needsDeepForm;
    this.state.reset(deep ? MAX_LUA_DEPTH : chunk.compiled.fastLimit, deep);
    return this.invoke(callee, args);
  }

  private invoke(callee: LuaFunction, args: readonly LuaValue[]): LuaValue[] {
    try {
      return all(callee(...args));
    } catch (error) {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- see LuaError
      throw this.state.caught(error);
    }
  }
}

function protect(table: LuaTable): void {
  table.readonly = true;
}
