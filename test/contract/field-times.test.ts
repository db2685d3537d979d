import { contract, type Words, useServers } from './harness';

useServers();

const FAR = '2000000000000';
const FARTHER = '2100000000000';
/** What a hash holds, and how long. */
const LOOK: readonly Words[] = [
  ['HGETALL', 'h'],
  ['HPEXPIRETIME', 'h', 'FIELDS', 5, 'a', 'b', 'c', 'd', 'none'],
  ['OBJECT', 'ENCODING', 'h'],
];
const MAKE: Words = ['HSET', 'h', 'a', 1, 'b', 2, 'c', 3, 'd', 4];

contract('a field gets a deadline, another, and none', [
  MAKE,
  ['HPEXPIREAT', 'h', FAR, 'FIELDS', 3, 'a', 'c', 'none'],
  ...LOOK,
  ['HEXPIREAT', 'h', '1900000000', 'FIELDS', 1, 'c'],
  ...LOOK,
  ['HPERSIST', 'h', 'FIELDS', 4, 'a', 'b', 'a', 'none'],
  ...LOOK,
  ['HEXPIRETIME', 'h', 'FIELDS', 2, 'c', 'a'],
  { run: ['HTTL', 'h', 'FIELDS', 2, 'c', 'a'], compare: 'shape' },
  { run: ['HPTTL', 'h', 'FIELDS', 2, 'c', 'a'], compare: 'shape' },
  ['HEXPIRE', 'h', 1000, 'FIELDS', 1, 'd'],
  ['HPEXPIRE', 'h', 2_000_000, 'FIELDS', 1, 'b'],
  ['HKEYS', 'h'],
  ['HPERSIST', 'h', 'FIELDS', 3, 'b', 'c', 'd'],
  ...LOOK,
]);

contract('conditions', [
  MAKE,
  ['HPEXPIREAT', 'h', FAR, 'FIELDS', 2, 'a', 'b'],
  ['HPEXPIREAT', 'h', FARTHER, 'NX', 'FIELDS', 2, 'a', 'c'],
  ['HPEXPIREAT', 'h', FARTHER, 'xx', 'FIELDS', 2, 'a', 'd'],
  ['HPEXPIREAT', 'h', FAR, 'GT', 'FIELDS', 3, 'a', 'd', 'b'],
  ['HPEXPIREAT', 'h', FAR, 'LT', 'FIELDS', 3, 'a', 'd', 'b'],
  ['HPEXPIREAT', 'h', 1, 'NX', 'FIELDS', 1, 'a'],
  ['HPEXPIREAT', 'h', 1, 'GT', 'FIELDS', 1, 'a'],
  ['HPEXPIREAT', 'h', FAR, 'FIELDS', 3, 'c', 'c', 'none'],
  ...LOOK,
]);

contract('a deadline that has passed removes the field, the last one the hash', [
  MAKE,
  ['HEXPIRE', 'h', 0, 'FIELDS', 3, 'c', 'c', 'none'],
  ['HPEXPIREAT', 'h', FAR, 'FIELDS', 1, 'a'],
  ['HPEXPIREAT', 'h', 1, 'XX', 'FIELDS', 2, 'a', 'b'],
  ...LOOK,
  ['HPEXPIREAT', 'h', 1, 'FIELDS', 2, 'b', 'd'],
  ['EXISTS', 'h'],
]);

contract('what is refused', [
  MAKE,
  ['SET', 's', 'v'],
  ...['HEXPIRE', 'HPEXPIRE', 'HEXPIREAT', 'HPEXPIREAT'].flatMap((name): Words[] => [
    [name, 'h', 100, 'FIELDS', 0],
    [name, 'h', 100, 'FIELDS', 2, 'a'],
    [name, 'h', 100, 'FIELDS', 1, 'a', 'b'],
    [name, 'h', 100, 'FIELDS', 'x', 'a'],
    [name, 'h', 100, 'FIELDS', 0, 'a'],
    [name, 'h', 100, 'FIELDS', -1, 'a'],
    [name, 'h', 100, 'OTHER', 1, 'a'],
    [name, 'h', 100, 'NX', 'XX', 'FIELDS', 1, 'a'],
    [name, 'h', 'x', 'FIELDS', 1, 'a'],
    [name, 'h', -1, 'OTHER', 1, 'a'],
    [name, 'h', '9999999999999999', 'FIELDS', 1, 'a'],
    [name, 'h', '99999999999999999999', 'FIELDS', 1, 'a'],
    [name, 'h', '70368744177664', 'FIELDS', 1, 'a'],
    [name, 'none', 100, 'FIELDS', 2, 'a', 'b'],
    [name, 's', 'x', 'FIELDS', 1, 'a'],
  ]),
  ...['HTTL', 'HPTTL', 'HEXPIRETIME', 'HPEXPIRETIME', 'HPERSIST', 'HGETDEL', 'HGETEX'].flatMap((name): Words[] => [
    [name, 'h', 'FIELDS', 0],
    [name, 'h', 'FIELDS', 2, 'a'],
    [name, 'h', 'FIELDS', 1, 'a', 'b'],
    [name, 'h', 'OTHER', 1, 'a'],
    [name, 'h', 'FIELDS', 'x', 'a'],
    [name, 'h', 'FIELDS', 0, 'a'],
    [name, 'none', 'FIELDS', 2, 'a', 'b'],
    [name, 's', 'OTHER', 1, 'a'],
  ]),
]);

