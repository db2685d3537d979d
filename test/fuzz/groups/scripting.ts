import { createHash } from 'node:crypto';
import fc, { type Arbitrary } from 'fast-check';
import { command, key, option, options, some, value, type CommandGroup, type FuzzCommand } from '../command-group';

/** A word as a Lua string: every byte that is not plain text escaped. */
export function luaString(word: string): string {
  const escaped = word.replace(/[^ !#-[\]-~]/g, (byte) => `\\${String(byte.charCodeAt(0)).padStart(3, '0')}`);
  return `"${escaped}"`;
}

/** What a script may do with a reply in `r`; only where replies are compared as they are. */
const USES = [
  'out = r',
  'out = {out, r}',
  'out = type(r) == "table" and #r or r',
  'out = type(r) == "table" and (r.err or r.ok or r.map or r.set or r[1]) or r',
  'out = {tostring(r ~= nil), type(r)}',
  'out = type(r) == "table" and {pcall(cjson.encode, r)} or cjson.encode(r)',
  'out = type(r) == "string" and r .. #r or r',
  'out = {pcall(cmsgpack.pack, r)}',
];

/** What a script returns or raises besides replies: every conversion there is. */
const ENDS = [
  'return out',
  'return out',
  'return out',
  'return {out, KEYS[1], ARGV[1], #KEYS, #ARGV}',
  'return 3.99',
  'return -0.5',
  'return 1e300',
  'return true',
  'return {1, false, nil, 4}',
  'return {ok = out}',
  'return {ok = "fine"}',
  'return {err = "MY mistake"}',
  'return {err = "ERR two\\r\\nlines"}',
  'return {err = ""}',
  'return {double = 3.5}',
  'return {double = "x"}',
  'return {map = {a = 1}}',
  'return {set = {a = true}}',
  'return {big_number = "12345678901234567890"}',
  'return {verbatim_string = {format = "txt", string = "text"}}',
  'return redis.error_reply("MY mistake")',
  'return redis.error_reply("mistake")',
  'return redis.status_reply("fine")',
  'return {{{{out}}}}',
  // A table without a message crashes Redis 7.0.15.
  'error(type(out) == "table" and #out or out)',
  'error("broken")',
  'error({err = "MY broken"})',
  'error({err = "MY broken", source = "x", line = 5})',
  'return nothing',
  'nothing = 1',
  'return redis.sha1hex(tostring(ARGV[1]))',
  'return loadstring("return 1 +")',
  'return out +',
  'return redis.REPL_ALL',
  'return {redis.REDIS_VERSION, redis.REDIS_VERSION_NUM}',
];

const SETTINGS = [
  'redis.setresp(3)',
  'redis.setresp(2)',
  'redis.setresp(4)',
  'redis.replicate_commands()',
  'redis.set_repl(redis.REPL_ALL)',
  'redis.log(redis.LOG_DEBUG, "noted")',
  'redis.log("x")',
];

/** One command run by the script, and what is made of its reply. */
function step(commands: Arbitrary<FuzzCommand>): Arbitrary<string> {
  const call = fc.constantFrom('redis.call', 'redis.pcall', 'redis.pcall');
  const keyed = fc.constantFrom(
    'redis.call("GET", KEYS[1])',
    'redis.pcall("SET", KEYS[1], ARGV[1])',
    'redis.pcall("INCR", KEYS[1])',
    'redis.pcall("HSET", KEYS[1], "f", 3.7, "g", 1e15)',
    'redis.call("DEL", unpack(KEYS))',
    'redis.pcall("ECHO", ARGV[2])',
    'redis.pcall("SET", "a", true)',
    'redis.call("SET", "a", nil)',
    'redis.call()',
    'redis.pcall("EVAL", "return 1", 0)',
    'redis.pcall("SELECT", 1)',
    'redis.pcall("MULTI")',
    'redis.pcall("SUBSCRIBE", "c")',
    'pcall(redis.call, "GET", "b", 1)',
    'pcall(redis.call, "LPUSH", "a", "v")',
  );
  const generated = fc.tuple(commands, call, fc.constantFrom(...USES)).map(([{ words, compare }, name, use]) => {
    const line = `local r = ${name}(${words.map(luaString).join(', ')})`;
    // What is random, or in no order, may only be looked at from afar.
    return `${line} ${compare === 'exact' ? use : 'out = type(r)'}`;
  });
  return fc
    .oneof(
      { weight: 7, arbitrary: generated },
      {
        weight: 2,
        arbitrary: fc.tuple(keyed, fc.constantFrom(...USES)).map(([made, use]) => `local r = ${made} ${use}`),
      },
      { weight: 1, arbitrary: fc.constantFrom(...SETTINGS) },
    )
    .map((line) => `do ${line} end\n`);
}

/** The lines of a script or function that runs some of these commands. */
export function luaBody(commands: Arbitrary<FuzzCommand>): Arbitrary<string> {
  return fc
    .tuple(fc.array(step(commands), { maxLength: 4 }), fc.constantFrom(...ENDS))
    .map(([steps, end]) => `local out\n${steps.join('')}${end}`);
}

const SHEBANGS = [
  '',
  '',
  '',
  '',
  '#!lua\n',
  '#!lua flags=no-writes\n',
  '#!lua flags=allow-oom,allow-stale\n',
  '#!lua flags=allow-cross-slot-keys\n',
  '#!lua flags=no-writes,nope\n',
  '#!lua flags=\n',
  '#!lua name=x\n',
  '#!lua flags=no-writes flags=no-writes\n',
  '#!lua',
  '#!python\n',
  '#!\n',
];

/** Few enough that EVALSHA and SCRIPT EXISTS meet what was loaded before. */
const KNOWN = [
  'return 1',
  'return redis.call("GET", KEYS[1])',
  'return redis.call("INCR", KEYS[1])',
  'return {KEYS, ARGV}',
  '#!lua flags=no-writes\nreturn redis.call("SET", KEYS[1], ARGV[1])',
  '#!lua flags=no-writes\nreturn redis.pcall("DEL", KEYS[1])',
  'return redis.call("LRANGE", KEYS[1], 0, -1)',
  'return nothing',
];
const BROKEN = ['return (', '#!lua flags=nope\nreturn 1', '#!lua'];

const sha1 = (source: string): string => createHash('sha1').update(source, 'latin1').digest('hex');
const sha = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...KNOWN.map(sha1)) },
  { weight: 1, arbitrary: fc.constantFrom(...KNOWN.map((source) => sha1(source).toUpperCase())) },
  { weight: 1, arbitrary: fc.constantFrom('f'.repeat(40), 'f'.repeat(39), '', 'x', 'z'.repeat(40)) },
);

