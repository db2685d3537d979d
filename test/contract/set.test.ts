import { contract, useServers, type Step, type Words } from './harness';

useServers();

const sorted = (...run: Words): Step => ({ run, compare: 'sorted' });
const shape = (...run: Words): Step => ({ run, compare: 'shape' });
const numbers = (count: number, first = 0) => Array.from({ length: count }, (_, i) => first + i);
const letters = (count: number) => numbers(count).map((i) => `m${String(i)}`);

contract('SADD, SREM, SCARD, SISMEMBER, SMISMEMBER', [
  ['SADD', 's', 'a', 'b', 'a', 'c'], ['SADD', 's', 'a'], ['SADD', 's', 'd', 'a'], ['SCARD', 's'], ['SISMEMBER', 's', 'a'], ['SISMEMBER', 's', 'z'], ['SMISMEMBER', 's', 'a', 'z', 'b', 'a'], sorted('SMEMBERS', 's'),
  ['SREM', 's', 'z'], ['SREM', 's', 'a', 'a', 'z'], sorted('SMEMBERS', 's'), ['SREM', 's', 'b', 'c', 'd'], ['EXISTS', 's'], ['SADD', 's'], ['SREM', 's'], ['SMISMEMBER', 's'], ['SADD', 'bin', '\0\r\n\xff', ''], sorted('SMEMBERS', 'bin'),
]);

contract('what is missing', [
  ['SCARD', 'none'], ['SISMEMBER', 'none', 'a'], ['SMISMEMBER', 'none', 'a', 'b'], ['SMEMBERS', 'none'], ['SREM', 'none', 'a'], ['SPOP', 'none'], ['SPOP', 'none', 3], ['SPOP', 'none', 0], ['SRANDMEMBER', 'none'], ['SRANDMEMBER', 'none', 2], ['SRANDMEMBER', 'none', -2], ['SSCAN', 'none', 0], ['SSCAN', 'none', 0, 'NOPE'], ['SSCAN', 'none', 'x'],
  ['SMOVE', 'none', 'd', 'a'], ['SINTER', 'none'], ['SUNION', 'none', 'none2'], ['SDIFF', 'none'], ['SINTERCARD', 1, 'none'], ['SINTERSTORE', 'd', 'none'], ['SUNIONSTORE', 'd', 'none'], ['SDIFFSTORE', 'd', 'none'],
]);

contract('sets of integers are shown in ascending order', [
  ['SADD', 's', 5, -3, 100000, 7, '9223372036854775807', '-9223372036854775808', '9007199254740993', 0], ['SMEMBERS', 's'], ['SISMEMBER', 's', '9007199254740993'], ['SISMEMBER', 's', '9007199254740992'], ['SISMEMBER', 's', '05'], ['SADD', 's', '9007199254740993'], ['SREM', 's', '9007199254740993', '05', 'x'], ['SMEMBERS', 's'], ['SSCAN', 's', 0], ['SSCAN', 's', 0, 'MATCH', '*0*', 'COUNT', 1],
  ['SADD', 't', 7, 5, 1], ['SINTER', 's', 't'], ['SUNION', 't', 's'], ['SDIFF', 's', 't'], ['SDIFF', 't', 's'], ['SRANDMEMBER', 's', 100], ['SADD', 's', '9223372036854775808', '-0', '+1', '01', ' 1'], sorted('SMEMBERS', 's'),
  ['SPOP', 't', 3], ['EXISTS', 't'],
]);

contract('a key of another type is refused by every command', [
  ['SET', 'x', 'text'], ['SADD', 's', 'a'],
  ['SADD', 'x', 'a'], ['SREM', 'x', 'a'], ['SCARD', 'x'], ['SISMEMBER', 'x', 'a'], ['SMISMEMBER', 'x', 'a'], ['SMEMBERS', 'x'], ['SPOP', 'x'], ['SPOP', 'x', 1], ['SPOP', 'x', 0], ['SPOP', 'x', -1], ['SRANDMEMBER', 'x'], ['SRANDMEMBER', 'x', 1], ['SRANDMEMBER', 'x', 0], ['SSCAN', 'x', 0], ['SSCAN', 'x', 0, 'NOPE'], ['SSCAN', 'x', 'y'],
  ['SMOVE', 'x', 's', 'a'], ['SMOVE', 's', 'x', 'a'], ['SMOVE', 's', 'x', 'zz'], ['SMOVE', 'none', 'x', 'a'], ['SMOVE', 'x', 'none', 'a'], ['SINTER', 's', 'x'], ['SINTER', 'none', 'x'], ['SINTER', 'x', 'none'], ['SUNION', 's', 'x'], ['SDIFF', 'none', 'x'], ['SINTERCARD', 2, 'none', 'x'], ['SINTERSTORE', 'd', 'none', 'x'], ['SUNIONSTORE', 'd', 's', 'x'], ['SDIFFSTORE', 'd', 's', 'x'], ['SUNIONSTORE', 'x', 's'], ['TYPE', 'x'],
]);

