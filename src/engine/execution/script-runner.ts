import type { Acl } from '../acl/acl';
import { noPermissionInScript } from '../acl/refusal-text';
import { Block, NoReply } from '../command/answers';
import { error, NOT_ENOUGH_REPLICAS, OUT_OF_MEMORY } from '../command/errors';
import { type CommandRecord, type CommandTable, takes } from '../command/table';
import type { Memory } from '../keyspace/memory';
import type { Parameters } from '../config/parameters';
import { ErrorReply, type Reply } from '../protocol/reply';
import type { RedisVersion } from '../redis-version';
import type { ScriptHost } from '../scripting/script-host';
import type { FunctionLibraries, LibraryFunction } from '../scripting/function-libraries';
import type { LoadedLibrary, Script, ScriptMachine } from '../scripting/scripts';
import { allocate, consume, LONG, stopMeter } from '../scripting/lua/meter';
import { sha1 } from '../scripting/sha1';
import { parseShebang, type ScriptFlag } from '../scripting/shebang';
import type { Counters } from '../statistics/counters';
import { BudgetExceeded, ScriptBudget } from './script-budget';
import type { CommandRunner, ScriptCaller, ScriptCommands } from './ports';
import type { Switches } from './services';
import { type CachedScript, type ScriptBytes, ScriptCache } from './script-cache';
import { ScriptTime } from './script-time';

const UNKNOWN_COMMAND = error('Unknown Redis command called from script');
const WRONG_ARITY = error('Wrong number of args calling Redis command from script');
const NOT_ALLOWED = error('This Redis command is not allowed from script');
const READ_ONLY = error('Write commands are not allowed from read-only scripts.');
const RO_NEEDS_NO_WRITES = error('Can not execute a script with write flag using *_ro command.');

/** Of V8's heap, what the scripts of SCRIPT LOAD may take. */
const LOADED_SHARE = 0.25;

/** Steps that a command counts as that may take long: every third one is followed by a look at the clock. */
const SLOW_STEPS = 4_000;
/** A reply takes more than what is packed in a value. */
const REPLY_FACTOR = 2;

/** How long a library's body may run, in milliseconds: Redis' own limit. */
const LOAD_LIMIT_MS = 500;

/** What scripts work with. */
export interface ScriptParts {
  readonly version: RedisVersion;
  readonly acl: Acl;
  readonly memory: Memory;
  readonly commands: CommandTable;
  readonly libraries: FunctionLibraries;
  readonly parameters: Pick<Parameters, 'scriptTimeLimit'>;
  readonly executor: CommandRunner;
  readonly counters: Counters;
  readonly switches: Switches;
  /** Whether writes are refused for want of replicas. */
  readonly lacksReplicas: boolean;
}

/** The scripts of an engine: those it knows, and how they run. */
export class ScriptRunner implements ScriptCommands {
  readonly #cache = new ScriptCache();
  /** Made when the first script comes. */
  #made: ScriptMachine | undefined;
  readonly #budget = new ScriptBudget();

  constructor(private readonly parts: ScriptParts) {}

  /** How many scripts are known. */
  get cached(): number {
    return this.#cache.size;
  }

  get(sha: string): CachedScript | undefined {
    return this.#cache.get(sha.toLowerCase());
  }

  has(sha: string): boolean {
    return this.#cache.has(sha.toLowerCase());
  }

  get bytes(): ScriptBytes {
    return this.#cache.bytes;
  }

  flush(): void {
    this.#cache.clear();
    this.count();
  }

  /** Tells the engine's memory what scripts and libraries take. Called when that has changed. */
  count(): void {
    const { memory, libraries } = this.parts;
    memory.scriptBytes = this.#cache.total + libraries.bytes.sources + libraries.bytes.compiled;
    memory.hasLibraries = libraries.bytes.sources > 0;
  }

  /** Compiles a script, unless it is known. @param stays SCRIPT LOAD. @throws ErrorReply when it is no script */
  load(source: string, stays = false): CachedScript {
    const sha = sha1(source);
    let cached = this.#cache.get(sha);
    if (cached === undefined) {
      if (stays) this.#refuseWhenFull();
      const { body, flags } = parseShebang(source);
      cached = this.#cache.add(this.#compile(source, sha, body), flags, stays);
      this.count();
    } else if (stays) this.#cache.keep(cached);
    return cached;
  }

