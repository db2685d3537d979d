import { contract, useServers, type Step, type Words } from './harness';

useServers();

const sorted = (...run: Words): Step => ({ run, compare: 'sorted' });
const DATA: Words[] = [
  ['RPUSH', 'l', 3, 1, 2, 10],
  ['MSET', 'w_1', 5, 'w_2', 1, 'w_3', 9, 'o_1', 'a', 'o_2', 'b', 't_1', 'pear', 't_2', 'apple', 't_10', 'fig'],
  ['HSET', 'h_1', 'f', 'v1', 'w', 7],
  ['HSET', 'h_2', 'f', 'v2', 'w', -7],
  ['SADD', 'w_10', 'not a string'],
];
const numbers = (count: number) => Array.from({ length: count }, (_, i) => (i * 7919) % 1009);

contract('numbers, and what strtod takes for one', [
  ['RPUSH', 'l', 3, 1, 2, 10, -5, '1.5', '2', '1e1', '0x10', 'inf', '-inf', ' 4', ''],
  ['SORT', 'l'],
  ['SORT', 'l', 'DESC'],
  ['SORT', 'l', 'ASC', 'DESC', 'ASC'],
  ['SORT', 'l', 'ALPHA'],
  ['SORT', 'l', 'alpha', 'desc'],
  ...['x', '1x', '1 ', 'nan', '1e999', '--1', '1e'].flatMap(
    (text) =>
      [
        ['DEL', 'm'],
        ['RPUSH', 'm', 1, text, 2],
        ['SORT', 'm'],
        ['SORT', 'm', 'ALPHA'],
        ['SORT', 'm', 'BY', 'nosort'],
      ] satisfies Words[],
  ),
  ['RPUSH', 'big', ...numbers(300)],
  ['SORT', 'big'],
  ['SORT', 'big', 'DESC', 'LIMIT', 10, 20],
  ['SORT', 'big', 'ALPHA', 'LIMIT', 290, 20],
]);

contract('LIMIT', [
  ...DATA,
  ...[
    [0, 2],
    [1, 2],
    [-1, 2],
    [0, -1],
    [2, -5],
    [10, 5],
    [3, 0],
    [0, 0],
    [4, 1],
    [0, 100],
    ['9223372036854775807', '9223372036854775807'],
    ['-9223372036854775808', 1],
  ].flatMap(
    (limit) =>
      [
        ['SORT', 'l', 'LIMIT', ...limit],
        ['SORT', 'l', 'BY', 'nosort', 'LIMIT', ...limit],
        ['SORT', 'l', 'LIMIT', ...limit, 'STORE', 'd'],
      ] satisfies Words[],
  ),
]);

contract('BY weights', [
  ...DATA,
  ['SORT', 'l', 'BY', 'w_*'],
  ['SORT', 'l', 'BY', 'w_*', 'DESC'],
  ['SORT', 'l', 'BY', 'h_*->w'],
  ['SORT', 'l', 'BY', 'h_*->f'],
  ['SORT', 'l', 'BY', 'h_*->f', 'ALPHA'],
  ['SORT', 'l', 'BY', 't_*'],
  ['SORT', 'l', 'BY', 't_*', 'ALPHA'],
  ['SORT', 'l', 'BY', 't_*', 'ALPHA', 'DESC'],
  ['SORT', 'l', 'BY', 'h_*->', 'GET', '#'],
  ['SORT', 'l', 'BY', 'h_*->none'],
  ['SORT', 'l', 'BY', '*'],
  ['SORT', 'l', 'BY', 'none_*'],
  ['SORT', 'l', 'BY', '#'],
  ['SORT', 'l', 'BY', 'w_*', 'BY', 'nosort'],
  ['SORT', 'l', 'BY', 'nosort', 'BY', 'w_*'],
]);

contract('GET', [
  ...DATA,
  ['SORT', 'l', 'GET', 'o_*'],
  ['SORT', 'l', 'GET', '#', 'GET', 'o_*', 'GET', 'h_*->f'],
  ['SORT', 'l', 'GET', 'h_*->'],
  ['SORT', 'l', 'GET', 'h_*->none'],
  ['SORT', 'l', 'GET', 'static'],
  ['SORT', 'l', 'GET', 'o_1'],
  ['SORT', 'l', 'GET', '*'],
  ['SORT', 'l', 'GET', 'w_*'],
  ['SORT', 'l', 'GET', 'h_*'],
  ['SORT', 'l', 'BY', 'w_*', 'LIMIT', 1, 2, 'GET', 'o_*', 'GET', '#', 'DESC'],
  ['SORT', 'none', 'GET', '#'],
  ['SET', 'a*b', 'x'],
  ['SET', 'a1b', 'y'],
  ['SORT', 'l', 'GET', 'a*b'],
  ['HSET', 'x->y1', 'f', 'arrow'],
  ['SORT', 'l', 'GET', 'x->y*->f'],
  ['SET', 'q_1->', 'odd'],
  ['SORT', 'l', 'GET', 'q_*->'],
  ['APPEND', 'o_1', 'ppended'],
  ['SORT', 'l', 'GET', 'o_*'],
]);

