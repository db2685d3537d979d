import { contract, useServers, type Words } from './harness';

useServers();

const LETTERS = ['a', 'b', 'c', 'b', 'd', 'b', 'e'];
const RPUSH: Words = ['RPUSH', 'l', ...LETTERS];
const ALL: Words = ['LRANGE', 'l', 0, -1];
const range = (count: number) => Array.from({ length: count }, (_, i) => `e${String(i)}`);

contract('pushing at both ends', [
  ['LPUSH', 'l', 'a', 'b'], ['RPUSH', 'l', 'c', 'd'], ALL, ['LLEN', 'l'], ['LPUSHX', 'l', 'x', 'y'], ['RPUSHX', 'l', 'z'], ALL,
  ['LPUSHX', 'none', 'x'], ['RPUSHX', 'none', 'x', 'y'], ['EXISTS', 'none'], ['LPUSH', 'l'], ['RPUSHX', 'l'], ['LPUSH', 'l', ''], ['LINDEX', 'l', 0],
  ['RPUSH', 'bin', '\0\r\n\xff', 'é'], ['LRANGE', 'bin', 0, -1],
]);

contract('popping, with and without a count', [
  RPUSH, ['LPOP', 'l'], ['RPOP', 'l'], ['LPOP', 'l', 2], ['RPOP', 'l', 2], ALL, ['LPOP', 'l', 0], ['RPOP', 'l', 100], ['EXISTS', 'l'], ['LPOP', 'l'], ['RPOP', 'l'],
  ['LPOP', 'l', 1], ['RPOP', 'l', 0], ['LPOP', 'l', -1], ['LPOP', 'l', 'x'], ['LPOP', 'l', 1, 2], ['RPOP', 'l', 1, 2], ['RPOP', 'l', '9223372036854775808'],
  RPUSH, ['LPOP', 'l', '9223372036854775807'],
]);

contract('LMPOP takes from the first list that exists', [
  ['RPUSH', 'b', 1, 2, 3], ['LMPOP', 2, 'a', 'b', 'LEFT'], ['LMPOP', 2, 'a', 'b', 'right', 'count', 10], ['LMPOP', 2, 'a', 'b', 'LEFT'], ['LMPOP', 0, 'a', 'LEFT'], ['LMPOP', 'x', 'a', 'LEFT'],
  ['LMPOP', 2, 'a', 'LEFT'], ['LMPOP', 1, 'a', 'UP'], ['LMPOP', 1, 'a', 'LEFT', 'COUNT'], ['LMPOP', 1, 'a', 'LEFT', 'COUNT', 0], ['LMPOP', 1, 'a', 'LEFT', 'COUNT', 'x'], ['LMPOP', 1, 'a', 'LEFT', 'COUNT', 1, 'COUNT', 1],
  ['LMPOP', 1, 'a', 'LEFT', 'NOPE', 1], ['LMPOP', -1, 'a', 'LEFT'], ['LMPOP', 3, 'a', 'b', 'LEFT'], ['SET', 's', 1], ['LMPOP', 2, 's', 'b', 'LEFT'], ['RPUSH', 'b', 1], ['LMPOP', 2, 'b', 's', 'LEFT'],
]);

contract('LINDEX and LRANGE count from both ends', [
  RPUSH, ...[0, 1, 6, 7, -1, -7, -8, 100].map((i) => ['LINDEX', 'l', i]), ['LINDEX', 'l', 'x'], ['LINDEX', 'none', 'x'],
  ...[[0, 0], [1, 3], [-3, -1], [5, 100], [-100, 2], [3, 1], [-1, -3], [7, 9], [0, -8], ['-9223372036854775808', '9223372036854775807']].map((r) => ['LRANGE', 'l', ...r]),
  ['LRANGE', 'l', 'x', 1], ['LRANGE', 'l', 0, '1.0'], ['LRANGE', 'none', 0, 'y'], ['LRANGE', 'none', 0, -1],
]);

contract('LSET replaces within the list', [
  RPUSH, ['LSET', 'l', 0, 'A'], ['LSET', 'l', -1, 'E'], ['LSET', 'l', 3, 'B'], ALL, ['LSET', 'l', 7, 'x'], ['LSET', 'l', -8, 'x'], ['LSET', 'none', 0, 'x'], ['LSET', 'l', 'x', 'x'], ['LSET', 'none', 'x', 'x'],
]);

contract('LINSERT', [
  RPUSH, ['LINSERT', 'l', 'BEFORE', 'b', 'x'], ['LINSERT', 'l', 'after', 'e', 'y'], ['LINSERT', 'l', 'AFTER', 'zz', 'y'], ['LINSERT', 'none', 'AFTER', 'zz', 'y'], ['LINSERT', 'l', 'NEAR', 'b', 'x'], ['LINSERT', 'none', 'NEAR', 'b', 'x'], ALL, ['LINSERT', 'l', 'BEFORE', 'a', '0'], ALL,
]);