contract('other commands on fields with deadlines', [
  MAKE,
  ['HPEXPIREAT', 'h', FAR, 'FIELDS', 4, 'a', 'b', 'c', 'd'],
  ['HSET', 'h', 'a', 5],
  ['HINCRBY', 'h', 'b', 5],
  ['HINCRBYFLOAT', 'h', 'c', 0.5],
  ['HSETNX', 'h', 'd', 5],
  ...LOOK,
  ['HDEL', 'h', 'b'],
  ['HMSET', 'h', 'c', 9, 'new', 1],
  ['COPY', 'h', 'h2'],
  ['HPEXPIRETIME', 'h2', 'FIELDS', 3, 'a', 'c', 'd'],
  ['RENAME', 'h2', 'h3'],
  ['HPEXPIRETIME', 'h3', 'FIELDS', 3, 'a', 'c', 'd'],
  ['OBJECT', 'ENCODING', 'h3'],
  ['HLEN', 'h'],
  { run: ['HSCAN', 'h', 0], compare: 'sorted' },
  { run: ['HRANDFIELD', 'h', 10], compare: 'sorted' },
  ['SORT', 'h3', 'BY', 'nosort'],
  ['HSET', 'h', 'long', 'x'.repeat(65)],
  ['OBJECT', 'ENCODING', 'h'],
  ['HPEXPIRETIME', 'h', 'FIELDS', 3, 'a', 'c', 'd'],
  ['HPERSIST', 'h', 'FIELDS', 1, 'd'],
  { run: ['HGETALL', 'h'], compare: 'sorted' },
]);

contract('HSETEX', [
  ['HSETEX', 'h', 'FIELDS', 2, 'a', 1, 'b', 2],
  ['HSETEX', 'h', 'PXAT', FAR, 'FIELDS', 2, 'b', 3, 'c', 4],
  ...LOOK,
  ['HSETEX', 'h', 'KEEPTTL', 'FIELDS', 2, 'b', 5, 'd', 6],
  ['HSETEX', 'h', 'FIELDS', 1, 'c', 7],
  ...LOOK,
  ['HSETEX', 'h', 'FNX', 'FIELDS', 2, 'a', 9, 'new', 9],
  ['HSETEX', 'h', 'fxx', 'FIELDS', 2, 'a', 9, 'new', 9],
  ['HSETEX', 'h', 'EX', 1000, 'FXX', 'FIELDS', 2, 'a', 9, 'b', 9],
  ['HSETEX', 'h', 'EXAT', 1, 'FIELDS', 1, 'a', 8],
  ['HSETEX', 'none', 'FXX', 'FIELDS', 1, 'a', 1],
  ['HSETEX', 'none', 'PXAT', 1, 'FIELDS', 1, 'a', 1],
  ['EXISTS', 'none'],
  ['HKEYS', 'h'],
  ['HSETEX', 'h', 'FNX', 'FXX', 'FIELDS', 1, 'n', 8],
  ['HSETEX', 'h', 'EX', 1, 'KEEPTTL', 'FIELDS', 1, 'n', 8],
  ['HSETEX', 'h', 'EX', -1, 'FIELDS', 1, 'n', 8],
  ['HSETEX', 'h', 'EX', 'x', 'FIELDS', 1, 'n', 8],
  ['HSETEX', 'h', 'EX', '99999999999999', 'FIELDS', 1, 'n', 8],
  ['HSETEX', 'h', 'EX', 'FIELDS', 1, 'n', 8],
  ['HSETEX', 'h', 'FIELDS', 2, 'a', 1],
  ['HSETEX', 'h', 'FIELDS', 0, 'a', 1],
  ['HSETEX', 'h', 'FIELDS', 'x', 'a', 1],
  ['HSETEX', 'h', 'FIELDS', 1, 'a', 1, 'EX', 10],
  ['HSETEX', 'h', 'OTHER', 'FIELDS', 1, 'a', 1],
  ['HSETEX', 'h', 'a', 'b', 'c', 'd'],
]);

