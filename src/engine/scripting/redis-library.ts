import { ErrorReply } from '../protocol/reply';
import { FULL_VERSION, type RedisVersion } from '../redis-version';
import { asText, COUNTED, replyToLua, toArgument } from './conversions';
import { errorText } from './error-text';
import { raise } from './lua/errors';
import { libraryTable } from './lua/library/context';
import { consume } from './lua/meter';
import type { LuaRuntime } from './lua/runtime';
import { type LuaTable } from './lua/table';
import { read, stored } from './lua/texts';
import { type LuaFunction, type LuaValue, NOTHING } from './lua/values';
import type { ReplayLog } from './script-host';
import { sha1 } from './sha1';

const LOG_LEVELS = { LOG_DEBUG: 0, LOG_VERBOSE: 1, LOG_NOTICE: 2, LOG_WARNING: 3 };
const REPLICATION = { REPL_NONE: 0, REPL_AOF: 1, REPL_SLAVE: 2, REPL_REPLICA: 2, REPL_ALL: 3 };

/** What the functions of the `redis` table work on: set for each run. */
export class RunningScript {
  host: ReplayLog | undefined;
  /** What `redis.setresp` set. */
  resp: 2 | 3 = 2;

  constructor(readonly version: RedisVersion) {}

  begin(host: ReplayLog): void {
    this.host = host;
    this.resp = 2;
  }

  end(): void {
    this.host = undefined;
  }
}

function errorTable(text: string, isCounted = false): LuaTable {
  const table = libraryTable({ err: text });
  if (isCounted) table.setKey(COUNTED, true);
  return table;
}

/** The `os` library, of which scripts have `clock` since 7.4: nothing before. */
export function osLibrary(running: RunningScript): Record<string, LuaTable> {
  if (running.version < '7.4') return {};
  return { os: libraryTable({ clock: () => running.host?.processorSeconds() ?? 0 }) };
}

/** What any command costs. */
const CALL_STEPS = 10;

/** What follows a command's name, as text; undefined when something among it is none. */
function argumentsOf(values: readonly LuaValue[], version: RedisVersion): string[] | undefined {
  const args: string[] = [];
  if (values.length > 16) consume(values.length >> 2);
  for (let i = 1; i < values.length; i++) {
    const text = toArgument(values[i], version);
    if (text === undefined) return undefined;
    args.push(stored(text));
  }
  return args;
}

function badArguments(values: readonly LuaValue[]): string {
  return values.length === 0
    ? 'ERR Please specify at least one argument for this redis lib call'
    : 'ERR Lua redis lib command arguments must be strings or integers';
}

/** Functions that need a running script: absent while a function library is being loaded. */
function commandFunctions(runtime: LuaRuntime, running: RunningScript): Record<string, LuaFunction> {
  const { state, context } = runtime;

  const fail = (text: string): never => raise(errorTable(text), state.at);

  const run = (values: readonly LuaValue[], raises: boolean): LuaValue => {
    const name = toArgument(values[0], running.version);
    const args = argumentsOf(values, running.version);
    if (name === undefined || args === undefined) {
      const text = badArguments(values);
      return raises ? fail(text) : errorTable(text);
    }
    const { host, resp } = running;
    if (host === undefined) return fail('ERR redis.call/pcall can only be called inside a script invocation');
    state.consume(CALL_STEPS);
    const reply = host.call(name, args, resp);
    if (!(reply instanceof ErrorReply)) return replyToLua(reply, resp);
    const table = errorTable(reply.text, true);
    return raises ? raise(table, state.at) : table;
  };

  const setresp: LuaFunction = (...args) => {
    if (args.length !== 1) return fail('ERR redis.setresp() requires one argument.');
    const version = runtime.context.args.number(args, 1);
    if (version !== 2 && version !== 3) return fail('ERR RESP version must be 2 or 3.');
    running.resp = version;
    return NOTHING;
  };

  const setRepl: LuaFunction = (...args) => {
    if (args.length !== 1)
      return fail(`ERR redis.set_repl() requires ${running.version < '8.0' ? 'two arguments' : 'one argument'}.`);
    const flags = context.args.number(args, 1);
    if ((flags & ~REPLICATION.REPL_ALL) !== 0) {
      return fail('ERR Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.');
    }
    return NOTHING;
  };

  const aclCheck: LuaFunction = (...values) => {
    const name = toArgument(values[0], running.version);
    const args = argumentsOf(values, running.version);
    if (name === undefined || args === undefined) return fail(badArguments(values));
    return running.host?.mayCall(name, args) ?? fail('ERR Invalid command passed to redis.acl_check_cmd()');
  };

  const call: LuaFunction = (...args) => run(args, true);
  const pcall: LuaFunction = (...args) => run(args, false);
  for (const each of [call, pcall, aclCheck]) context.plain.add(each);
  return {
    call,
    pcall,
    setresp,
    set_repl: setRepl,
    acl_check_cmd: aclCheck,
  };
}

