import fc, { type Arbitrary } from 'fast-check';
import { command, options, option, some, type CommandGroup, type FuzzCommand } from '../command-group';
import { keysAndArguments, luaBody } from './scripting';

const libraryName = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('one', 'two', 'Three_3') },
  { weight: 1, arbitrary: fc.constantFrom('', 'a b', 'a-b', 'x'.repeat(70), 'caf\xc3\xa9') },
);
const functionName = fc.oneof(
  { weight: 10, arbitrary: fc.constantFrom('f', 'g', 'h', 'Cap') },
  { weight: 1, arbitrary: fc.constantFrom('', 'a b', 'a-b', 'none') },
);
/** Calls may write a name in any case. */
const calledName = fc.oneof(
  { weight: 4, arbitrary: functionName },
  { weight: 1, arbitrary: fc.constantFrom('F', 'G', 'cap', 'CAP') },
);
const flags = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('{}', '{"no-writes"}', '{"no-writes", "allow-stale"}', '{"allow-oom"}') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '{"nope"}',
      '{5}',
      '"no-writes"',
      'nil',
      '{"no-writes", "no-writes"}',
      '{no = "no-writes"}',
      '{"no-cluster", "allow-cross-slot-keys"}',
    ),
  },
);

/** A call of `register_function` in one of its forms, right or wrong. */
function registration(body: Arbitrary<string>): Arbitrary<string> {
  const callback = fc.oneof(
    { weight: 6, arbitrary: body.map((lines) => `function(KEYS, ARGV)\n${lines}\nend`) },
    { weight: 3, arbitrary: fc.constant('function(keys, args) return {#keys, keys[1], args} end') },
    { weight: 2, arbitrary: fc.constant('function() count = (count or 0) + 1 return count end') },
    {
      weight: 1,
      arbitrary: fc.constantFrom('nil', '5', '"f"', 'redis.call', 'function() return redis.register_function end'),
    },
  );
  return fc.oneof(
    {
      weight: 5,
      arbitrary: fc
        .tuple(functionName, callback)
        .map(([name, made]) => `redis.register_function('${name}', ${made})\n`),
    },
    {
      weight: 5,
      arbitrary: fc
        .tuple(
          functionName,
          callback,
          flags,
          fc.constantFrom('', ', description = "what it does"', ', description = 5', ', other = 1'),
        )
        .map(
          ([name, made, list, more]) =>
            `redis.register_function{function_name = '${name}', callback = ${made}, flags = ${list}${more}}\n`,
        ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        'redis.register_function()\n',
        'redis.register_function("f")\n',
        'redis.register_function("f", function() end, 1)\n',
        'redis.register_function{}\n',
        'redis.register_function{function_name = "f"}\n',
        'redis.register_function{callback = function() end}\n',
        'redis.register_function(5, function() end)\n',
        'local x = redis.call("GET", "a")\n',
        'error("not today")\n',
        'count = 1\n',
        'return 1\n',
        'local x = (\n',
        'local x = redis.nope.x\n',
      ),
    },
  );
}

const head = fc.oneof(
  { weight: 12, arbitrary: libraryName.map((name) => `#!lua name=${name}\n`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '#!lua\n',
      '#!lua name=one',
      '#!python name=one\n',
      '#!lua name=one name=two\n',
      '#!lua name=one flags=no-writes\n',
      '#!lua name\n',
      '#! name=one\n',
    ),
  },
);

/** What FUNCTION DUMP of the real server gives for no library, and for one each; then damaged ones. */
const PAYLOADS = [
  '\n\x00]\x9b\\@\x0f\x7f\xa2\xda',
  "\xf5\xc3@Z@a\x1f#!lua name=one\nredis.register_fu\x0bnction('f', \xe0\x00\x0d\x0bkeys) return \x06@2\x08call('GET '@\x1e\x08[1]) end)\n\x00\xd9\xb2a1\x05N\xbf_",
  "\xf5@E#!lua name=four\nredis.register_function('f', function() return 4 end)\n\x00\x88OA\x88\x03YK\x96",
  "\xf5@E#!lua name=five\nredis.register_function('f', function() return 4 end)\n\x00\x88OA\x88\x03YK\x96",
  '\xf5@E#!lua name=four',
  '',
];

/** Libraries whose functions run `commands`. */
export function functionGroup(commands: Arbitrary<FuzzCommand>): CommandGroup {
  const code = fc
    .tuple(head, fc.array(registration(luaBody(commands)), { minLength: 0, maxLength: 3 }))
    .map(([first, rest]) => first + rest.join(''));
  const simple = fc
    .tuple(fc.constantFrom('one', 'two'), fc.constantFrom('f', 'g', 'h'))
    .map(
      ([name, each]) =>
        `#!lua name=${name}\nredis.register_function('${each}', function(keys, args) return redis.pcall(args[1] or 'GET', keys[1]) end)`,
    );
  return {
    name: 'function',
    commands: {
      'function load': command(['FUNCTION', 'LOAD', options('REPLACE', 'REPLACE', 'NOPE'), code]),
      'function load (replace)': command(['FUNCTION', 'LOAD', 'REPLACE', code]),
      'function load (simple)': command(['FUNCTION', 'LOAD', 'REPLACE', simple]),
      fcall: command(['FCALL', calledName, keysAndArguments]),
      fcall_ro: command(['FCALL_RO', calledName, keysAndArguments]),
      'function list': command(
        [
          'FUNCTION',
          'LIST',
          options('WITHCODE', option('LIBRARYNAME', fc.constantFrom('one', 'o*', '*', '', 'T?ree*')), 'NOPE'),
        ],
        'sorted',
      ),
      'function delete': command(['FUNCTION', 'DELETE', libraryName]),
      'function flush': command(['FUNCTION', 'FLUSH', options('ASYNC', 'SYNC', 'NOPE')]),
      'function stats': command(['FUNCTION', 'STATS']),
      'function kill': command(['FUNCTION', 'KILL']),
      // Several libraries come in no order.
      'function dump': command(['FUNCTION', 'DUMP'], 'shape'),
      'function restore': command([
        'FUNCTION',
        'RESTORE',
        fc.constantFrom(...PAYLOADS),
        options('FLUSH', 'APPEND', 'REPLACE', 'NOPE'),
      ]),
      'function (wrong)': command([
        'FUNCTION',
        fc.constantFrom('NOPE', 'LOAD', 'DELETE', 'RESTORE', 'STATS'),
        some(fc.constantFrom('x', 'REPLACE'), 0, 2),
      ]),
    },
  };
}