  /** Long texts take time and memory to compile, too. */
  #compile(source: string, sha: string, body: string): Script {
    this.#begin();
    try {
      return this.#machine.compile(source, sha, body);
    } catch (failure) {
      throw stopped(failure, sha);
    } finally {
      this.#end();
    }
  }

  #begin(): void {
    const limit = this.parts.parameters.scriptTimeLimit;
    this.#budget.begin(limit > 0 ? limit : Infinity);
  }

  #end(): void {
    this.#budget.end();
    stopMeter();
  }

  /** A server takes scripts until the machine's memory ends; here V8's heap would, and the process with it. */
  #refuseWhenFull(): void {
    const { memory } = this.parts;
    if (this.#cache.loadedBytes > memory.heapLimit * LOADED_SHARE || (memory.configured === 0 && !memory.makeRoom()))
      throw OUT_OF_MEMORY;
  }

  /** Whether a command that runs scripts might write: what the script declares of itself decides. */
  mayWrite({ fullName }: CommandRecord, [subject = '']: readonly string[]): boolean {
    return this.#declaredFlags(fullName, subject)?.has('no-writes') !== true;
  }

  #declaredFlags(command: string, subject: string): ReadonlySet<ScriptFlag> | undefined {
    if (command === 'fcall') return this.parts.libraries.find(subject)?.registration.flags;
    if (command === 'evalsha') return this.get(subject)?.flags;
    try {
      return parseShebang(subject).flags;
    } catch {
      return undefined; // EVAL will say what is wrong with it
    }
  }

  /** Runs a script to its end. @param readOnly EVAL_RO and its like */
  run(
    context: ScriptCaller,
    cached: CachedScript,
    keys: readonly string[],
    args: readonly string[],
    readOnly: boolean,
  ): Reply {
    const { script, flags } = cached;
    const host = this.#hostFor(context, flags, readOnly);
    const reply = this.#guarded(context, script.sha, () => this.#machine.run(script, host, keys, args));
    if (this.#cache.recount(cached)) this.count();
    return reply;
  }

  /** Calls a function of a library. @param readOnly FCALL_RO */
  callFunction(
    context: ScriptCaller,
    called: LibraryFunction,
    keys: readonly string[],
    args: readonly string[],
    readOnly: boolean,
  ): Reply {
    const { name, library, registration } = called;
    const host = this.#hostFor(context, registration.flags, readOnly);
    return this.#guarded(context, name, () => this.#machine.callFunction(library.loaded, name, host, keys, args));
  }

  /** Compiles a function library and runs its body. @throws ErrorReply when that fails or takes too long */
  loadLibrary(body: string): LoadedLibrary {
    this.#budget.begin(LOAD_LIMIT_MS);
    try {
      return this.#machine.loadLibrary(body);
    } catch (failure) {
      if (failure instanceof BudgetExceeded) throw error('Error registering functions: FUNCTION LOAD timeout');
      throw failure;
    } finally {
      this.#end();
    }
  }

  /** What a script of these flags may do now. @throws ErrorReply when it may not run at all */
  #hostFor(context: ScriptCaller, flags: ReadonlySet<ScriptFlag> | undefined, readOnly: boolean): ScriptHost {
    const { memory } = this.parts;
    const isFull = !memory.makeRoom();
    if (flags !== undefined) {
      if (readOnly && !flags.has('no-writes')) throw RO_NEEDS_NO_WRITES;
      if (this.parts.lacksReplicas && !flags.has('no-writes')) throw NOT_ENOUGH_REPLICAS;
      if (isFull && !flags.has('allow-oom') && !flags.has('no-writes')) throw OUT_OF_MEMORY;
    }
    return new CommandHost(this.parts, context, {
      readOnly: readOnly || flags?.has('no-writes') === true,
      outOfMemory: isFull && flags?.has('allow-oom') !== true,
    });
  }

  /** Runs with a deadline, and puts back what a script may have left changed in its caller's session. */
  #guarded(context: ScriptCaller, name: string, work: () => Reply): Reply {
    const { session, denyBlocking } = context;
    const { database } = session;
    this.#begin();
    context.denyBlocking = true;
    context.inScript = true;
    try {
      return work();
    } catch (failure) {
      const reply = stopped(failure, name);
      if (reply instanceof ErrorReply) return reply;
      throw reply;
    } finally {
      this.#end();
      session.database = database;
      context.denyBlocking = denyBlocking;
      context.inScript = false;
    }
  }

  get #machine(): ScriptMachine {
    return (this.#made ??= this.#makeMachine());
  }

  #makeMachine(): ScriptMachine {
    // Loaded here: Lua is a third of the engine, and most applications start without a script.
    const lua = require('../scripting/scripts') as typeof import('../scripting/scripts');
    return new lua.ScriptMachine({
      version: this.parts.version,
      checkBudget: () => {
        this.#budget.check();
      },
      reserve: (bytes) => this.#budget.reserve(bytes),
    });
  }
}