contract('SMOVE', [
  ['SADD', 'a', 1, 2], ['SADD', 'b', 2, 'x'], ['SMOVE', 'a', 'b', 1], ['SMOVE', 'a', 'b', 2], ['EXISTS', 'a'], sorted('SMEMBERS', 'b'), ['SMOVE', 'b', 'c', 'x'], ['SMEMBERS', 'c'], ['SMOVE', 'b', 'b', '1'], ['SMOVE', 'b', 'b', 'zz'], ['SMOVE', 'b', 'c', 'zz'], ['SMOVE', 'b', 'c'],
]);

contract('SPOP and SRANDMEMBER', [
  ['SADD', 'one', 'x'], ['SRANDMEMBER', 'one'], ['SRANDMEMBER', 'one', 5], ['SRANDMEMBER', 'one', -3], ['SRANDMEMBER', 'one', 0], ['SRANDMEMBER', 'one', 'x'], ['SRANDMEMBER', 'one', 1, 2], ['SRANDMEMBER', 'one', '-9223372036854775808'], ['SRANDMEMBER', 'one', '9223372036854775808'], ['SPOP', 'one', 0], ['SPOP', 'one', -1], ['SPOP', 'one', 'x'], ['SPOP', 'one', 1, 2], ['SPOP', 'one'], ['EXISTS', 'one'],
  ['SADD', 's', ...letters(100)], shape('SRANDMEMBER', 's', 10), shape('SRANDMEMBER', 's', 90), shape('SRANDMEMBER', 's', -150), sorted('SRANDMEMBER', 's', 100), shape('SPOP', 's'), shape('SPOP', 's', 10), ['SCARD', 's'], shape('SPOP', 's', 80), ['SCARD', 's'], shape('SPOP', 's', 100), ['EXISTS', 's'],
]);

contract('combining', [
  ['SADD', 'a', 'x', 'y', 'z', 1], ['SADD', 'b', 'y', 'z', 2], ['SADD', 'c', 'z', 1, 2], sorted('SINTER', 'a', 'b'), sorted('SINTER', 'a', 'b', 'c'), sorted('SINTER', 'a', 'none'), sorted('SUNION', 'a', 'b', 'none', 'c'), sorted('SDIFF', 'a', 'b'), sorted('SDIFF', 'a', 'none', 'c'), sorted('SDIFF', 'none', 'a'), sorted('SDIFF', 'a', 'a'), sorted('SINTER', 'a', 'a'),
  ['SINTERSTORE', 'd', 'a', 'b'], sorted('SMEMBERS', 'd'), ['SUNIONSTORE', 'd', 'a', 'b'], sorted('SMEMBERS', 'd'), ['SDIFFSTORE', 'd', 'a', 'b'], sorted('SMEMBERS', 'd'), ['SDIFFSTORE', 'd', 'a', 'a'], ['EXISTS', 'd'], ['SUNIONSTORE', 'a', 'a', 'b'], sorted('SMEMBERS', 'a'), ['SINTERSTORE', 'b', 'none', 'a'], ['EXISTS', 'b'],
  ['SET', 'e', 1], ['EXPIRE', 'e', 100], ['SUNIONSTORE', 'e', 'a'], ['TTL', 'e'], ['SINTER'], ['SINTERSTORE', 'd'],
]);

contract('SINTERCARD', [
  ['SADD', 'a', 1, 2, 3, 4, 5], ['SADD', 'b', 2, 3, 4, 5, 6], ['SINTERCARD', 2, 'a', 'b'], ['SINTERCARD', 2, 'a', 'b', 'LIMIT', 2], ['SINTERCARD', 2, 'a', 'b', 'limit', 0], ['SINTERCARD', 2, 'a', 'b', 'LIMIT', 10], ['SINTERCARD', 1, 'a'], ['SINTERCARD', 2, 'a', 'none'],
  ['SINTERCARD', 0, 'a'], ['SINTERCARD', 'x', 'a'], ['SINTERCARD', -1, 'a'], ['SINTERCARD', 2, 'a'], ['SINTERCARD', 1, 'a', 'b'], ['SINTERCARD', 1, 'a', 'LIMIT'], ['SINTERCARD', 1, 'a', 'LIMIT', -1], ['SINTERCARD', 1, 'a', 'LIMIT', 'x'], ['SINTERCARD', 1, 'a', 'LIMIT', 1, 'LIMIT', 2], ['SINTERCARD', 1, 'a', 'NOPE', 1],
]);