contract('HGETEX and HGETDEL', [
  MAKE,
  ['HGETEX', 'h', 'FIELDS', 3, 'a', 'none', 'a'],
  ['HGETEX', 'h', 'PXAT', FAR, 'FIELDS', 3, 'a', 'none', 'b'],
  ...LOOK,
  ['HGETEX', 'h', 'PERSIST', 'FIELDS', 2, 'a', 'c'],
  ...LOOK,
  ['HGETEX', 'h', 'EXAT', 1, 'FIELDS', 2, 'a', 'none'],
  ...LOOK,
  ['HGETEX', 'h', 'EX', 1, 'PERSIST', 'FIELDS', 1, 'b'],
  ['HGETEX', 'h', 'EX', 'x', 'OTHER', 1, 'b'],
  ['HGETEX', 'h', 'EX', -1, 'FIELDS', 1, 'b'],
  ['HGETEX', 'h', 'KEEPTTL', 'FIELDS', 1, 'b'],
  ['HGETEX', 'none', 'EX', 10, 'FIELDS', 1, 'b'],
  ['HGETDEL', 'h', 'FIELDS', 3, 'b', 'none', 'b'],
  ['HGETDEL', 'h', 'FIELDS', 1, 'none'],
  ['HGETDEL', 'h', 'FIELDS', 2, 'c', 'd'],
  ['EXISTS', 'h'],
]);

contract(
  'events',
  [
    ['CONFIG', 'SET', 'notify-keyspace-events', 'KEA'],
    { run: ['PSUBSCRIBE', '__keyevent@*'], as: 'listener' },
    MAKE,
    ['HPEXPIREAT', 'h', FAR, 'FIELDS', 2, 'a', 'b'],
    ['HPEXPIREAT', 'h', FAR, 'NX', 'FIELDS', 1, 'a'],
    ['HEXPIRE', 'h', 0, 'FIELDS', 1, 'c'],
    ['HPERSIST', 'h', 'FIELDS', 1, 'd'],
    ['HPERSIST', 'h', 'FIELDS', 1, 'b'],
    ['HSETEX', 'h', 'PXAT', FAR, 'FIELDS', 1, 'b', 1],
    ['HSETEX', 'h', 'EXAT', 1, 'FIELDS', 1, 'b', 1],
    ['HGETEX', 'h', 'PXAT', FAR, 'FIELDS', 1, 'd'],
    ['HGETEX', 'h', 'PERSIST', 'FIELDS', 1, 'd'],
    ['HGETEX', 'h', 'PERSIST', 'FIELDS', 1, 'd'],
    ['HGETEX', 'h', 'PXAT', 1, 'FIELDS', 1, 'd'],
    ['HGETDEL', 'h', 'FIELDS', 1, 'a'],
    ['HSETEX', 'h', 'EXAT', 1, 'FIELDS', 1, 'b', 1],
    ['PUBLISH', '__keyevent@0__:end', 'all'],
    { read: 'listener', last: 'all' },
    ['CONFIG', 'SET', 'notify-keyspace-events', ''],
  ],
  { wireOnly: 'several connections', versions: ['8.0'] },
);

contract(
  'fields expire in time, and the hash with the last of them',
  [
    ['CONFIG', 'SET', 'notify-keyspace-events', 'Eghx'],
    MAKE,
    { run: ['PSUBSCRIBE', '__keyevent@*:hexpired', '__keyevent@*:del'], as: 'listener' },
    { read: 'listener' },
    ['HPEXPIRE', 'h', 20, 'FIELDS', 2, 'a', 'c'],
    { read: 'listener' },
    ['HGETALL', 'h'],
    ['HPEXPIRE', 'h', 20, 'FIELDS', 2, 'b', 'd'],
    { read: 'listener', count: 2 },
    ['EXISTS', 'h'],
    ['CONFIG', 'SET', 'notify-keyspace-events', ''],
  ],
  { wireOnly: 'several connections', versions: ['8.0'] },
);
