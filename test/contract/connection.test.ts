import { contract, useServers } from './harness';

useServers();

const CONNECTION = 'it is about the connection itself, which ioredis manages';

contract(
  'CLIENT names',
  [
    ['CLIENT', 'GETNAME'],
    ['CLIENT', 'SETNAME', 'worker'],
    ['CLIENT', 'GETNAME'],
    ['CLIENT', 'SETNAME', 'a b'],
    ['CLIENT', 'SETNAME', 'a\nb'],
    ['CLIENT', 'SETNAME', ''],
    ['CLIENT', 'GETNAME'],
    ['CLIENT', 'SETINFO', 'lib-name', 'x'],
    ['CLIENT', 'NO-TOUCH', 'on'],
    ['CLIENT', 'nope'],
    ['CLIENT'],
  ],
  { wireOnly: CONNECTION },
);

contract(
  'CLIENT LIST filters',
  [
    ['CLIENT', 'LIST', 'TYPE', 'nope'],
    ['CLIENT', 'LIST', 'TYPE', 'master'],
    ['CLIENT', 'LIST', 'TYPE', 'replica'],
    ['CLIENT', 'LIST', 'TYPE'],
    ['CLIENT', 'LIST', 'ID'],
    ['CLIENT', 'LIST', 'ID', 'a'],
    ['CLIENT', 'LIST', 'ID', -1],
    ['CLIENT', 'LIST', 'nope'],
    ['CLIENT', 'INFO', 'x'],
  ],
  { wireOnly: CONNECTION },
);

contract(
  'CLIENT KILL',
  [
    ['CLIENT', 'KILL'],
    ['CLIENT', 'KILL', 'nope'],
    ['CLIENT', 'KILL', '1.2.3.4:5'],
    ['CLIENT', 'KILL', 'ID', 'a'],
    ['CLIENT', 'KILL', 'ID', 0],
    ['CLIENT', 'KILL', 'ID', 999999],
    ['CLIENT', 'KILL', 'TYPE', 'nope'],
    ['CLIENT', 'KILL', 'TYPE', 'master'],
    ['CLIENT', 'KILL', 'USER', 'nope'],
    ['CLIENT', 'KILL', 'SKIPME', 'nope'],
    ['CLIENT', 'KILL', 'ADDR', '1:1'],
    ['CLIENT', 'KILL', 'nope', 'x'],
    ['CLIENT', 'KILL', 'LADDR', '1:1', 'ID', 999999],
    ['CLIENT', 'KILL', 'ID', 1, 'SKIPME'],
    { run: ['SUBSCRIBE', 'c'], as: 'subscriber' },
    ['CLIENT', 'KILL', 'TYPE', 'pubsub'],
    { run: ['PING'], as: 'subscriber' },
    { run: ['CLIENT', 'KILL', 'USER', 'default', 'SKIPME', 'no'], compare: 'shape' },
    ['PING'],
  ],
  { wireOnly: CONNECTION },
);

contract(
  'CLIENT REPLY',
  [
    ['CLIENT', 'REPLY', 'nope'],
    ['CLIENT', 'REPLY', 'ON'],
    {
      run: [
        ['CLIENT', 'REPLY', 'SKIP'],
        ['SET', 'a', 1],
      ],
      blocks: true,
    },
    ['GET', 'a'],
    { run: [['CLIENT', 'REPLY', 'OFF'], ['SET', 'a', 2], ['PING']], blocks: true },
    ['CLIENT', 'REPLY', 'ON'],
    ['GET', 'a'],
  ],
  { wireOnly: CONNECTION },
);

contract(
  'CLIENT PAUSE refuses nonsense',
  [
    ['CLIENT', 'PAUSE'],
    ['CLIENT', 'PAUSE', 'a'],
    ['CLIENT', 'PAUSE', -1],
    ['CLIENT', 'PAUSE', 10, 'nope'],
    ['CLIENT', 'PAUSE', 10, 'ALL', 'x'],
    ['CLIENT', 'UNPAUSE'],
    ['CLIENT', 'UNBLOCK', 'a'],
    ['CLIENT', 'UNBLOCK', 999999],
    ['CLIENT', 'UNBLOCK', 999999, 'nope'],
    ['CLIENT', 'UNBLOCK', 999999, 'ERROR'],
    ['CLIENT', 'NO-EVICT', 'nope'],
    ['CLIENT', 'NO-EVICT', 'on'],
    ['CLIENT', 'NO-EVICT', 'OFF'],
  ],
  { wireOnly: CONNECTION },
);

