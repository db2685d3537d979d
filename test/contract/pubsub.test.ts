import { contract, useServers } from './harness';

useServers();

const SEVERAL = { wireOnly: 'needs several connections' };

contract(
  'channels and patterns',
  [
    { run: ['SUBSCRIBE', 'a', 'b'], as: 'sub' },
    { read: 'sub' },
    ['PUBLISH', 'a', 'hi'],
    { read: 'sub' },
    ['PUBLISH', 'none', 'x'],
    { run: ['PSUBSCRIBE', 'a*', 'z?'], as: 'sub' },
    { read: 'sub' },
    ['PUBLISH', 'a', 'both'],
    { read: 'sub', count: 2 },
    ['PUBSUB', 'NUMPAT'],
    { run: ['PUBSUB', 'CHANNELS'], compare: 'sorted' },
    ['PUBSUB', 'NUMSUB', 'a', 'b', 'zz'],
    ['PUBSUB', 'NUMSUB'],
    ['PUBSUB', 'CHANNELS', 'b*'],
    { run: ['UNSUBSCRIBE', 'a'], as: 'sub' },
    { run: ['UNSUBSCRIBE', 'never'], as: 'sub' },
    { run: ['UNSUBSCRIBE'], as: 'sub' },
    { run: ['UNSUBSCRIBE'], as: 'sub' },
    { run: ['PUNSUBSCRIBE', 'a*'], as: 'sub' },
    { run: ['PUNSUBSCRIBE'], as: 'sub' },
    { run: ['PUNSUBSCRIBE'], as: 'sub' },
    { run: ['GET', 'k'], as: 'sub' },
    ['PUBSUB', 'NOPE'],
    ['PUBSUB'],
    ['PUBLISH', 'a'],
  ],
  SEVERAL,
);

contract(
  'what a subscriber may say in RESP2',
  [
    ['SUBSCRIBE', 'a'],
    ['GET', 'k'],
    ['PING'],
    ['PING', 'x'],
    ['SET', 'a'],
    ['NOPE'],
    ['CLIENT', 'ID'],
    ['UNSUBSCRIBE', 'a'],
    ['PING'],
    ['GET', 'k'],
    ['PING', 'a', 'b'],
  ],
  { wireOnly: 'protocol level', protocols: [2] },
);

contract(
  'a RESP3 subscriber may say anything',
  [
    ['SUBSCRIBE', 'a'],
    ['GET', 'k'],
    ['PING'],
    ['PING', 'x'],
    ['PUBLISH', 'a', 'self'],
    { read: 'main' },
    ['UNSUBSCRIBE', 'a'],
  ],
  { wireOnly: 'protocol level', protocols: [3] },
);

contract(
  'what a client tells itself comes behind the reply of its command, of its transaction and of its wait',
  [
    ['SUBSCRIBE', 'a'],
    ['PSUBSCRIBE', '*'],
    ['PUBLISH', 'a', 'x'],
    { read: 'main', count: 2 },
    ['PUNSUBSCRIBE', '*'],
    ['EVAL', "redis.call('publish', 'a', 'x') return 1", 0],
    { read: 'main' },
    ['MULTI'],
    ['PUBLISH', 'a', 'x'],
    ['SET', 'k', 'v'],
    ['PUBLISH', 'a', 'y'],
    ['UNSUBSCRIBE', 'a'],
    ['EXEC'],
    { read: 'main', count: 2 },
    ['SSUBSCRIBE', 's'],
    ['SPUBLISH', 's', 'x'],
    { read: 'main' },
    ['SUNSUBSCRIBE', 's'],
    ['CONFIG', 'SET', 'notify-keyspace-events', 'AKE'],
    { run: ['SUBSCRIBE', ...['set', 'lpop', 'lpush'].map((event) => `__keyevent@0__:${event}`)] },
    { read: 'main', count: 2 },
    ['CLIENT', 'TRACKING', 'on'],
    ['GET', 'k'],
    ['SET', 'k', 'w'],
    { read: 'main', count: 2 },
    ['MULTI'],
    ['SET', 'k', 1],
    ['SET', 'k', 2],
    ['EXEC'],
    { read: 'main', count: 2 },
    ['CLIENT', 'TRACKING', 'off'],
    { run: ['BLPOP', 'l', 0], as: 'waiter', blocks: true },
    ['LPUSH', 'l', 'x'],
    { read: 'main', count: 2 },
    { read: 'waiter' },
    { run: ['BLPOP', 'l', 0], blocks: true },
    { run: ['LPUSH', 'l', 'x'], as: 'waiter' },
    { read: 'main', count: 3 },
    { run: ['CLIENT', 'PAUSE', 600_000, 'WRITE'], as: 'waiter' },
    { run: ['SET', 'k', 'v'], blocks: true },
    { run: ['CLIENT', 'UNPAUSE'], as: 'waiter' },
    { read: 'main', count: 2 },
    ['CONFIG', 'SET', 'notify-keyspace-events', ''],
  ],
  { wireOnly: 'protocol level', protocols: [3], versions: ['8.0'] },
);