/** Functions that work anywhere. */
function commonFunctions(runtime: LuaRuntime, running: RunningScript): Record<string, LuaFunction> {
  const { state, context } = runtime;
  const fail = (text: string): never => raise(errorTable(text), state.at);

  const log: LuaFunction = (...args) => {
    if (args.length < 2) return fail('ERR redis.log() requires two arguments or more.');
    const [level, ...parts] = args;
    if (typeof level !== 'number') return fail('ERR First argument must be a number (log level).');
    if (level < LOG_LEVELS.LOG_DEBUG || level > LOG_LEVELS.LOG_WARNING)
      return fail(`ERR Invalid ${running.version < '8.0' ? 'debug' : 'log'} level.`);
    const texts = parts.flatMap((part) => asText(part) ?? []);
    texts.forEach(read);
    running.host?.log(level, texts.join(' '));
    return NOTHING;
  };

  const sha1hex: LuaFunction = (...args) => {
    if (args.length !== 1) return fail('ERR wrong number of arguments');
    return sha1(asText(args[0]) ?? '');
  };

  const single = (name: string, args: readonly LuaValue[], convert: (text: string) => string): LuaTable => {
    const [text] = args;
    if (args.length !== 1 || typeof text !== 'string') return errorTable('ERR wrong number or type of arguments');
    read(text);
    return libraryTable({ [name]: convert(text) });
  };

  const errorReply: LuaFunction = (...args) => single('err', args, errorText);
  const statusReply: LuaFunction = (...args) => single('ok', args, (text) => text);
  for (const each of [sha1hex, errorReply, statusReply]) context.plain.add(each);
  return { log, sha1hex, error_reply: errorReply, status_reply: statusReply };
}

function versionFields(version: RedisVersion): Record<string, LuaValue> {
  const text = FULL_VERSION[version];
  const [major = 0, minor = 0, patch = 0] = text.split('.').map(Number);
  return { REDIS_VERSION: text, REDIS_VERSION_NUM: (major << 16) | (minor << 8) | patch };
}

/** The `redis` table of scripts. */
export function redisLibrary(runtime: LuaRuntime, running: RunningScript): LuaTable {
  const debugging = { breakpoint: () => false, debug: () => NOTHING, replicate_commands: () => true };
  return libraryTable({
    ...commonFunctions(runtime, running),
    ...commandFunctions(runtime, running),
    ...debugging,
    ...LOG_LEVELS,
    ...REPLICATION,
    ...versionFields(running.version),
  });
}

/** The `redis` table that functions see when they are called. */
export function functionLibrary(runtime: LuaRuntime, running: RunningScript): LuaTable {
  return libraryTable({
    ...commonFunctions(runtime, running),
    ...commandFunctions(runtime, running),
    ...LOG_LEVELS,
    ...REPLICATION,
    ...versionFields(running.version),
  });
}

/** The `redis` table that a library sees while it is loaded. */
export function loadingLibrary(runtime: LuaRuntime, running: RunningScript, register: LuaFunction): LuaTable {
  const { log } = commonFunctions(runtime, running);
  return runtime.protectedTable({ log, register_function: register, ...LOG_LEVELS, ...versionFields(running.version) });
}