contract(
  'CLIENT PAUSE WRITE lets writes wait and reads pass',
  [
    ['SET', 'a', 1],
    ['CLIENT', 'PAUSE', 600_000, 'WRITE'],
    { run: ['SET', 'a', 2], as: 'writer', blocks: true },
    { run: ['PUBLISH', 'c', 'x'], as: 'publisher', blocks: true },
    { run: ['MULTI'], as: 'transaction' },
    { run: ['GET', 'a'], as: 'transaction' },
    { run: ['EXEC'], as: 'transaction' },
    ['GET', 'a'],
    ['CLIENT', 'UNPAUSE'],
    { read: 'writer' },
    { read: 'publisher' },
    ['GET', 'a'],
  ],
  { wireOnly: CONNECTION },
);

contract(
  'nothing expires and nothing is evicted in a pause',
  [
    ['FLUSHALL'],
    ['SET', 'b', 1],
    // In one go: a busy machine may let the time pass before the pause begins.
    ['MULTI'],
    ['SET', 'a', 1, 'PX', 20],
    ['CLIENT', 'PAUSE', 600_000, 'WRITE'],
    ['EXEC'],
    { wait: 60 },
    ['SCAN', 0],
    ['KEYS', '*'],
    ['RANDOMKEY'],
    ['RANDOMKEY'],
    ['EXISTS', 'a'],
    ['GET', 'a'],
    ['DBSIZE'],
    ['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random'],
    ['CONFIG', 'SET', 'maxmemory', 1],
    ['GET', 'b'],
    ['DBSIZE'],
    { run: ['SET', 'c', 1], as: 'writer', blocks: true },
    ['CONFIG', 'SET', 'maxmemory', 0],
    ['CLIENT', 'UNPAUSE'],
    { read: 'writer' },
    ['CONFIG', 'SET', 'maxmemory-policy', 'noeviction'],
    { until: ['DBSIZE'], is: '2' },
  ],
  { wireOnly: CONNECTION },
);

contract(
  'CLIENT PAUSE ALL ends with its time',
  [
    ['CLIENT', 'PAUSE', 200],
    {
      run: [
        ['SET', 'a', 1],
        ['GET', 'a'],
      ],
      as: 'other',
      blocks: true,
    },
    { run: ['PING'], blocks: true },
    { read: 'main' },
    { read: 'other', count: 2 },
    ['GET', 'a'],
  ],
  { wireOnly: CONNECTION },
);

contract(
  'CLIENT TRACKING options',
  [
    ['CLIENT', 'CACHING', 'yes'],
    ['CLIENT', 'TRACKING'],
    ['CLIENT', 'TRACKING', 'nope'],
    ['CLIENT', 'TRACKINGINFO'],
    ['CLIENT', 'GETREDIR'],
    ['CLIENT', 'TRACKING', 'on', 'optin', 'optout'],
    ['CLIENT', 'TRACKING', 'on', 'redirect', 0],
    ['CLIENT', 'TRACKING', 'on', 'redirect', 'a'],
    ['CLIENT', 'TRACKING', 'on', 'redirect'],
    ['CLIENT', 'TRACKING', 'off', 'nope'],
    ['CLIENT', 'TRACKING', 'on', 'prefix', 'a'],
    ['CLIENT', 'TRACKING', 'on', 'bcast', 'optin'],
    ['CLIENT', 'TRACKING', 'on', 'bcast', 'prefix', 'foo', 'prefix', 'foobar'],
    ['CLIENT', 'TRACKING', 'on', 'optin'],
    ['CLIENT', 'TRACKINGINFO'],
    ['CLIENT', 'GETREDIR'],
    ['CLIENT', 'CACHING', 'nope'],
    ['CLIENT', 'CACHING', 'no'],
    ['CLIENT', 'CACHING', 'yes'],
    ['CLIENT', 'TRACKINGINFO'],
    ['CLIENT', 'TRACKING', 'on', 'optout'],
    ['CLIENT', 'TRACKING', 'on', 'bcast'],
    ['CLIENT', 'TRACKING', 'off'],
    ['CLIENT', 'TRACKING', 'on', 'bcast', 'prefix', 'a', 'prefix', 'b', 'noloop'],
    ['CLIENT', 'TRACKINGINFO'],
    ['CLIENT', 'TRACKING', 'on', 'bcast', 'prefix', 'ab'],
    ['CLIENT', 'TRACKING', 'on'],
    ['RESET'],
  ],
  { wireOnly: CONNECTION },
);