/** A count of keys, the keys, and arguments; now and then a count that does not fit. */
export const keysAndArguments: Arbitrary<readonly string[]> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .tuple(some(key, 0, 2), some(value, 0, 2))
      .map(([keys, args]) => [String(keys.length), ...keys, ...args]),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('-1', '3', 'x', '', '1.0', '9223372036854775808'), some(key, 0, 2))
      .map(([count, keys]) => [count, ...keys]),
  },
);

/** Scripts that run `commands`, the cache of scripts, and every way to call one. */
export function scriptingGroup(commands: Arbitrary<FuzzCommand>): CommandGroup {
  const body = luaBody(commands);
  const script = fc.tuple(fc.constantFrom(...SHEBANGS), body).map((parts) => parts.join(''));
  const known = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...KNOWN) },
    { weight: 1, arbitrary: fc.constantFrom(...BROKEN) },
  );
  return {
    name: 'scripting',
    commands: {
      eval: command(['EVAL', body, keysAndArguments]),
      'eval (flags)': command(['EVAL', script, keysAndArguments]),
      'eval (again)': command(['EVAL', known, keysAndArguments]),
      eval_ro: command(['EVAL_RO', script, keysAndArguments]),
      evalsha: command(['EVALSHA', sha, keysAndArguments]),
      evalsha_ro: command(['EVALSHA_RO', sha, keysAndArguments]),
      'script load': command(['SCRIPT', 'LOAD', known]),
      'script load (new)': command(['SCRIPT', 'LOAD', script]),
      'script exists': command(['SCRIPT', 'EXISTS', some(sha, 0, 3)]),
      'script flush': command(['SCRIPT', 'FLUSH', options('ASYNC', 'SYNC', 'NOPE', option('ASYNC', key))]),
      'script kill': command(['SCRIPT', 'KILL']),
      'script (wrong)': command([
        'SCRIPT',
        fc.constantFrom('NOPE', 'LOAD', 'FLUSH', 'KILL'),
        some(fc.constantFrom('NO', 'x', 'a'), 0, 2),
      ]),
    },
  };
}
