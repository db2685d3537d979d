import { ErrorReply, type Reply } from '../protocol/reply';
import type { RedisVersion } from '../redis-version';
import { asText, COUNTED, luaToReply } from './conversions';
import { LuaError, LuaSyntaxError, NeedsDeepForm } from './lua/errors';
import { type LuaChunk, type LuaEnvironment, LuaRuntime, type LuaRuntimeOptions } from './lua/runtime';
import { LuaTable } from './lua/table';
import { sent } from './lua/texts';
import { cString } from '../values/c-string';
import type { LuaFunction, LuaValue } from './lua/values';
import { type Registration, registerFunction } from './register-function';
import { functionLibrary, loadingLibrary, osLibrary, redisLibrary, RunningScript } from './redis-library';
import { ReplayLog, type ScriptHost } from './script-host';

/** A compiled script of EVAL or SCRIPT LOAD. */
export interface Script {
  readonly sha: string;
  readonly source: string;
  readonly chunk: LuaChunk;
  /** Estimated bytes of what it is compiled to; more once it was needed in its other form. */
  readonly bytes: number;
}

/** A function library that has run its body. */
export interface LoadedLibrary {
  readonly chunk: LuaChunk;
  functions: ReadonlyMap<string, Registration>;
}

/** A message, whatever its length. */
function shown(message: string): string {
  return cString(sent(message));
}

/** Compiles and runs the scripts of EVAL, and function libraries. One per engine. */
export class ScriptMachine {
  readonly runtime: LuaRuntime;
  readonly running: RunningScript;
  readonly #environment: LuaEnvironment;
  readonly #functionEnvironment: LuaEnvironment;
  readonly #functionRedis: LuaTable;
  readonly #loadingRedis: LuaTable;
  /** Takes what the library being loaded registers. */
  #registrations: Map<string, Registration> | undefined;

