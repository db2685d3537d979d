import { contract, useServers } from './harness';

useServers();

contract('DEL, UNLINK, EXISTS, TOUCH, TYPE', [
  ['SET', 'a', 1], ['HSET', 'h', 'f', 1], ['EXISTS', 'a', 'a', 'h', 'z'], ['TOUCH', 'a', 'z', 'h'], ['TYPE', 'a'], ['TYPE', 'h'], ['TYPE', 'z'], ['DEL', 'a', 'z', 'a'], ['UNLINK', 'h', 'z'], ['DBSIZE'],
  ['DEL'], ['TYPE'],
]);

contract('EXPIRE and its conditions', [
  ['SET', 'k', 'v'], ['EXPIRE', 'k', 100], ['TTL', 'k'], ['EXPIRE', 'k', 200, 'NX'], ['EXPIRE', 'k', 200, 'XX'], ['EXPIRE', 'k', 100, 'GT'], ['EXPIRE', 'k', 300, 'GT'], ['EXPIRE', 'k', 400, 'LT'], ['EXPIRE', 'k', 50, 'LT'],
  ['TTL', 'k'], ['PERSIST', 'k'], ['PERSIST', 'k'], ['PERSIST', 'z'], ['EXPIRE', 'k', 100, 'XX'], ['EXPIRE', 'k', 100, 'GT'], ['EXPIRE', 'k', 100, 'LT'], ['EXPIRE', 'k', 100, 'NX', 'XX'], ['EXPIRE', 'k', 100, 'NX', 'GT'],
  ['EXPIRE', 'k', 100, 'GT', 'LT'], ['EXPIRE', 'k', 10, 'XX', 'GT'], ['EXPIRE', 'k', 100, 'bad'], ['EXPIRE', 'k', 'x'], ['EXPIRE', 'k', 'x', 'bad'], ['EXPIRE', 'z', 100], ['EXPIRE', 'z', 'x'], ['EXPIRE', 'k', '9223372036854775807'],
  ['PEXPIRE', 'k', '9223372036854775807'], ['EXPIRE', 'k', '-9223372036854775808'], ['EXPIREAT', 'k', '9223372036854775807'], ['PEXPIRE', 'k', 5000], ['TTL', 'k'], ['EXPIREAT', 'k', 33177117420], ['EXPIRETIME', 'k'], ['PEXPIRETIME', 'k'],
  ['PEXPIREAT', 'k', 33177117420999], ['EXPIRETIME', 'k'], ['PEXPIRETIME', 'k'], ['EXPIRE', 'k', -1], ['EXISTS', 'k'], ['SET', 'k', 'v'], ['EXPIRE', 'k', 0], ['EXISTS', 'k'], ['TTL', 'k'], ['PTTL', 'k'], ['EXPIRETIME', 'k'],
  ['SET', 'k', 'v'], ['TTL', 'k'], ['PTTL', 'k'], ['PEXPIRETIME', 'k'], ['PEXPIREAT', 'k', 1], ['EXISTS', 'k'], ['EXPIRE', 'k'],
]);

contract('RENAME keeps value and deadline', [
  ['SET', 'a', 1, 'EX', 100], ['RENAME', 'a', 'b'], ['GET', 'b'], ['TTL', 'b'], ['EXISTS', 'a'], ['RENAME', 'none', 'x'], ['SET', 'c', 2], ['RENAME', 'b', 'c'], ['GET', 'c'], ['TTL', 'c'], ['RENAME', 'c', 'c'], ['RENAMENX', 'c', 'c'],
  ['SET', 'd', 3], ['RENAMENX', 'c', 'd'], ['RENAMENX', 'c', 'e'], ['RENAMENX', 'none', 'e'], ['GET', 'e'], ['RENAME', 'none', 'none'], ['HSET', 'h', 'f', 1], ['RENAME', 'h', 'd'], ['HGETALL', 'd'], ['TTL', 'd'],
]);

contract('COPY', [
  ['SET', 'a', 1, 'EX', 100], ['COPY', 'a', 'b'], ['TTL', 'b'], ['COPY', 'a', 'b'], ['COPY', 'a', 'b', 'REPLACE'], ['COPY', 'none', 'b'], ['COPY', 'a', 'a'], ['COPY', 'a', 'a', 'DB', 1], ['COPY', 'a', 'x', 'DB', 99], ['COPY', 'a', 'x', 'DB', 'x'],
  ['COPY', 'a', 'x', 'DB'], ['COPY', 'a', 'x', 'BAD'], ['COPY', 'a', 'x', 'DB', 1, 'REPLACE'], ['SELECT', 1], { run: ['KEYS', '*'], compare: 'sorted' }, ['TTL', 'x'], ['SELECT', 0], ['HSET', 'h', 'f', 1], ['COPY', 'h', 'h2'], ['HSET', 'h2', 'f', 2], ['HGET', 'h', 'f'],
  ['COPY', 'none', 'none'], ['COPY', 'a', 'b', 'DB', -1],
], { wireOnly: 'SELECT through callBuffer leaves ioredis unaware of the database' });

