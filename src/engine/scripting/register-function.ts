import { asText } from './conversions';
import { libraryTable } from './lua/library/context';
import { raise } from './lua/errors';
import type { LuaRuntime } from './lua/runtime';
import { LuaTable } from './lua/table';
import { type LuaFunction, type LuaValue, NOTHING } from './lua/values';
import { isScriptFlag, isValidName, NAME_RULE, type ScriptFlag } from './shebang';

/** A function as its library registered it. */
export interface Registration {
  readonly callback: LuaFunction;
  readonly flags: ReadonlySet<ScriptFlag>;
  /** Empty = null in FUNCTION LIST. */
  readonly description: string | undefined;
}

/** `redis.register_function`. @param registrations where it registers; nothing when no library is being loaded */
export function registerFunction(
  runtime: LuaRuntime,
  registrations: () => Map<string, Registration> | undefined,
): LuaFunction {
  const fail = (text: string): never => raise(libraryTable({ err: `ERR ${text}` }), runtime.state.at);

  const add = (name: string, registration: Registration): void => {
    const all = registrations();
    if (all === undefined) return fail('redis.register_function can only be called on FUNCTION LOAD command');
    if (!isValidName(name)) return fail(NAME_RULE);
    if (all.has(name)) return fail('Function already exists in the library');
    all.set(name, registration);
  };

  const readFlags = (value: LuaValue): ReadonlySet<ScriptFlag> => {
    if (!(value instanceof LuaTable)) {
      return fail('flags argument to redis.register_function must be a table representing function flags');
    }
    const flags = new Set<ScriptFlag>();
    for (let i = 1; value.getNumber(i) !== undefined; i++) {
      const flag = value.getNumber(i);
      if (typeof flag !== 'string' || !isScriptFlag(flag)) return fail('unknown flag given');
      flags.add(flag);
    }
    return flags;
  };

  const named = (table: LuaTable): void => {
    let name: string | undefined;
    let callback: LuaFunction | undefined;
    let flags: ReadonlySet<ScriptFlag> = new Set();
    let description: string | undefined;
    for (let key = table.nextKey(undefined); key !== undefined; key = table.nextKey(key)) {
      const value = table.get(key);
      switch (typeof key === 'string' ? key.toLowerCase() : '') {
        case 'function_name':
          name = asText(value) ?? fail('function_name argument given to redis.register_function must be a string');
          break;
        case 'description':
          description = asText(value) ?? fail('description argument given to redis.register_function must be a string');
          break;
        case 'callback':
          if (typeof value !== 'function')
            return fail('callback argument given to redis.register_function must be a function');
          callback = value;
          break;
        case 'flags':
          flags = readFlags(value);
          break;
        default:
          return fail('unknown argument given to redis.register_function');
      }
    }
    if (name === undefined) return fail('redis.register_function must get a function name argument');
    if (callback === undefined) return fail('redis.register_function must get a callback argument');
    add(name, { callback, flags, description });
  };

  return (...args) => {
    const [first, callback] = args;
    if (args.length < 1 || args.length > 2) return fail('wrong number of arguments to redis.register_function');
    if (args.length === 1) {
      if (!(first instanceof LuaTable)) {
        return fail(
          'calling redis.register_function with a single argument is only applicable to Lua table (representing named arguments).',
        );
      }
      named(first);
      return NOTHING;
    }
    const name = asText(first) ?? fail('first argument to redis.register_function must be a string');
    if (typeof callback !== 'function') return fail('second argument to redis.register_function must be a function');
    add(name, { callback, flags: new Set(), description: undefined });
    return NOTHING;
  };
}
