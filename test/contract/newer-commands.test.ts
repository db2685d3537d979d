import { contract, useServers } from './harness';

useServers();

/**
 * What came after 7.0. A server of that version refuses it, and so has an engine of that version to; with 8.0 the same
 * lines show what it does.
 */
contract('ranks with scores', [
  ['ZADD', 'z', 1, 'a', 2.5, 'b', '1e21', 'c', '1e-7', 'd', '4611686018427387904', 'e', '0.00001234', 'f'],
  ['ZRANK', 'z', 'b', 'WITHSCORE'],
  ['ZRANK', 'z', 'none', 'WITHSCORE'],
  ['ZRANK', 'none', 'b', 'WITHSCORE'],
  ['ZRANK', 'z', 'b', 'WITHSCORES'],
  ['ZRANK', 'z', 'b', 'x', 'y'],
  ['ZREVRANK', 'z', 'b', 'withscore'],
  ['ZREVRANK', 'z', 'b', 'x'],
  ['ZRANGE', 'z', 0, -1, 'WITHSCORES'],
]);

contract(
  'what a client says of itself',
  [
    ['CLIENT', 'SETINFO', 'lib-name', 'x'],
    ['CLIENT', 'SETINFO', 'LIB-VER', '1.2'],
    ['CLIENT', 'SETINFO', 'other', '1'],
    ['CLIENT', 'SETINFO', 'lib-name', 'a b'],
    ['CLIENT', 'SETINFO', 'lib-ver', ''],
    ['CLIENT', 'SETINFO', 'lib-ver'],
    ['CLIENT', 'NO-TOUCH', 'on'],
    ['CLIENT', 'NO-TOUCH', 'x'],
    ['CLIENT', 'NO-TOUCH', 'off'],
    ['CLIENT', 'KILL', 'MAXAGE', 100],
    ['CLIENT', 'KILL', 'MAXAGE', 'x'],
    ['CLIENT', 'KILL', 'MAXAGE', 0],
    ['CLIENT', 'KILL', 'ID', 1_000_000, 'MAXAGE', 5, 'SKIPME', 'no'],
  ],
  { wireOnly: 'the state of a connection' },
);

contract(
  'TOUCH counts as a use whatever CLIENT NO-TOUCH says',
  [
    ['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lfu'],
    ['SET', 'k', 'v'],
    ['CLIENT', 'NO-TOUCH', 'ON'],
    ['GET', 'k'],
    ['OBJECT', 'FREQ', 'k'],
    ['TOUCH', 'k', 'none'],
    ['OBJECT', 'FREQ', 'k'],
    ['EVAL', "return redis.call('touch', 'k')", 0],
    ['CONFIG', 'SET', 'maxmemory-policy', 'noeviction'],
  ],
  { wireOnly: 'the state of a connection', versions: ['8.0'] }, // a GET that counts does so by chance
);

contract('WAITAOF without a journal', [
  ['WAITAOF', 0, 0, 0],
  ['WAITAOF', 1, 0, 0],
  ['WAITAOF', 2, 0, 0],
  ['WAITAOF', -1, 0, 0],
  ['WAITAOF', 0, -1, 0],
  ['WAITAOF', 0, 1, 10],
  ['WAITAOF', 0, 0, -1],
  ['WAITAOF', 0, 0, 'x'],
  ['WAITAOF', 'x', 0, 0],
  ['EVAL', "return redis.pcall('WAITAOF', '0', '1', '0')", 0],
]);

contract('names alone, and cursors', [
  ['HSET', 'h', 'a', 1, 'b', 2],
  { run: ['HSCAN', 'h', 0, 'NOVALUES'], compare: 'sorted' },
  { run: ['HSCAN', 'h', 0, 'novalues', 'COUNT', 10, 'MATCH', 'a'], compare: 'sorted' },
  ['HSCAN', 'h', 0, 'COUNT', 10, 'NOVALUES', 'x'],
  ['SCAN', 0, 'NOVALUES'],
  ['SSCAN', 'none', 0, 'NOVALUES'],
  ['ZSCAN', 'h', 0, 'NOVALUES'],
  ...['', ' 0', '+0', '0\0', '0x', '-1', '-01'].map((cursor) => ['HSCAN', 'none', cursor]),
]);

contract('the last entry of a stream', [
  ['XADD', 's', '5-1', 'a', 1],
  ['XADD', 's', '5-2', 'a', 2],
  ['XREAD', 'STREAMS', 's', '+'],
  ['XREAD', 'COUNT', 5, 'STREAMS', 's', 'none', '+', '+'],
  ['XREAD', 'STREAMS', 'none', '+'],
  ['XREAD', 'BLOCK', 10, 'STREAMS', 'none', '+'],
  ['XREAD', 'STREAMS', 's', 'none', '0'],
  ['XGROUP', 'CREATE', 's', 'g', 0],
  ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 's', '+'],
  ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 's', 's', '0'],
]);

contract('consumers that get nothing, and the lag of groups', [
  ...[1, 2, 3, 4].map((id) => ['XADD', 's', `${String(id)}-1`, 'a', 1]),
  ['XGROUP', 'CREATE', 's', 'g', '$'],
  ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 's', '>'],
  ['XCLAIM', 's', 'g', 'd', 0, '9-1'],
  ['XAUTOCLAIM', 's', 'g', 'e', 0, 0],
  { run: ['XINFO', 'CONSUMERS', 's', 'g'], compare: 'shape' },
  ['XGROUP', 'CREATE', 's', 'h', 0],
  ['XREADGROUP', 'GROUP', 'h', 'c', 'COUNT', 1, 'STREAMS', 's', '>'],
  ['XDEL', 's', '2-1'],
  ['XINFO', 'GROUPS', 's'],
  ['XTRIM', 's', 'MINID', '3-1'],
  ['XINFO', 'GROUPS', 's'],
  ['XREADGROUP', 'GROUP', 'h', 'c', 'COUNT', 1, 'STREAMS', 's', '>'],
  ['XINFO', 'GROUPS', 's'],
  ['XTRIM', 's', 'MAXLEN', 0],
  ['XINFO', 'GROUPS', 's'],
]);

contract('timeouts', [
  ['RPUSH', 'l', 'a', 'b', 'c', 'd', 'e', 'f'],
  ...['inf', '-inf', '1e300', '-1', '9223372036854775', '99999999999999999999'].map((time) => ['BLPOP', 'l', time]),
  ['XREAD', 'BLOCK', '9223372036854775807', 'STREAMS', 'l', 0],
  ['XREAD', 'BLOCK', -1, 'STREAMS', 'l', '$'],
  ['WAIT', 0, -1],
]);

contract('permissions', [
  ['ACL', 'SETUSER', 'bob', '+get', '+publish', '~k', '&c'],
  ['ACL', 'DRYRUN', 'bob', 'GET', 'x'],
  ['ACL', 'DRYRUN', 'bob', 'SET', 'k', 1],
  ['ACL', 'DRYRUN', 'bob', 'PUBLISH', 'd', 'm'],
  // Of several commands a server of 7.0 tells in the order of a hash table, which differs from run to run.
  ['ACL', 'SETUSER', 'ann', '+get'],
  ['ACL', 'SETUSER', 'ann', '+client|setinfo'],
  ['ACL', 'GETUSER', 'ann'],
  ['ACL', 'DELUSER', 'bob', 'ann'],
]);

contract('subcommands of a cluster', [
  ['CLUSTER', 'MYSHARDID'],
  ['CLUSTER', 'MYSHARDID', 'x'],
]);
