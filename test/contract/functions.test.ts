import { contract, type Step, useServers } from './harness';

useServers();

const library = (name: string, ...lines: string[]): string => [`#!lua name=${name}`, ...lines].join('\n');
const EMPTY: Step = ['FUNCTION', 'FLUSH'];
const load = (...lines: string[]): Step[] => [EMPTY, ['FUNCTION', 'LOAD', library('lib', ...lines)]];

contract('FUNCTION LOAD and FCALL', [
  EMPTY,
  ['SET', 'x', 'value'],
  [
    'FUNCTION',
    'LOAD',
    library(
      'mine',
      'local n = 0',
      'local function count() n = n + 1 return n end',
      'redis.register_function("echo", function(keys, args) return {keys, args} end)',
      'redis.register_function("count", count)',
      'redis.register_function{function_name = "read", callback = function(keys) return redis.call("get", keys[1]) end, flags = {"no-writes"}, description = "reads"}',
      'redis.register_function("fails", function() error("boom") end)',
      'redis.register_function("unknown", function() return redis.call("nope") end)',
      'redis.register_function("global", function() x = 1 end)',
      'redis.register_function("keys", function() return KEYS end)',
      'redis.register_function("api", function() local t = {} for k in pairs(redis) do t[#t + 1] = k end table.sort(t) return t end)',
      'redis.register_function("deep", function() local function f(i) if i == 0 then return 0 end return 1 + f(i - 1) end return f(12000) end)',
      'redis.register_function("write", function(keys, args) return redis.call("set", keys[1], args[1]) end)',
    ),
  ],
  ['FCALL', 'echo', 2, 'a', 'b', 'c', 'd'],
  ['FCALL', 'count', 0],
  ['FCALL', 'count', 0],
  ['FCALL', 'read', 1, 'x'],
  ['FCALL_RO', 'read', 1, 'x'],
  ['FCALL_RO', 'echo', 0],
  ['FCALL', 'fails', 0],
  ['FCALL', 'unknown', 0],
  ['FCALL', 'global', 0],
  ['FCALL', 'keys', 0],
  ['FCALL', 'api', 0],
  ['FCALL', 'deep', 0],
  ['FCALL', 'write', 1, 'y', 'z'],
  ['GET', 'y'],
  ['FCALL', 'nope', 0],
  ['FCALL', 'echo', 'x'],
  ['FCALL', 'echo', 2, 'a'],
  ['FCALL', 'echo', -1],
  { run: ['FUNCTION', 'STATS'] },
  ['MULTI'],
  ['FCALL', 'echo', 1, 'a', 'b'],
  ['EXEC'],
  ['EVAL', 'return redis.call("fcall", "echo", 0)', 0],
]);

contract('Function names in another case', [
  ...load('redis.register_function("Mixed", function() error("x") end)'),
  ['FCALL', 'mixed', 0],
  ['FCALL', 'MIXED', 0],
  ['FUNCTION', 'LOAD', library('other', 'redis.register_function("mixed", function() return 1 end)')],
  ['FUNCTION', 'DELETE', 'LIB'],
  ['FUNCTION', 'DELETE', 'lib'],
  ['FCALL', 'mixed', 0],
]);

contract('FUNCTION LIST, DELETE, FLUSH', [
  EMPTY,
  [
    'FUNCTION',
    'LOAD',
    library(
      'one',
      'redis.register_function{function_name = "a", callback = function() return 1 end, flags = {"allow-oom", "no-writes"}, description = "text"}',
    ),
  ],
  ['FUNCTION', 'LIST'],
  ['FUNCTION', 'LIST', 'WITHCODE'],
  ['FUNCTION', 'LIST', 'LIBRARYNAME', 'O*', 'withcode'],
  ['FUNCTION', 'LIST', 'LIBRARYNAME', 'x*'],
  ['FUNCTION', 'LIST', 'LIBRARYNAME'],
  ['FUNCTION', 'LIST', 'nope'],
  ['FUNCTION', 'LIST', 'WITHCODE', 'WITHCODE'],
  ['FUNCTION', 'LOAD', library('one', 'redis.register_function("b", function() end)')],
  ['FUNCTION', 'LOAD', 'REPLACE', library('one', 'redis.register_function("b", function() return 2 end)')],
  ['FCALL', 'a', 0],
  ['FCALL', 'b', 0],
  ['FUNCTION', 'LOAD', library('two', 'redis.register_function("b", function() end)')],
  ['FUNCTION', 'LOAD', 'REPLACE', library('two', 'redis.register_function("c", function() return 3 end)')],
  ['FCALL', 'c', 0],
  ['FUNCTION', 'LOAD', 'nope', library('two', '')],
  ['FUNCTION', 'DELETE', 'nope'],
  ['FUNCTION', 'DELETE', 'one'],
  ['FUNCTION', 'DELETE', 'one'],
  ['FUNCTION', 'DELETE'],
  ['FUNCTION', 'FLUSH', 'nope'],
  ['FUNCTION', 'FLUSH', 'ASYNC', 'x'],
  ['FUNCTION', 'FLUSH', 'ASYNC'],
  ['FUNCTION', 'LIST'],
  ['FUNCTION', 'KILL'],
  ['FUNCTION', 'NOPE'],
  ['FUNCTION'],
  ['FCALL'],
]);