contract(
  'what a client tells itself in RESP2 comes behind its transaction',
  [['MULTI'], ['SUBSCRIBE', 'a'], ['PUBLISH', 'a', 'x'], ['EXEC'], { read: 'main' }],
  { wireOnly: 'protocol level', protocols: [2], versions: ['8.0'] },
);

contract(
  'shard channels',
  [
    { run: ['SSUBSCRIBE', 's', 't'], as: 'sub' },
    { read: 'sub' },
    ['SPUBLISH', 's', 'x'],
    { read: 'sub' },
    ['PUBLISH', 's', 'x'],
    { run: ['PUBSUB', 'SHARDCHANNELS'], compare: 'sorted' },
    ['PUBSUB', 'SHARDNUMSUB', 's', 'q'],
    { run: ['SUNSUBSCRIBE', 's'], as: 'sub' },
    { run: ['SUNSUBSCRIBE'], as: 'sub' },
    { run: ['SUNSUBSCRIBE'], as: 'sub' },
    ['SPUBLISH', 's', 'x'],
  ],
  SEVERAL,
);

contract('SUBSCRIBE inside MULTI', [['MULTI'], ['SUBSCRIBE', 'x'], ['EXEC']], { wireOnly: 'protocol level' });

const EVENTS: [string, string[]][] = [
  ['SET', ['SET', 'k', 'v', 'EX', '100']],
  ['INCR', ['INCR', 'n']],
  ['APPEND', ['APPEND', 'k', 'x']],
  ['SETRANGE', ['SETRANGE', 'k', '0', 'y']],
  ['HSET', ['HSET', 'h', 'f', '1']],
  ['HDEL', ['HDEL', 'h', 'f']],
  ['RENAME', ['RENAME', 'k', 'k2']],
  ['COPY', ['COPY', 'k2', 'k3']],
  ['MOVE', ['MOVE', 'k2', '1']],
  ['EXPIRE', ['EXPIRE', 'k3', '100']],
  ['PERSIST', ['PERSIST', 'k3']],
  ['PAST', ['EXPIRE', 'k3', '-1']],
  ['GETDEL', ['GETDEL', 'n']],
  ['MISS', ['GET', 'nothing']],
  ['GETEX', ['GETEX', 'x', 'EX', '5']],
  ['SETEX', ['SETEX', 'e', '100', 'v']],
  ['MSET', ['MSET', 'a', '1', 'b', '2']],
  ['DEL', ['DEL', 'a', 'b', 'zz']],
  ['GETSET', ['GETSET', 'gs', '1']],
  ['HINCRBY', ['HINCRBY', 'h2', 'f', '1']],
  ['INCRBYFLOAT', ['INCRBYFLOAT', 'fl', '1']],
];
contract(
  'keyspace events',
  [
    ['CONFIG', 'SET', 'notify-keyspace-events', 'AKEmn'],
    { run: ['PSUBSCRIBE', '__key*'], as: 'sub' },
    ...EVENTS.map(([, words]) => words),
    ['SET', 'short', 1, 'PX', 20],
    { read: 'sub', last: '__keyevent@0__:expired' },
    ['CONFIG', 'SET', 'notify-keyspace-events', ''],
  ],
  SEVERAL,
);
