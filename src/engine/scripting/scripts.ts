import { ErrorReply, type Reply } from '../protocol/reply';
import { asText, luaToReply, oneLine } from './conversions';
import { LuaError, LuaSyntaxError } from './lua/errors';
import { type LuaChunk, type LuaEnvironment, LuaRuntime } from './lua/runtime';
import { LuaTable } from './lua/table';
import type { LuaFunction } from './lua/values';
import { redisLibrary, ScriptSession } from './redis-library';
import { Journal, type ScriptHost } from './script-host';

/** A compiled script of EVAL or SCRIPT LOAD. */
export interface Script {
  readonly sha: string;
  readonly source: string;
  readonly chunk: LuaChunk;
}

/** Compiles and runs the scripts of EVAL. One per engine. */
export class Scripts {
  readonly runtime: LuaRuntime;
  readonly session = new ScriptSession();
  readonly #environment: LuaEnvironment;

  /** @param checkBudget called every few thousand steps; ends a script by throwing a `ScriptStopped` */
  constructor(checkBudget: () => void) {
    this.runtime = new LuaRuntime({ checkBudget });
    const redis = redisLibrary(this.runtime, this.session);
    const handler: LuaFunction = (error) => error;
    this.#environment = this.runtime.createEnvironment({ redis, __redis__err__handler: handler }, ['KEYS', 'ARGV']);
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
      return { sha, source, chunk: this.runtime.compile(body, '@user_script', this.#environment) };
    } catch (failure) {
      if (failure instanceof LuaSyntaxError)
        throw new ErrorReply(`ERR Error compiling script (new function): ${oneLine(failure.message)}`);
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
    const journal = new Journal(host);
    const begin = (): void => {
      this.session.begin(journal);
      this.runtime.setGlobal(this.#environment, 'KEYS', new LuaTable([...keys]));
      this.runtime.setGlobal(this.#environment, 'ARGV', new LuaTable([...args]));
    };
    begin();
    try {
      const [result] = this.runtime.run(script.chunk, () => {
        journal.startOver();
        begin();
      });
      return luaToReply(result, this.session.resp);
    } catch (failure) {
      if (failure instanceof LuaError) return this.#error(failure, script.sha);
      throw failure;
    } finally {
      this.session.end();
    }
  }

  /** The reply for an error that a script did not catch. @param name the script's SHA-1, or the function's name */
  #error({ value, site }: LuaError, name: string): ErrorReply {
    const message =
      value instanceof LuaTable
        ? // Redis 7.0.15 crashes on an error table without a message.
          (asText(value.getKey('err')) ?? 'ERR unknown error')
        : `ERR ${this.runtime.operations.toText(value)}`;
    const place = `, on ${site.source}:${String(site.line === 0 ? -1 : site.line)}.`;
    return new ErrorReply(oneLine(`${message} script: ${name}${place}`));
  }
}