contract(
  'CLIENT TRACKING tells about keys that were read',
  [
    ['CLIENT', 'TRACKING', 'on'],
    ['GET', 'a'],
    { run: ['SET', 'a', 1], as: 'other' },
    { run: ['SET', 'a', 2], as: 'other' },
    { read: 'main' },
    ['GET', 'b'],
    ['SET', 'b', 1],
    { read: 'main' },
    ['MGET', 'x', 'y'],
    { run: ['FLUSHALL'], as: 'other' },
    { read: 'main' },
    ['CLIENT', 'TRACKING', 'off'],
    ['CLIENT', 'TRACKING', 'on', 'optin'],
    ['GET', 'a'],
    { run: ['SET', 'a', 1], as: 'other' },
    ['CLIENT', 'CACHING', 'yes'],
    ['GET', 'a'],
    { run: ['SET', 'a', 1], as: 'other' },
    { read: 'main' },
  ],
  { wireOnly: CONNECTION, protocols: [3] },
);

contract(
  'CLIENT TRACKING in broadcast mode',
  [
    ['CLIENT', 'TRACKING', 'on', 'bcast', 'prefix', 'user:'],
    { run: ['SET', 'user:1', 1], as: 'other' },
    { read: 'main' },
    { run: ['SET', 'order:1', 1], as: 'other' },
    { run: ['MSET', 'user:1', 1, 'user:2', 2], as: 'other' },
    { read: 'main' },
  ],
  { wireOnly: CONNECTION, protocols: [3] },
);

contract(
  'HELLO, AUTH and RESET',
  [
    ['HELLO', 4],
    ['HELLO', 'x'],
    ['HELLO', 3, 'nope'],
    ['HELLO', 3, 'SETNAME', 'a b'],
    ['HELLO', 3, 'AUTH', 'default'],
    ['AUTH', 'x'],
    ['AUTH', 'nope', 'x'],
    ['AUTH', 'a', 'b', 'c'],
    ['HELLO', 3, 'AUTH', 'nope', 'x'],
    { run: ['HELLO', 3, 'SETNAME', 'me'], compare: 'shape' },
    ['CLIENT', 'GETNAME'],
    ['SELECT', 3],
    ['MULTI'],
    ['RESET'],
    ['CLIENT', 'GETNAME'],
    ['EXEC'],
    ['PING'],
  ],
  { wireOnly: CONNECTION },
);

contract(
  'tracking of what scripts read: the keys they name',
  [
    { run: ['CLIENT', 'TRACKING', 'on'], as: 'cache' },
    ['MSET', 'a', 1, 'b', 1],
    { run: ['EVAL', "redis.call('set', 'c', 1)", 2, 'a', 'b'], as: 'cache' },
    { run: ['EVAL_RO', "redis.call('ping')", 2, 'a', 'b'], as: 'cache' },
    ['MSET', 'a', 2, 'b', 2],
    { run: ['EVAL', "redis.call('get', 'c')", 2, 'a', 'b'], as: 'cache' },
    ['MSET', 'a', 3, 'b', 3],
    { read: 'cache', count: 2 },
    { run: ['EVAL_RO', "redis.call('get', 'a')", 1, 'b'], as: 'cache' },
    ['MSET', 'a', 4, 'b', 4],
    { read: 'cache' },
    { run: ['PING'], as: 'cache' },
  ],
  { wireOnly: 'it needs several connections', protocols: [3], versions: ['7.0'] },
);

contract(
  'tracking of what scripts read: the keys they read',
  [
    { run: ['CLIENT', 'TRACKING', 'on'], as: 'cache' },
    ['MSET', 'a', 1, 'b', 1, 'c', 1],
    { run: ['EVAL', "redis.call('set', 'd', 1)", 2, 'a', 'b'], as: 'cache' },
    { run: ['EVAL', "redis.call('get', 'c')", 2, 'a', 'b'], as: 'cache' },
    ['MSET', 'a', 2, 'b', 2, 'd', 2],
    ['SET', 'c', 2],
    { read: 'cache' },
    { run: ['EVAL_RO', "redis.call('get', 'a')", 1, 'b'], as: 'cache' },
    ['MSET', 'b', 3, 'a', 3],
    { read: 'cache' },
    { run: ['PING'], as: 'cache' },
  ],
  { wireOnly: 'it needs several connections', protocols: [3], versions: ['8.0'] },
);

contract(
  'tracking of keys whose time comes',
  [
    ['SET', 'a', 1],
    { run: ['CLIENT', 'TRACKING', 'on', 'BCAST', 'NOLOOP'], as: 'cache' },
    { run: ['SET', 'a', 1, 'PX', 1], as: 'cache' },
    { read: 'cache' },
    { run: ['PING'], as: 'cache' },
  ],
  { wireOnly: 'it needs several connections', protocols: [3] },
);