contract('LREM', [
  RPUSH, ['LREM', 'l', 1, 'b'], ALL, ['LREM', 'l', -1, 'b'], ALL, ['LREM', 'l', 0, 'zz'], ['LREM', 'l', 0, 'b'], ALL, ['LREM', 'l', 'x', 'b'], ['LREM', 'none', 'x', 'b'], ['LREM', 'none', 1, 'b'],
  ['RPUSH', 'm', 'x', 'x', 'x', 'x'], ['LREM', 'm', -3, 'x'], ['LRANGE', 'm', 0, -1], ['LREM', 'm', 0, 'x'], ['EXISTS', 'm'], ['RPUSH', 'n', '01', '1', '1'], ['LREM', 'n', 0, '1'], ['LRANGE', 'n', 0, -1],
]);

contract('LTRIM', [
  RPUSH, ['LTRIM', 'l', 1, -2], ALL, ['LTRIM', 'l', 0, 100], ALL, ['LTRIM', 'l', -2, -1], ALL, ['LTRIM', 'l', 5, 1], ['EXISTS', 'l'], ['LTRIM', 'none', 0, 1], ['LTRIM', 'none', 'x', 1], ['LTRIM', 'none', 0, 'x'], RPUSH, ['LTRIM', 'l', -100, 0], ALL,
]);

contract('LPOS', [
  RPUSH, ['LPOS', 'l', 'b'], ['LPOS', 'l', 'zz'], ['LPOS', 'none', 'b'], ['LPOS', 'none', 'b', 'COUNT', 1], ['LPOS', 'l', 'zz', 'COUNT', 0], ['LPOS', 'l', 'b', 'RANK', 2], ['LPOS', 'l', 'b', 'RANK', -1], ['LPOS', 'l', 'b', 'RANK', -2, 'COUNT', 0], ['LPOS', 'l', 'b', 'RANK', 4], ['LPOS', 'l', 'b', 'RANK', 4, 'COUNT', 0],
  ['LPOS', 'l', 'b', 'COUNT', 2], ['LPOS', 'l', 'b', 'COUNT', 0], ['LPOS', 'l', 'b', 'MAXLEN', 1], ['LPOS', 'l', 'b', 'MAXLEN', 2], ['LPOS', 'l', 'b', 'COUNT', 0, 'MAXLEN', 4], ['LPOS', 'l', 'b', 'COUNT', 0, 'MAXLEN', 3, 'RANK', -1], ['LPOS', 'l', 'b', 'COUNT', 0, 'MAXLEN', 0],
  ['LPOS', 'l', 'b', 'RANK', 0], ['LPOS', 'l', 'b', 'RANK', 'x'], ['LPOS', 'l', 'b', 'COUNT', -1], ['LPOS', 'l', 'b', 'COUNT', 'x'], ['LPOS', 'l', 'b', 'MAXLEN', -1], ['LPOS', 'l', 'b', 'MAXLEN', 'x'], ['LPOS', 'l', 'b', 'NOPE', 1], ['LPOS', 'l', 'b', 'RANK'], ['LPOS', 'l', 'b', 'COUNT', 1, 'COUNT', 2],
  ['LPOS', 'l', 'b', 'RANK', '9223372036854775807'], ['LPOS', 'l', 'b', 'RANK', '-9223372036854775807'],
]);

contract('LMOVE and RPOPLPUSH', [
  RPUSH, ['LMOVE', 'l', 'm', 'LEFT', 'RIGHT'], ['LMOVE', 'l', 'm', 'right', 'left'], ['LMOVE', 'l', 'm', 'LEFT', 'LEFT'], ['LMOVE', 'l', 'm', 'RIGHT', 'RIGHT'], ['LRANGE', 'm', 0, -1], ALL, ['RPOPLPUSH', 'l', 'm'], ['RPOPLPUSH', 'l', 'l'], ['LMOVE', 'l', 'l', 'LEFT', 'LEFT'], ALL,
  ['RPOPLPUSH', 'l', 'm'], ['RPOPLPUSH', 'l', 'm'], ['EXISTS', 'l'], ['RPOPLPUSH', 'l', 'm'], ['LMOVE', 'l', 'm', 'UP', 'LEFT'], ['LMOVE', 'l', 'm', 'LEFT', 'x'], ['SET', 's', 1], ['RPOPLPUSH', 'none', 's'], ['RPOPLPUSH', 'm', 's'], ['LMOVE', 's', 'm', 'LEFT', 'LEFT'], ['LRANGE', 'm', 0, -1],
  ['RPUSH', 'one', 'x'], ['RPOPLPUSH', 'one', 'one'], ['LRANGE', 'one', 0, -1],
]);