contract('what a library may not do while it is loaded', [
  EMPTY,
  ...[
    'x',
    'x =',
    'return 1',
    'x = 1',
    'return x',
    'error("boom")',
    'redis.call("get", "x")',
    'local f = redis.sha1hex',
    'redis.x = 1',
    'redis.log(redis.LOG_NOTICE, "hello")',
    'redis.register_function()',
    'redis.register_function("h")',
    'redis.register_function("h", 5)',
    'redis.register_function("h", function() end, 3)',
    'redis.register_function({}, 1)',
    'redis.register_function("", function() end)',
    'redis.register_function("g g", function() end)',
    'redis.register_function("h", function() end) redis.register_function("h", function() end)',
    'redis.register_function{function_name = "h"}',
    'redis.register_function{callback = function() end}',
    'redis.register_function{function_name = "h", callback = 5}',
    'redis.register_function{function_name = {}, callback = function() end}',
    'redis.register_function{function_name = "h", callback = function() end, foo = 1}',
    'redis.register_function{function_name = "h", callback = function() end, flags = {"zz"}}',
    'redis.register_function{function_name = "h", callback = function() end, flags = 5}',
    'redis.register_function{[1] = "a"}',
    'redis.register_function("y1", function() end) local x = nil + 1',
  ].flatMap((line) => [['FUNCTION', 'LOAD', library('lib', line)] as Step]),
  ...load(
    'local function register(name) redis.register_function(name, function() return name end) end',
    'register("r1") register("r2")',
  ),
  ['FCALL', 'r2', 0],
  ...load(
    'local r = redis',
    'redis.register_function("late", function() return r.register_function("zz", function() end) end)',
  ),
  ['FCALL', 'late', 0],
]);

contract('the first line of a library', [
  ['FUNCTION', 'LOAD', 'x'],
  ['FUNCTION', 'LOAD', '#!lua\nreturn'],
  ['FUNCTION', 'LOAD', '#!lua name=a b\nreturn'],
  ['FUNCTION', 'LOAD', '#!lua name=a name=b\nreturn'],
  ['FUNCTION', 'LOAD', '#!js name=a\nreturn'],
  ['FUNCTION', 'LOAD', '#!lua name=a-b\nreturn'],
  ['FUNCTION', 'LOAD', '#!lua name=a'],
  ['FUNCTION', 'LOAD', '#! name=a\nreturn'],
  ['FUNCTION', 'LOAD', '#!LUA  NAME=a \nredis.register_function("f", function() end)'],
  // Quoted as on an inline command line.
  ...[
    'name="one"',
    `name='o ne'`,
    '"name=one"',
    'name=one "',
    'name="o\\x41"',
    'name=one ""',
    'name="a"b',
    '" ',
  ].flatMap((options): Step[] => [
    ['FUNCTION', 'LOAD', `#!lua ${options}\nx`],
    ['EVAL', `#!lua ${options}\nreturn 1`, 0],
    ['EVAL', `#!lua ${options.replace('name', 'flags')}\nreturn 1`, 0],
  ]),
]);

/** FUNCTION DUMP of a Redis 7.0.15 with the library `aaa`, and of an empty one. */
const DUMPED = '\xf5@D#!lua name=aaa\nredis.register_function("f", function() return 1 end)\n\x00\xb3[3%\x0e:\xf5\x8c';
const DUMPED_EMPTY = '\n\x00]\x9b\\@\x0f\x7f\xa2\xda';

contract(
  'FUNCTION DUMP and RESTORE',
  [
    EMPTY,
    ['FUNCTION', 'DUMP'],
    ['FUNCTION', 'RESTORE', DUMPED],
    ['FCALL', 'f', 0],
    ['FUNCTION', 'DUMP'],
    ['FUNCTION', 'RESTORE', DUMPED],
    ['FUNCTION', 'RESTORE', DUMPED, 'append'],
    ['FUNCTION', 'RESTORE', DUMPED, 'REPLACE'],
    ['FUNCTION', 'RESTORE', DUMPED_EMPTY, 'REPLACE'],
    ['FCALL', 'f', 0],
    ['FUNCTION', 'RESTORE', DUMPED_EMPTY, 'flush'],
    ['FCALL', 'f', 0],
    ['FUNCTION', 'LOAD', library('bbb', 'redis.register_function("f", function() return 2 end)')],
    ['FUNCTION', 'RESTORE', DUMPED],
    ['FUNCTION', 'RESTORE', DUMPED, 'REPLACE'],
    ['FCALL', 'f', 0],
    ['FUNCTION', 'RESTORE', DUMPED, 'FLUSH'],
    ['FCALL', 'f', 0],
    ['FUNCTION', 'RESTORE', 'x'],
    ['FUNCTION', 'RESTORE', DUMPED.replace('aaa', 'aab')],
    ['FUNCTION', 'RESTORE', DUMPED, 'nope'],
    ['FUNCTION', 'RESTORE', 'x', 'nope'],
    ['FUNCTION', 'RESTORE', DUMPED, 'FLUSH', 'x'],
    ['FUNCTION', 'RESTORE'],
  ],
  { wireOnly: 'payloads are bytes' },
);

contract('names of libraries and functions', [
  ['FUNCTION', 'LOAD', '#!lua name="quoted"\nredis.register_function("Foo", function() return 1 end)'],
  ['FCALL', 'FOO', 0],
  ['FCALL', 'foo', 0],
  ['FUNCTION', 'LOAD', '#!lua name=other\nredis.register_function("fOO", function() return 1 end)'],
  ['FUNCTION', 'LOAD', '#!lua name="open\nredis.register_function("a", function() return 1 end)'],
  ['FUNCTION', 'flush', 'ASYNC', 'x'],
  ['FUNCTION', 'restore', 'a', 'FLUSH', 'x'],
  ['FUNCTION', 'FLUSH'],
]);
