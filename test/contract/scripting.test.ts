import { contract, type Step, useServers } from './harness';

useServers();

const SHA = '4ca238f611c9d0ae4e9a75a5dbac22aedc379801';
const shebang = (line: string, body: string): string => `${line}\n${body}`;

contract('EVAL, EVALSHA, SCRIPT', [
  ['SCRIPT', 'FLUSH'],
  ['EVAL', 'return 1'],
  ['EVAL', 'return 1', 'x'],
  ['EVAL', 'return 1', 2, 'a'],
  ['EVAL', 'return 1', -1],
  ['EVAL', 'x ==', 0],
  ['EVALSHA', 'zz', 0],
  ['EVALSHA', 'zz', 'x'],
  ['EVALSHA', SHA, 'x'],
  ['EVALSHA', SHA, 0],
  ['SCRIPT', 'EXISTS', SHA, 'x'],
  ['SCRIPT', 'LOAD', 'return 5'],
  ['EVALSHA', SHA, 0],
  ['EVALSHA', SHA.toUpperCase(), 0],
  ['EVALSHA_RO', SHA, 0],
  ['SCRIPT', 'EXISTS', SHA, 'x'],
  ['SCRIPT', 'EXISTS'],
  ['SCRIPT', 'LOAD', 'x ='],
  ['SCRIPT', 'FLUSH', 'nope'],
  ['SCRIPT', 'FLUSH', 'SYNC', 'x'],
  ['SCRIPT', 'FLUSH', 'async'],
  ['EVALSHA', SHA, 0],
  ['SCRIPT', 'KILL'],
  ['SCRIPT', 'NOPE'],
  ['SCRIPT'],
  ['SCRIPT', 'DEBUG', 'no'],
  ['SCRIPT', 'DEBUG', 'x'],
  ['EVAL', 'return {KEYS, ARGV, #KEYS, #ARGV}', 2, 'a', 'b', 'c'],
]);

contract('what scripts may call', [
  ['EVAL', "redis.call('set', KEYS[1], ARGV[1]) return redis.call('get', KEYS[1])", 1, 'k', 'v'],
  ['EVAL', "return redis.call('client', 'nope')", 0],
  ['EVAL', "return redis.call('config', 'get', 'maxmemory')", 0],
  ['EVAL', "return redis.call('object')", 0],
  ['EVAL', "return redis.call('config')", 0],
  ['EVAL', "return redis.call('eval', 'return 1', '0')", 0],
  ['EVAL', "return redis.call('multi')", 0],
  ['EVAL', "return redis.call('subscribe', 'x')", 0],
  ['EVAL', "return redis.call('PING')", 0],
  ['EVAL', "return redis.call('publish', 'x', 'y')", 0],
  ['EVAL', "redis.call('select', 1) return redis.call('set', 'there', '1')", 0],
  ['EXISTS', 'there'],
  ['EVAL', "redis.call('hset', 'h', 'f', '1') local ok, e = pcall(redis.call, 'get', 'h') return e", 0],
  ['EVAL', "redis.call('set', 'a', '1') redis.call('nope')", 0],
  ['GET', 'a'],
]);

contract('scripts that only read', [
  ['EVAL_RO', "return redis.call('set', 'x', '1')", 0],
  ['EVAL_RO', "return redis.pcall('set', 'x', '1')", 0],
  ['EVAL_RO', "return redis.call('publish', 'x', 'y')", 0],
  ['EVAL_RO', "return redis.call('get', 'x')", 0],
  ['EVAL', shebang('#!lua flags=no-writes', "return redis.call('set', 'x', '1')"), 0],
  ['EVAL_RO', shebang('#!lua', 'return 1'), 0],
  ['EVAL_RO', shebang('#!lua flags=no-writes', 'return 1'), 0],
]);

contract('the first line of a script', [
  ['EVAL', shebang('#!lua', 'return KEYS[1]'), 1, 'a'],
  ['EVAL', shebang('#!lua', "error('x')"), 0],
  ['EVAL', shebang('#!lua flags=nope', 'return 1'), 0],
  ['EVAL', shebang('#!lua flags=no-writes,allow-oom,allow-stale,no-cluster,allow-cross-slot-keys', 'return 1'), 0],
  ['EVAL', shebang('#!js', 'return 1'), 0],
  ['EVAL', shebang('#!lua name=x', 'return 1'), 0],
  ['EVAL', '#!lua', 0],
  ['EVAL', '#!', 0],
  ['SCRIPT', 'LOAD', shebang('#!js', 'return 1')],
]);

