import { contract, useServers } from './harness';

useServers();

contract('DEBUG DIGEST and DIGEST-VALUE', [
  ['SET', 'a', 1],
  ['RPUSH', 'l', 'a', 'b', 'c'],
  ['SADD', 's', 'a', 'b', 'c'],
  ['ZADD', 'z', '1.5', 'a', 2, 'b', '0.1', 'c', 'inf', 'd'],
  ['HSET', 'h', 'f', 'v', 'g', 'w'],
  ['XADD', 'x', '1-1', 'f', 'v'],
  ['XADD', 'x', '2-0', 'f', 'v', 'g', 'w'],
  ['SET', 't', 'x', 'EX', 1000],
  ['SADD', 'i', 1, 2, 3],
  ['DEBUG', 'DIGEST-VALUE', 'a', 'l', 's', 'z', 'h', 'x', 't', 'i', 'none'],
  ['DEBUG', 'DIGEST'],
  ['SELECT', 3],
  ['SET', 'other', 'x'],
  ['DEBUG', 'DIGEST'],
  ['FLUSHALL'],
  ['DEBUG', 'DIGEST'],
  ['DEBUG', 'DIGEST-VALUE'],
]);

contract(
  'DEBUG PROTOCOL',
  [
    ...[
      'string',
      'integer',
      'double',
      'null',
      'array',
      'set',
      'map',
      'bignum',
      'verbatim',
      'true',
      'false',
      'push',
      'nope',
    ].map((type) => ['DEBUG', 'PROTOCOL', type]),
    ['DEBUG', 'PROTOCOL'],
  ],
  { wireOnly: 'ioredis maps RESP3 types itself', protocols: [2] },
);

contract(
  'DEBUG PROTOCOL in RESP3',
  [
    ...['string', 'integer', 'double', 'null', 'array', 'set', 'map', 'bignum', 'verbatim', 'true', 'false'].map(
      (type) => ['DEBUG', 'PROTOCOL', type],
    ),
  ],
  { wireOnly: 'ioredis maps RESP3 types itself', protocols: [3] },
);

contract('DEBUG subcommands and what they refuse', [
  ['DEBUG'],
  ['DEBUG', 'nope'],
  ['DEBUG', 'JMAP'],
  ['DEBUG', 'SLEEP'],
  ['DEBUG', 'SLEEP', '0'],
  ['DEBUG', 'SLEEP', 'x'],
  ['DEBUG', 'OBJECT'],
  ['DEBUG', 'OBJECT', 'none'],
  ['DEBUG', 'OBJECT', 'none', 'extra'],
  ['DEBUG', 'DIGEST', 'x'],
  ['DEBUG', 'SET-ACTIVE-EXPIRE'],
  ['DEBUG', 'SET-ACTIVE-EXPIRE', '1'],
  ['DEBUG', 'QUICKLIST-PACKED-THRESHOLD', '100b'],
  ['DEBUG', 'QUICKLIST-PACKED-THRESHOLD', 'x'],
  ['DEBUG', 'CHANGE-REPL-ID'],
  ['DEBUG', 'CHANGE-REPL-ID', 'x'],
  ['DEBUG', 'ERROR', 'a b'],
  ['DEBUG', 'ERROR'],
  ['DEBUG', 'LOG', 'x'],
  ['DEBUG', 'HTSTATS', 99],
  ['DEBUG', 'HTSTATS', 'x'],
  ['DEBUG', 'HTSTATS', 0, 'full'],
  ['DEBUG', 'POPULATE', 2, 'p', 20],
  ['GET', 'p:1'],
  ['DEBUG', 'POPULATE', 2],
  ['GET', 'key:1'],
  ['DEBUG', 'POPULATE', 'x'],
  ['DEBUG', 'POPULATE', 1, 'x', 'y'],
  ['DEBUG', 'RELOAD', 'nope'],
  ['DEBUG', 'SET-DISABLE-DENY-SCRIPTS', 1],
  ['DEBUG', 'PAUSE-CRON', 0],
]);

contract('DEBUG RELOAD changes nothing one can see', [
  ['SET', 'a', 1, 'EX', 1000],
  ['RPUSH', 'l', 'a', 'b'],
  ['ZADD', 'z', '1.5', 'a'],
  ['HSET', 'h', 'f', 'v'],
  ['SADD', 'i', 1, 2],
  ['DEBUG', 'RELOAD'],
  ['GET', 'a'],
  ['TTL', 'a'],
  ['LRANGE', 'l', 0, -1],
  ['OBJECT', 'ENCODING', 'i'],
  ['DEBUG', 'DIGEST'],
]);

contract('DEBUG SET-ACTIVE-EXPIRE 0 leaves expired keys until somebody asks', [
  ['DEBUG', 'SET-ACTIVE-EXPIRE', 0],
  ['SET', 'a', 1, 'PX', 30],
  { wait: 80 },
  ['DBSIZE'],
  ['GET', 'a'],
  ['DBSIZE'],
  ['SET', 'b', 1, 'PX', 30],
  { wait: 80 },
  ['DBSIZE'],
  ['DEBUG', 'SET-ACTIVE-EXPIRE', 1],
  { until: ['DBSIZE'], is: '0' },
]);