  constructor(options: LuaRuntimeOptions & { readonly version: RedisVersion }) {
    this.running = new RunningScript(options.version);
    this.runtime = new LuaRuntime(options);
    const redis = redisLibrary(this.runtime, this.running);
    const handler: LuaFunction = (error) => error;
    const os = osLibrary(this.running);
    const globals = { redis, ...os, __redis__err__handler: handler };
    this.#environment = this.runtime.createEnvironment(globals, ['KEYS', 'ARGV']);
    this.#functionRedis = functionLibrary(this.runtime, this.running);
    const register = registerFunction(this.runtime, () => this.#registrations);
    this.#loadingRedis = loadingLibrary(this.runtime, this.running, register);
    this.#functionEnvironment = this.runtime.createEnvironment(
      { redis: this.#functionRedis, ...os },
      ['redis'],
      ['redis'],
    );
  }

  /**
   * Compiles a script.
   *
   * @param sha the SHA-1 of `source`
   * @param body what to run: the source, its `#!lua` line blanked out
   * @throws ErrorReply when it is not Lua
   */
  compile(source: string, sha: string, body: string): Script {
    try {
      const chunk = this.runtime.compile(body, '@user_script', this.#environment);
      return {
        sha,
        source,
        chunk,
        get bytes() {
          return chunk.compiled.bytes;
        },
      };
    } catch (failure) {
      if (failure instanceof LuaSyntaxError)
        throw new ErrorReply(`ERR Error compiling script (new function): ${failure.message}`);
      throw failure;
    }
  }

  /**
   * Runs a script.
   *
   * @returns its reply; a script's failure is an `ErrorReply`
   * @throws what `checkBudget` threw
   */
  run(script: Script, host: ScriptHost, keys: readonly string[], args: readonly string[]): Reply {
    const replayLog = new ReplayLog(host);
    const begin = (): void => {
      this.running.begin(replayLog);
      this.runtime.setGlobal(this.#environment, 'KEYS', new LuaTable([...keys]));
      this.runtime.setGlobal(this.#environment, 'ARGV', new LuaTable([...args]));
    };
    begin();
    try {
      const [result] = this.runtime.run(script.chunk, () => {
        replayLog.startOver();
        begin();
      });
      return luaToReply(result, this.running);
    } catch (failure) {
      if (failure instanceof LuaError) return this.#error(failure, script.sha);
      throw failure;
    } finally {
      this.running.end();
    }
  }

  /**
   * Compiles a function library and runs its body, which registers its functions.
   *
   * @param body Lua, the library's `#!` line blanked out
   * @throws ErrorReply when that fails; what `checkBudget` threw
   */
  loadLibrary(body: string): LoadedLibrary {
    let chunk: LuaChunk;
    try {
      chunk = this.runtime.compile(body, '@user_function', this.#functionEnvironment);
    } catch (failure) {
      if (failure instanceof LuaSyntaxError) throw new ErrorReply(`ERR Error compiling function: ${failure.message}`);
      throw failure;
    }
    return { chunk, functions: this.#register(chunk) };
  }

  #register(chunk: LuaChunk): Map<string, Registration> {
    const begin = (): Map<string, Registration> => {
      this.#setRedis(this.#loadingRedis);
      const fresh = new Map<string, Registration>();
      this.#registrations = fresh;
      return fresh;
    };
    let registrations = begin();
    try {
      this.runtime.run(chunk, () => {
        registrations = begin();
      });
    } catch (failure) {
      if (!(failure instanceof LuaError)) throw failure;
      throw new ErrorReply(`ERR Error registering functions: ${this.#message(failure)}`);
    } finally {
      this.#registrations = undefined;
      this.#setRedis(this.#functionRedis);
    }
    return registrations;
  }

  #setRedis(redis: LuaTable): void {
    this.runtime.setGlobal(this.#functionEnvironment, 'redis', redis);
  }

  /** Calls a function of a library. @returns its reply; a function's failure is an `ErrorReply` */
  callFunction(
    library: LoadedLibrary,
    name: string,
    host: ScriptHost,
    keys: readonly string[],
    args: readonly string[],
  ): Reply {
    const replayLog = new ReplayLog(host);
    const attempt = (): LuaValue[] => {
      this.running.begin(replayLog);
      const callback = library.functions.get(name)?.callback;
      if (callback === undefined) throw new ErrorReply('ERR Function not found');
      return this.runtime.callFunction(callback, [new LuaTable([...keys]), new LuaTable([...args])], library.chunk);
    };
    try {
      const [result] = this.#withDeepForm(library, replayLog, attempt);
      return luaToReply(result, this.running);
    } catch (failure) {
      if (failure instanceof LuaError) return this.#error(failure, name);
      throw failure;
    } finally {
      this.running.end();
    }
  }

  /** A function that the fast form cannot run to its end is run by the deep form of its library, loaded anew. */
  #withDeepForm(library: LoadedLibrary, replayLog: ReplayLog, attempt: () => LuaValue[]): LuaValue[] {
    try {
      return attempt();
    } catch (failure) {
      if (!(failure instanceof NeedsDeepForm)) throw failure;
    }
    library.chunk.needsDeepForm = true;
    library.functions = this.#register(library.chunk);
    replayLog.startOver();
    return attempt();
  }

  /** The reply for an error that a script did not catch. @param name the script's SHA-1, or the function's name */
  #error(error: LuaError, name: string): ErrorReply {
    const { site } = error;
    const message = this.#message(error);
    const place = `, on ${site.source}:${String(site.line === 0 ? -1 : site.line)}.`;
    const counted = error.value instanceof LuaTable && error.value.getKey(COUNTED) === true;
    return new ErrorReply(`${message} script: ${name}${place}`, counted);
  }

  #message({ value }: LuaError): string {
    if (!(value instanceof LuaTable)) return `ERR ${shown(this.runtime.operations.toText(value))}`;
    // Redis 7.0.15 crashes on an error table without a message.
    return shown(asText(value.getKey('err')) ?? 'ERR unknown error');
  }
}
