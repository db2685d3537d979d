import type { Refusal } from '../acl/acl';
import type { DenialContext } from '../acl/acl-log';
import type { Block, NoReply } from '../command/answers';
import type { CommandRecord } from '../command/table';
import type { Reply } from '../protocol/reply';
import type { LibraryFunction } from '../scripting/function-libraries';
import type { Client, ClientContext } from '../session/client';
import type { CachedScript, ScriptBytes } from './script-cache';
import type { ScriptTime } from './script-time';

/** Runs commands on behalf of others: what EXEC and scripts need of the executor. */
export interface CommandRunner {
  /**
   * Runs one command to its end without asking the gate.
   * @param name as the client wrote it
   * @param script that of the script which calls it
   */
  call(
    client: Client,
    record: CommandRecord,
    args: readonly string[],
    name: string,
    script?: ScriptTime,
  ): Reply | Block | NoReply;
  /** Asks the ACL, and logs what it refuses. */
  refuse(client: Client, record: CommandRecord, args: readonly string[], context: DenialContext): Refusal | undefined;
}

/** The command that runs a script, as the script's own commands see it. */
export interface ScriptCaller extends ClientContext {
  readonly session: Client;
  /** Milliseconds since the epoch. */
  readonly now: number;
  denyBlocking: boolean;
  inScript: boolean;
  scriptResp: 2 | 3 | undefined;
}

/** The scripts of an engine: what EVAL, SCRIPT, FCALL and FUNCTION need of those who run them. */
export interface ScriptCommands {
  /** How many scripts are known. */
  readonly cached: number;
  readonly bytes: ScriptBytes;
  /** @param sha in any case */
  get(sha: string): CachedScript | undefined;
  /** @param sha in any case */
  has(sha: string): boolean;
  /** Forgets all scripts. */
  flush(): void;
  /** Compiles a script, unless it is known. @param stays SCRIPT LOAD. @throws ErrorReply when it is no script */
  load(source: string, stays?: boolean): CachedScript;
  /** Runs a script to its end. @param readOnly EVAL_RO and its like */
  run(
    caller: ScriptCaller,
    script: CachedScript,
    keys: readonly string[],
    args: readonly string[],
    readOnly: boolean,
  ): Reply;
  /** Calls a function of a library. @param readOnly FCALL_RO */
  callFunction(
    caller: ScriptCaller,
    called: LibraryFunction,
    keys: readonly string[],
    args: readonly string[],
    readOnly: boolean,
  ): Reply;
}