contract('SSCAN of a small set', [
  ['SADD', 's', 'a', 'b', 'ab'], sorted('SMEMBERS', 's'), ['SSCAN', 's', 0, 'COUNT', 0], ['SSCAN', 's', 'x'], ['SSCAN', 's', 0, 'MATCH'], ['SSCAN', 's', 0, 'NOPE', 1], ['SSCAN', 's', 0, 'COUNT', 'x'], ['SSCAN', 's', 0, 'MATCH', 'zz'],
]);

contract('events', [
  ['CONFIG', 'SET', 'notify-keyspace-events', 'AKEmn'], { run: ['PSUBSCRIBE', '__key*'], as: 'events' },
  ['SADD', 'a', 1, 2, 3], ['SADD', 'a', 1], ['SADD', 'a', 4, 1], ['SREM', 'a', 'zz'], ['SREM', 'a', 4], ['SMOVE', 'a', 'b', 1], ['SMOVE', 'a', 'a', 2], ['SMOVE', 'a', 'b', 'zz'], ['SADD', 'c', 1], ['SMOVE', 'c', 'b', 1], ['SMOVE', 'none', 'b', 1], ['SADD', 'c', 9], ['SMOVE', 'c', 'd', 9],
  ['SISMEMBER', 'none', 1], ['SCARD', 'none'], ['SMEMBERS', 'none'], ['SRANDMEMBER', 'none'], ['SRANDMEMBER', 'none', 1], ['SSCAN', 'none', 0], ['SPOP', 'none'], ['SPOP', 'none', 1], ['SMISMEMBER', 'none', 1], ['SINTER', 'a', 'none'], ['SUNION', 'none', 'a'], ['SDIFF', 'none', 'a'], ['SINTERCARD', 1, 'none'],
  ['SINTERSTORE', 'i', 'a', 'a'], ['SUNIONSTORE', 'i', 'a', 'none'], ['SDIFFSTORE', 'i', 'a'], ['SDIFFSTORE', 'i', 'a', 'a'], ['SINTERSTORE', 'i', 'none'], ['SUNIONSTORE', 'b', 'none'], ['SADD', 'p', 1], ['SPOP', 'p'], ['SADD', 'p', 1], ['SPOP', 'p', 1], ['SADD', 'p', ...numbers(50)], shape('SPOP', 'p', 5), shape('SPOP', 'p', 44), ['SPOP', 'p', 0], shape('SPOP', 'p', 9), ['SREM', 'a', 2, 3],
  ['CONFIG', 'SET', 'notify-keyspace-events', ''], ['PING'],
], { wireOnly: 'needs several connections' });

contract('WATCH sees exactly the commands that change something', [
  ['SADD', 'a', 1, 2, 3], ['SADD', 'b', 9], ...(
    [['SADD', 'a', 1], ['SREM', 'a', 'zz'], ['SMOVE', 'a', 'a', 1], ['SMOVE', 'a', 'b', 'zz'], ['SPOP', 'a', 0], ['SRANDMEMBER', 'b'], ['SMOVE', 'b', 'a', 9], ['SUNIONSTORE', 'c', 'a'], ['SUNIONSTORE', 'a', 'a'], ['SADD', 'a', 77], ['SREM', 'a', 77]] satisfies Words[]
  ).flatMap((words) => [['WATCH', 'a'], words, ['MULTI'], ['PING'], ['EXEC']] satisfies Words[]),
]);

contract('encodings', [
  ['SADD', 'i', ...numbers(512)], ['OBJECT', 'ENCODING', 'i'], ['SADD', 'i', 512], ['OBJECT', 'ENCODING', 'i'], ['SREM', 'i', 512, 511], ['OBJECT', 'ENCODING', 'i'], ['COPY', 'i', 'j'], ['OBJECT', 'ENCODING', 'j'],
  ['SADD', 't', 1, 2], ['SADD', 't', 'x'], ['OBJECT', 'ENCODING', 't'], ['SREM', 't', 'x'], ['OBJECT', 'ENCODING', 't'], ['SUNIONSTORE', 'u', 't'], ['OBJECT', 'ENCODING', 'u'], ['SINTERSTORE', 'u', 't', 'i'], ['OBJECT', 'ENCODING', 'u'], ['SDIFFSTORE', 'u', 't', 'none'], ['OBJECT', 'ENCODING', 'u'],
  ['SPOP', 't', 0], ['OBJECT', 'ENCODING', 't'], shape('SPOP', 'i', 500), ['OBJECT', 'ENCODING', 'i'], ['CONFIG', 'SET', 'set-max-intset-entries', 2], ['SADD', 'v', 1, 2], ['OBJECT', 'ENCODING', 'v'], ['SADD', 'v', 3], ['OBJECT', 'ENCODING', 'v'], ['CONFIG', 'SET', 'set-max-intset-entries', 0], ['SADD', 'w', 1], ['OBJECT', 'ENCODING', 'w'], ['CONFIG', 'SET', 'set-max-intset-entries', 512],
]);