contract('MOVE and SELECT', [
  ['SET', 'a', 1, 'EX', 100], ['MOVE', 'a', 1], ['EXISTS', 'a'], ['SELECT', 1], ['GET', 'a'], ['TTL', 'a'], ['SELECT', 0], ['MOVE', 'none', 1], ['MOVE', 'a', 0], ['MOVE', 'a', 99], ['MOVE', 'a', 'x'], ['MOVE', 'a', -1], ['SET', 'a', 2], ['MOVE', 'a', 1],
  ['SELECT', 16], ['SELECT', 'x'], ['SELECT', -1], ['SELECT', '1.5'], ['SELECT'], ['SELECT', 15], ['DBSIZE'],
], { wireOnly: 'SELECT through callBuffer leaves ioredis unaware of the database' });

contract('SWAPDB, FLUSHDB, FLUSHALL', [
  ['SET', 'a', 0], ['SELECT', 1], ['SET', 'a', 1], ['SWAPDB', 0, 1], ['GET', 'a'], ['SELECT', 0], ['GET', 'a'], ['SWAPDB', 0, 0], ['GET', 'a'], ['SWAPDB', 'x', 1], ['SWAPDB', 0, 'x'], ['SWAPDB', 0, 99], ['SWAPDB', 99, 0], ['SWAPDB', -1, 0],
  ['FLUSHDB', 'BAD'], ['FLUSHDB', 'ASYNC'], ['DBSIZE'], ['SELECT', 1], ['DBSIZE'], ['FLUSHALL', 'SYNC'], ['DBSIZE'], ['FLUSHALL', 'SYNC', 'x'], ['FLUSHALL', 'x'],
], { wireOnly: 'SELECT through callBuffer leaves ioredis unaware of the database' });

const GLOBS = ['*', 'h?llo', 'h*llo', 'h[ae]llo', 'h[^e]llo', 'h[a-b]llo', '[', 'h[', 'h[a', 'h\\*llo', '\\', 'hello\\', '*\\', 'h[b-a]llo', '[^', '**', '*?', '', 'h[\\]]llo', 'h[a-]llo', '[]]', '[^]'];
contract('KEYS matches as Redis does', [
  ['MSET', 'hello', 1, 'hallo', 1, 'hxllo', 1, 'h*llo', 1, 'hllo', 1, 'h[', 1, 'h[a', 1, '\\', 1, 'h-llo', 1, 'h]llo', 1],
  ...GLOBS.map((glob) => ({ run: ['KEYS', glob], compare: 'sorted' as const })),
]);

contract('SCAN', [
  ['MSET', 'a', 1, 'b', 2, 'ab', 3], ['HSET', 'h', 'f', 1],
  { run: ['SCAN', 0, 'COUNT', 100], compare: 'sorted' }, { run: ['SCAN', 0, 'COUNT', 100, 'MATCH', 'a*'], compare: 'sorted' }, { run: ['SCAN', 0, 'COUNT', 100, 'TYPE', 'hash'], compare: 'sorted' },
  { run: ['SCAN', 0, 'TYPE', 'nope', 'COUNT', 100], compare: 'sorted' }, ['SCAN', 'x'], ['SCAN', 0, 'COUNT', 0], ['SCAN', 0, 'COUNT', 'x'], ['SCAN', 0, 'MATCH'], ['SCAN', 0, 'BAD', 1], ['SCAN'], ['SCAN', '-1x'], { run: ['SCAN', ''], compare: 'sorted' },
]);

contract('RANDOMKEY', [['RANDOMKEY'], ['SET', 'only', 1], ['RANDOMKEY']]);

contract('unknown commands and wrong arity', [
  ['NOPE'], ['NOPE', 'a', 'b c'], ['nope', 'x'.repeat(200), 'y'], ['x'.repeat(200), 'a'], ['GET'], ['GET', 'a', 'b'], ['set', 'a'], ['NO\r\nPE', 'a\r\nb'], ['', 'a'], ['GE\0T', 'a\0b', 'c'],
], { wireOnly: 'ioredis lower-cases nothing and sends names as given; the wire shows it all' });