contract('scripts and memory', [
  ['SET', 'x', 'something'],
  ['CONFIG', 'SET', 'maxmemory', 1],
  ['EVAL', "return redis.call('set', 'x', '1')", 0],
  ['EVAL', shebang('#!lua flags=allow-oom', "return redis.call('set', 'x', '1')"), 0],
  ['EVAL', shebang('#!lua', 'return 1'), 0],
  ['EVAL', shebang('#!lua flags=no-writes', 'return 1'), 0],
  ['EVAL', "return redis.call('get', 'x')", 0],
  // Once it has begun to write, it may go on; a command that was refused is no beginning.
  ['EVAL', "redis.call('del', 'x') return redis.call('set', 'y', '1')", 0],
  ['EVAL', "redis.call('pexpire', 'nothing', 10) return redis.call('hset', 'h', 'f', '1')", 0],
  ['EVAL', "redis.pcall('ltrim', 'y', 0, 1) return redis.call('hset', 'h', 'g', '1')", 0],
  ['EVAL', "redis.pcall('del') return redis.call('hset', 'h', 'i', '1')", 0],
  ['EVAL', "redis.pcall('set', 'y', '2') return redis.call('hset', 'h', 'i', '1')", 0],
  ['EVAL', "redis.call('get', 'y') return redis.call('hset', 'h', 'i', '1')", 0],
  ['CONFIG', 'SET', 'maxmemory', 0],
  ['HKEYS', 'h'],
]);

contract('scripts in transactions', [
  ['MULTI'],
  ['EVAL', "return redis.call('incr', KEYS[1])", 1, 'n'],
  ['EVAL', 'return redis.error_reply("MINE")', 0],
  ['EVALSHA', 'nope', 0],
  ['EXEC'],
]);

const ERROR_TEXTS = [
  'a',
  '-a',
  '-',
  '',
  '-a b',
  '- b',
  'a ',
  ' a',
  '\\n',
  '\\na',
  'a\\n b',
  'a \\n b\\n',
  'a b\\0c',
  '--a b',
];

contract(
  'the text of an error, with line breaks and codes',
  ERROR_TEXTS.flatMap((text): Step[] => [
    ['EVAL', `return redis.error_reply("${text}")`, 0],
    ['EVAL', `return redis.error_reply("${text}").err`, 0],
    ['EVAL', `return {err="${text}"}`, 0],
    ['EVAL', `error({err="${text}"})`, 0],
    ['EVAL', `error("${text}")`, 0],
    ['EVAL', `return redis.status_reply("${text}")`, 0],
  ]),
);

contract(
  'flags of a shebang: none are none, an empty one is unknown',
  [
    'flags=',
    'flags=,',
    'flags=no-writes,',
    'flags=,no-writes',
    'flags=no-writes,,allow-oom',
    'flags=no-writes flags=',
    'flags',
  ].map((option): Step => ['EVAL', `#!lua ${option}\nreturn 1`, 0]),
);

contract('SLOWLOG shows what scripts call, before the script', [
  ['CONFIG', 'SET', 'slowlog-log-slower-than', 0],
  ['SLOWLOG', 'RESET'],
  ['EVAL', "redis.call('SET', KEYS[1], '1') return redis.call('GET', KEYS[1])", 1, 'a'],
  ['MULTI'],
  ['SET', 'a', '2'],
  ['EVAL', "return redis.call('INCR', KEYS[1])", 1, 'a'],
  ['EXEC'],
  ['CONFIG', 'SET', 'slowlog-log-slower-than', -1],
  ['SLOWLOG', 'LEN'],
  // Times and addresses are of each server's own.
  { run: ['SLOWLOG', 'GET', 20], compare: 'shape' },
]);

contract('os.clock', [
  ...[
    'return type(os.clock())',
    'return os.clock(1, 2) >= 0',
    'local begin = os.clock() for i = 1, 1000 do end return os.clock() >= begin',
    'local names = {} for name in pairs(os) do names[#names + 1] = name end return names',
    'return os.time',
    'os.x = 1',
    'os = 1',
    'return getmetatable(os)',
    'local first = os.clock() return pcall(function() return coroutine.wrap(function() return type(first) end)() end)',
  ].map((script): Step => ['EVAL', script, 0]),
  [
    'FUNCTION',
    'LOAD',
    'REPLACE',
    '#!lua name=timing\nredis.register_function("timing", function() return type(os.clock()) end)',
  ],
  ['FCALL', 'timing', 0],
  ['FUNCTION', 'LOAD', 'REPLACE', '#!lua name=timing\nlocal now = os.clock()'],
  ['FUNCTION', 'FLUSH'],
]);