contract(
  'CLIENT REPLY OFF silences answers, not pushes',
  [
    { run: ['CLIENT', 'REPLY', 'OFF'], as: 'quiet', blocks: true },
    { run: ['SUBSCRIBE', 'news'], as: 'quiet' },
    ['PUBLISH', 'news', 'hello'],
    { read: 'quiet' },
    { run: ['UNSUBSCRIBE', 'news'], as: 'quiet' },
    { run: ['PING'], as: 'quiet', blocks: true },
    { run: ['CLIENT', 'REPLY', 'ON'], as: 'quiet' },
    { run: ['PING'], as: 'quiet' },
  ],
  { wireOnly: 'it needs several connections' },
);

contract(
  'CLIENT TRACKINGINFO shows prefixes',
  [
    ['CLIENT', 'TRACKING', 'on', 'BCAST'],
    ['CLIENT', 'TRACKINGINFO'],
    ['CLIENT', 'TRACKING', 'on', 'BCAST'],
    ['CLIENT', 'TRACKINGINFO'],
    ['CLIENT', 'TRACKING', 'on', 'BCAST', 'PREFIX', 'a'],
    ['CLIENT', 'TRACKING', 'off'],
    ['CLIENT', 'TRACKING', 'on', 'BCAST', 'PREFIX', 'a', 'PREFIX', 'b'],
    ['CLIENT', 'TRACKING', 'on', 'BCAST', 'PREFIX', 'a'],
    { run: ['CLIENT', 'TRACKINGINFO'], compare: 'sorted' },
    ['CLIENT', 'TRACKING', 'on', 'BCAST'],
    ['CLIENT', 'TRACKING', 'off'],
  ],
  { wireOnly: CONNECTION, protocols: [3] },
);

contract(
  'RESP2 takes invalidations where a client was named that listens to any channel',
  [
    { run: ['SUBSCRIBE', 'x'], as: 'listener' },
    ['CLIENT', 'TRACKING', 'on'],
    ['GET', 'k'],
    ['SET', 'k', 'v'],
    ['CLIENT', 'TRACKING', 'off'],
    ['CLIENT', 'TRACKING', 'on', 'BCAST', 'PREFIX', 'b', 'PREFIX', 'a'],
    ['CLIENT', 'TRACKING', 'on', 'BCAST', 'PREFIX', 'aB'],
    ['CLIENT', 'TRACKING', 'on', 'BCAST', 'PREFIX', 'C'],
    ['CLIENT', 'TRACKINGINFO'],
    ['CLIENT', 'TRACKING', 'off'],
    ['CLIENT', 'TRACKING', 'on', 'OPTIN'],
    ['CLIENT', 'CACHING', 'yes'],
    ['CLIENT', 'TRACKINGINFO'],
    ['CLIENT', 'GETREDIR'],
    ['CLIENT', 'TRACKINGINFO'],
    ['nosuch'],
    ['CLIENT', 'TRACKINGINFO'],
  ],
  // RESP3 gets a push of its own, before or after a reply.
  { wireOnly: 'the state of a connection', protocols: [2] },
);

contract(
  'a monitor may do nothing with keys and channels, nor begin twice',
  [
    { run: ['MONITOR'], as: 'monitor' },
    { run: ['MONITOR'], as: 'monitor', blocks: true },
    { run: ['PUBLISH', 'a', 'b'], as: 'monitor' },
    { run: ['EVAL', 'return 1', '0'], as: 'monitor' },
    { run: ['GET', 'a'], as: 'monitor' },
  ],
  { wireOnly: 'the state of a connection' },
);

contract(
  'HELLO names a connection before it fails, and asks for a password',
  [
    ['HELLO', '2', 'SETNAME', 'known', 'nonsense'],
    ['CLIENT', 'GETNAME'],
    ['HELLO', '2', 'SETNAME', 'a b'],
    ['CLIENT', 'GETNAME'],
    ['CONFIG', 'SET', 'requirepass', 'secret'],
    { run: ['HELLO', '3'], as: 'stranger' },
    { run: ['HELLO', '3', 'AUTH', 'default', 'wrong'], as: 'stranger' },
    ['CONFIG', 'SET', 'requirepass', ''],
    ['CLIENT', 'PAUSE', '9223372036854775807'],
    ['PING'],
  ],
  { wireOnly: 'the state of a connection', protocols: [2] },
);