contract('STORE', [
  ...DATA,
  ['SORT', 'l', 'STORE', 'd'],
  ['LRANGE', 'd', 0, -1],
  ['SORT', 'l', 'GET', 'o_*', 'GET', '#', 'STORE', 'd'],
  ['LRANGE', 'd', 0, -1],
  ['SORT', 'none', 'STORE', 'd'],
  ['EXISTS', 'd'],
  ['SET', 'd', 'x', 'EX', 100],
  ['SORT', 'l', 'STORE', 'e', 'STORE', 'd'],
  ['TTL', 'd'],
  ['EXISTS', 'e'],
  ['SORT', 'l', 'STORE', 'l'],
  ['LRANGE', 'l', 0, -1],
  ['SORT', 'l', 'BY', 't_*', 'STORE', 'f'],
  ['EXISTS', 'f'],
]);

contract('sets and sorted sets', [
  ['SADD', 's', 3, 1, 20, 'b', 'a'],
  ['SORT', 's'],
  ['SORT', 's', 'ALPHA'],
  sorted('SORT', 's', 'BY', 'nosort'),
  ['SORT', 's', 'BY', 'nosort', 'STORE', 'd'],
  ['LRANGE', 'd', 0, -1],
  ['SORT', 's', 'BY', 'nosort', 'DESC', 'STORE', 'd'],
  ['LRANGE', 'd', 0, -1],
  ['SADD', 'i', 5, 30, 1],
  ['SORT', 'i'],
  ['SORT', 'i', 'BY', 'nosort'],
  ['SORT', 'i', 'BY', 'nosort', 'DESC'],
  ['SORT', 'i', 'BY', 'nosort', 'LIMIT', 1, 1],
  ['EVAL', "return redis.call('SORT', 'i', 'BY', 'nosort')", 0],
  ['EVAL', "return redis.call('SORT', 's', 'BY', 'nosort', 'DESC')", 0],
  ['ZADD', 'z', 3, 'a', 1, 'b', 2, 'c'],
  ['SORT', 'z'],
  ['SORT', 'z', 'ALPHA'],
  ['SORT', 'z', 'BY', 'nosort'],
  ['SORT', 'z', 'BY', 'nosort', 'DESC'],
  ['SORT', 'z', 'BY', 'nosort', 'DESC', 'LIMIT', 1, 1],
  ['SORT', 'z', 'BY', 'nosort', 'LIMIT', 1, 5],
  ['SORT', 'z', 'BY', 'nosort', 'GET', 'x'],
  ['SORT', 'z', 'BY', 'nosort', 'DESC', 'LIMIT', 5, 5],
]);

contract('what is refused', [
  ...DATA,
  ['SET', 's', 'x'],
  ['HSET', 'h', 'f', 1],
  ['SORT', 's'],
  ['SORT', 'h'],
  ['SORT', 's', 'NOPE'],
  ['SORT', 's', 'LIMIT', 'x', 1],
  ['SORT', 'l', 'BY'],
  ['SORT', 'l', 'GET'],
  ['SORT', 'l', 'STORE'],
  ['SORT', 'l', 'LIMIT'],
  ['SORT', 'l', 'LIMIT', 1],
  ['SORT', 'l', 'LIMIT', 'a', 'b'],
  ['SORT', 'l', 'LIMIT', 1, 'b'],
  ['SORT', 'l', 'NOPE'],
  ['SORT', 'none', 'NOPE'],
  ['SORT'],
  ['SORT', 's', 'STORE', 'd'],
  ['SORT', 'l', 'DESC', 'x'],
  ['SORT_RO', 'l'],
  ['SORT_RO', 'l', 'DESC', 'GET', 'o_*'],
  ['SORT_RO', 'l', 'STORE', 'd'],
  ['SORT_RO', 's'],
  ['SORT_RO', 'none'],
  ['SORT_RO'],
  ['COMMAND', 'GETKEYS', 'SORT', 'l', 'BY', 'store', 'LIMIT', 0, 'store', 'GET', 'store', 'STORE', 'd'],
  ['COMMAND', 'GETKEYSANDFLAGS', 'SORT', 'l', 'STORE', 'd', 'STORE', 'e'],
  ['COMMAND', 'GETKEYS', 'SORT_RO', 'l', 'GET', 'x'],
]);

contract(
  'events',
  [
    ...DATA,
    ['CONFIG', 'SET', 'notify-keyspace-events', 'AKEmn'],
    { run: ['PSUBSCRIBE', '__key*'], as: 'events' },
    ['SORT', 'l'],
    ['SORT', 'none'],
    ['SORT', 'l', 'BY', 'none_*', 'GET', 'o_*'],
    ['SORT', 'l', 'STORE', 'd'],
    ['SORT', 'l', 'STORE', 'd'],
    ['SORT', 'none', 'STORE', 'd'],
    ['SORT', 'none', 'STORE', 'd'],
    ['CONFIG', 'SET', 'notify-keyspace-events', ''],
    ['PING'],
  ],
  { wireOnly: 'needs several connections' },
);

contract('patterns and texts with zero bytes', [
  ['RPUSH', 'l', '3', '1', '2', '10'],
  ['SORT', 'l', 'BY', 'w\0*'],
  ['SORT', 'l', 'GET', 'w\0*'],
  ['RPUSH', 'texts', 'a\0b', 'a\0a', 'a', 'a\0', 'B', 'b'],
  ['SORT', 'texts', 'ALPHA'],
  ['SORT', 'texts', 'ALPHA', 'DESC'],
  ['SORT', 'texts', 'ALPHA', 'STORE', 'stored'],
  ['LRANGE', 'stored', 0, -1],
  ['HSET', 'h1', 'f', '1', '\0f', '2', 'f\0', '3'],
  ['SORT', 'l', 'GET', 'h*->f', 'GET', 'h*->\0f', 'GET', 'h*->f\0', 'GET', 'h\0*->f', 'LIMIT', 1, 1],
]);