const WRONG_TYPE: Words[] = [
  ['LPUSH', 's', 'a'], ['RPUSH', 's', 'a'], ['LPUSHX', 's', 'a'], ['RPUSHX', 's', 'a'], ['LPOP', 's'], ['RPOP', 's', 1], ['LPOP', 's', 0], ['LLEN', 's'], ['LINDEX', 's', 0], ['LINDEX', 's', 'x'], ['LINSERT', 's', 'BEFORE', 'a', 'b'], ['LINSERT', 's', 'X', 'a', 'b'], ['LRANGE', 's', 0, 1], ['LRANGE', 's', 'x', 1],
  ['LREM', 's', 0, 'a'], ['LREM', 's', 'x', 'a'], ['LSET', 's', 0, 'a'], ['LSET', 's', 'x', 'a'], ['LTRIM', 's', 0, 1], ['LTRIM', 's', 'x', 1], ['LPOS', 's', 'a'], ['LPOS', 's', 'a', 'RANK', 0], ['LMOVE', 's', 'd', 'LEFT', 'LEFT'], ['RPOPLPUSH', 's', 'd'], ['BLPOP', 's', 1], ['BRPOP', 'none', 's', 1], ['BLMOVE', 's', 'd', 'LEFT', 'LEFT', 1], ['BRPOPLPUSH', 's', 'd', 1], ['BLMPOP', 1, 1, 's', 'LEFT'],
];
contract('a key of another type is refused by every command', [['SET', 's', 'x'], ...WRONG_TYPE]);

contract('long lists', [
  ['RPUSH', 'l', ...range(1000)], ['LPUSH', 'l', ...range(1000)], ...[0, 127, 128, 129, 500, 999, 1000, 1500, 1999, 2000, -1, -128, -129, -2000].map((i) => ['LINDEX', 'l', i]),
  ['LRANGE', 'l', 100, 400], ['LRANGE', 'l', -300, -100], ['LINSERT', 'l', 'AFTER', 'e500', 'in'], ['LINSERT', 'l', 'BEFORE', 'e10', 'in'], ['LPOS', 'l', 'in', 'COUNT', 0], ['LPOS', 'l', 'e7', 'COUNT', 0, 'RANK', -1], ['LREM', 'l', -1, 'e500'], ['LSET', 'l', 1300, 'here'], ['LTRIM', 'l', 150, -150], ALL, ['LPOP', 'l', 600], ['RPOP', 'l', 600], ALL, ['OBJECT', 'ENCODING', 'l'],
]);

contract('events', [
  ['CONFIG', 'SET', 'notify-keyspace-events', 'AKEmn'], { run: ['PSUBSCRIBE', '__key*'], as: 'events' },
  ['LPUSH', 'l', 'a', 'b'], ['RPUSH', 'l', 'c'], ['LPUSHX', 'l', 'd'], ['RPUSHX', 'none', 'd'], ['LINSERT', 'l', 'BEFORE', 'a', 'x'], ['LINSERT', 'l', 'BEFORE', 'zz', 'x'], ['LSET', 'l', 0, 'q'], ['LREM', 'l', 0, 'q'], ['LREM', 'l', 0, 'zz'], ['LTRIM', 'l', 0, 100], ['LRANGE', 'none', 0, 1], ['LINDEX', 'none', 0], ['LLEN', 'none'], ['LPOS', 'none', 'a'],
  ['LPOP', 'none'], ['LPOP', 'l', 0], ['LPOP', 'l'], ['RPOP', 'l', 1], ['LMOVE', 'l', 'm', 'LEFT', 'RIGHT'], ['LMOVE', 'l', 'm', 'RIGHT', 'LEFT'], ['RPOPLPUSH', 'm', 'm'], ['LMOVE', 'm', 'm', 'LEFT', 'LEFT'], ['RPOPLPUSH', 'm', 'n'], ['RPOPLPUSH', 'none', 'n'], ['LMPOP', 3, 'none', 'm', 'n', 'LEFT', 'COUNT', 5], ['LTRIM', 'n', 5, 1], ['LMPOP', 1, 'none', 'LEFT'],
  ['RPUSH', 'b', 1, 2, 3, 4], ['BLPOP', 'b', 1], ['BRPOP', 'none', 'b', 1], ['BLMOVE', 'b', 'c', 'LEFT', 'LEFT', 1], ['BRPOPLPUSH', 'b', 'c', 1], ['BLMPOP', 1, 2, 'none', 'c', 'LEFT', 'COUNT', 9], ['RPUSH', 'one', 'x'], ['RPOPLPUSH', 'one', 'one'], ['LREM', 'one', 0, 'x'],
  ['CONFIG', 'SET', 'notify-keyspace-events', ''], ['PING'],
], { wireOnly: 'needs several connections' });

contract('WATCH sees exactly the commands that change something', [
  RPUSH, ...(
    [['LPOP', 'l', 0], ['LREM', 'l', 0, 'zz'], ['LINSERT', 'l', 'BEFORE', 'zz', 'x'], ['LTRIM', 'l', 0, -1], ['LSET', 'l', 0, 'a'], ['LPUSHX', 'l', 'x'], ['RPOPLPUSH', 'l', 'l'], ['RPOPLPUSH', 'none', 'l'], ['LPOP', 'l'], ['LSET', 'l', 100, 'x'], ['LPOS', 'l', 'a'], ['BLPOP', 'l', 0]] satisfies Words[]
  ).flatMap((words) => [['WATCH', 'l'], words, ['MULTI'], ['PING'], ['EXEC']] satisfies Words[]),
]);