/** What the client is told of a script that used up what it may; anything else stays as it is. */
function stopped(failure: unknown, name: string): unknown {
  if (!(failure instanceof BudgetExceeded)) return failure;
  return error(`Script stopped: ${failure.message}. script: ${name}`);
}

interface ScriptRights {
  readonly readOnly: boolean;
  readonly outOfMemory: boolean;
}

/** Runs the commands of one script, as the client that started it. */
class CommandHost implements ScriptHost {
  readonly #now: number;
  readonly #time = new ScriptTime();
  #hasWritten = false;

  constructor(
    private readonly parts: ScriptParts,
    private readonly context: ScriptCaller,
    private readonly rights: ScriptRights,
  ) {
    this.#now = context.now;
  }

  call(name: string, args: readonly string[], resp: 2 | 3): Reply {
    const record = this.#resolve(name, args);
    if (record instanceof ErrorReply) return this.#counted(record);
    const refusal = this.#refusal(record) ?? this.#forbidden(record, args);
    if (refusal !== undefined) {
      record.stats.rejected += 1;
      return this.#counted(refusal);
    }
    if (record.write) this.#hasWritten = true;
    const { context } = this;
    if (!record.constant) this.#spend(record, args);
    const { session } = context;
    context.scriptResp = resp;
    // Time stands still while a script runs.
    context.resetClock(this.#now);
    const reply = this.parts.executor.call(session, record, args, name, this.#time);
    context.scriptResp = undefined;
    if (reply instanceof Block) return reply.otherwise;
    return reply instanceof NoReply ? null : reply;
  }

  /** What a command may cost whose time depends on what there is: nobody can stop it once it has begun. */
  #spend(record: CommandRecord, args: readonly string[]): void {
    consume(SLOW_STEPS);
    const key = args[0];
    if (!record.readOnly || key === undefined) return;
    const value = this.context.session.database.dataset.keys.get(key)?.value;
    // A read may copy all of it.
    if (typeof value === 'object' && value.bytes > LONG) allocate(REPLY_FACTOR * value.bytes);
  }

  #counted(refusal: ErrorReply): ErrorReply {
    this.parts.counters.countError(refusal);
    return refusal;
  }

  #resolve(name: string, args: readonly string[]): CommandRecord | ErrorReply {
    const record = this.parts.commands.locate(name, args);
    if (typeof record === 'string') return record === 'bare container' ? WRONG_ARITY : UNKNOWN_COMMAND;
    if (takes(record, args.length)) return record;
    record.stats.rejected += 1;
    return WRONG_ARITY;
  }

  #refusal(record: CommandRecord): ErrorReply | undefined {
    if (record.noScript && !this.parts.switches.scriptsMayRunAll) return NOT_ALLOWED;
    if (this.rights.readOnly && (record.write || record.definition.flags.includes('may_replicate'))) return READ_ONLY;
    if (record.write && this.parts.lacksReplicas) return NOT_ENOUGH_REPLICAS;
    // Redis lets a script finish what it has begun to write.
    return this.rights.outOfMemory && !this.#hasWritten && record.denyOom ? OUT_OF_MEMORY : undefined;
  }

  /** What the caller's user may not do, its scripts may not do either. */
  #forbidden(record: CommandRecord, args: readonly string[]): ErrorReply | undefined {
    const { session } = this.context;
    if (session.user.unrestricted) return undefined;
    const refusal = this.parts.executor.refuse(session, record, args, 'lua');
    return refusal === undefined
      ? undefined
      : noPermissionInScript(this.parts.version, this.context.session.user.name, refusal);
  }

  mayCall(name: string, args: readonly string[]): boolean | undefined {
    const record = this.parts.commands.locate(name, args);
    if (typeof record === 'string') return undefined;
    return this.parts.acl.check(this.context.session.user, record, args) === undefined;
  }

  log(): void {
    // A library has no log file of its own.
  }
}
