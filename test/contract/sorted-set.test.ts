import { SORTED_SET_COMMANDS } from '../../src/engine/commands/sorted-set';
import { contract, useServers, type Step } from './harness';

useServers();

const THREE: Step = ['ZADD', 'z', 1, 'a', 2, 'b', 3, 'c'];

contract('ZADD adds, updates and counts as its options say', [
  THREE,
  ['ZADD', 'z', 1, 'a', 5, 'b', 4, 'd'], ['ZADD', 'z', 'CH', 1, 'a', 6, 'b', 5, 'e'],
  ['ZADD', 'z', 'NX', 9, 'a', 9, 'f'], ['ZADD', 'z', 'XX', 9, 'a', 9, 'g'], ['ZADD', 'z', 'XX', 'CH', 8, 'a', 9, 'g'],
  ['ZADD', 'z', 'GT', 'CH', 1, 'a', 10, 'b'], ['ZADD', 'z', 'LT', 'CH', 1, 'a', 20, 'b'], ['ZADD', 'z', 'GT', 1, 'new'],
  ['ZADD', 'z', 'INCR', 2.5, 'a'], ['ZADD', 'z', 'XX', 'INCR', 1, 'none'], ['ZADD', 'z', 'NX', 'INCR', 1, 'a'],
  ['ZADD', 'z', 'GT', 'INCR', -1, 'a'], ['ZADD', 'z', 'LT', 'INCR', -1, 'a'], ['ZADD', 'z', 'xx', 'gt', 'ch', 'incr', 1, 'a'],
  ['ZADD', 'z', 1, 'twice', 2, 'twice'], ['ZADD', 'z', 'CH', 3, 'twice', 2, 'twice'],
  ['ZRANGE', 'z', 0, -1, 'WITHSCORES'], ['ZADD', 'none', 'XX', 1, 'a'], ['ZADD', 'none', 'XX', 'INCR', 1, 'a'], ['EXISTS', 'none'],
]);

contract('ZADD refuses what does not go together', [
  ['ZADD', 'z', 'NX', 'XX', 1, 'a'], ['ZADD', 'z', 'GT', 'LT', 1, 'a'], ['ZADD', 'z', 'NX', 'GT', 1, 'a'], ['ZADD', 'z', 'NX', 'XX', 'GT', 1, 'a'],
  ['ZADD', 'z', 'INCR', 1, 'a', 2, 'b'], ['ZADD', 'z', 'CH'], ['ZADD', 'z', 1], ['ZADD', 'z', 'CH', 'NX'], ['ZADD', 'z', 1, 'a', 2],
  ['ZADD', 'z', 'x', 'a'], ['ZADD', 'z', 1, 'a', 'x', 'b'], ['ZADD', 'z', 'nan', 'a'], ['ZADD', 'z', '', 'a'], ['ZADD', 'z', ' 1', 'a'],
  ['ZADD', 'z', '1e400', 'a'], ['ZADD', 'z', '1e-400', 'a'], ['ZADD', 'z', '0e5', 'a'], ['ZADD', 'z', '1e-320', 'b'], ['ZADD', 'z', '0x10', 'hex'],
  ['ZADD', 'z', 'INF', 'i', '-inf', 'j', '+infinity', 'k'], ['ZRANGE', 'z', 0, -1, 'WITHSCORES'],
  ['ZINCRBY', 'z', '-inf', 'i'], ['ZADD', 'z', 'INCR', 'inf', 'j'], ['ZINCRBY', 'z', 'nx', 'j'], ['ZINCRBY', 'z', 'x', 'j'],
  ['ZINCRBY', 'z', 1.5, 'n'], ['ZINCRBY', 'z', 0.1, 'n'], ['ZINCRBY', 'z', '1e20', 'n'],
]);

contract('negative zero is 0 in a small set and itself in a large one', [
  ['ZADD', 'z', '-0', 'a'], ['ZSCORE', 'z', 'a'], ['ZADD', 'z', 0, 'b', '-0', 'b'], ['ZSCORE', 'z', 'b'],
  ['ZUNION', 1, 'z', 'WEIGHTS', -1, 'WITHSCORES'], ['ZUNIONSTORE', 'u', 1, 'z', 'WEIGHTS', -1], ['ZRANGE', 'u', 0, -1, 'WITHSCORES'],
  ['CONFIG', 'SET', 'zset-max-listpack-entries', 0],
  ['ZADD', 'large', '-0', 'a'], ['ZSCORE', 'large', 'a'], ['ZADD', 'large', 0, 'a'], ['ZSCORE', 'large', 'a'], ['ZSCAN', 'large', 0],
  ['CONFIG', 'SET', 'zset-max-listpack-entries', 128],
]);

contract('reading single members', [
  THREE, ['ZADD', 'z', '3.14159', 'pi', '1e100', 'big', '-1.5e-7', 'small', 'inf', 'infinite'],
  ['ZCARD', 'z'], ['ZSCORE', 'z', 'pi'], ['ZSCORE', 'z', 'big'], ['ZSCORE', 'z', 'small'], ['ZSCORE', 'z', 'infinite'], ['ZSCORE', 'z', 'none'],
  ['ZMSCORE', 'z', 'a', 'none', 'infinite', 'a'], ['ZRANK', 'z', 'a'], ['ZRANK', 'z', 'none'], ['ZREVRANK', 'z', 'a'], ['ZREVRANK', 'z', 'none'],
  ['ZRANK', 'z', 'a', 'WITHSCORE'], ['ZMSCORE', 'z'],
]);

contract('reading what is missing', [
  ['ZCARD', 'n'], ['ZSCORE', 'n', 'a'], ['ZMSCORE', 'n', 'a', 'b'], ['ZRANK', 'n', 'a'], ['ZREVRANK', 'n', 'a'], ['ZCOUNT', 'n', 0, 1],
  ['ZLEXCOUNT', 'n', '-', '+'], ['ZRANGE', 'n', 0, -1], ['ZRANGE', 'n', 0, 1, 'BYSCORE'], ['ZREVRANGE', 'n', 0, -1, 'WITHSCORES'],
  ['ZRANGEBYSCORE', 'n', 0, 1], ['ZRANGEBYLEX', 'n', '-', '+'], ['ZREVRANGEBYSCORE', 'n', 1, 0], ['ZREVRANGEBYLEX', 'n', '+', '-'],
  ['ZREM', 'n', 'a'], ['ZREMRANGEBYRANK', 'n', 0, -1], ['ZREMRANGEBYSCORE', 'n', 0, 1], ['ZREMRANGEBYLEX', 'n', '-', '+'],
  ['ZPOPMIN', 'n'], ['ZPOPMAX', 'n', 2], ['ZPOPMIN', 'n', 0], ['ZMPOP', 1, 'n', 'MIN'], ['ZRANDMEMBER', 'n'], ['ZRANDMEMBER', 'n', 2],
  ['ZRANDMEMBER', 'n', -2, 'WITHSCORES'], ['ZSCAN', 'n', 0], ['ZUNION', 1, 'n'], ['ZINTER', 2, 'n', 'm', 'WITHSCORES'], ['ZDIFF', 1, 'n'],
  ['ZUNIONSTORE', 'd', 1, 'n'], ['ZINTERSTORE', 'd', 1, 'n'], ['ZDIFFSTORE', 'd', 1, 'n'], ['ZINTERCARD', 1, 'n'], ['ZRANGESTORE', 'd', 'n', 0, -1],
  ['EXISTS', 'd'], ['DBSIZE'],
]);

contract('a key of another type is refused by every command', [
  ['SET', 's', 'x'], THREE,
  ['ZADD', 's', 1, 'a'], ['ZADD', 's', 'x', 'a'], ['ZINCRBY', 's', 1, 'a'], ['ZCARD', 's'], ['ZSCORE', 's', 'a'], ['ZMSCORE', 's', 'a'],
  ['ZRANK', 's', 'a'], ['ZREVRANK', 's', 'a'], ['ZCOUNT', 's', 0, 1], ['ZLEXCOUNT', 's', '-', '+'], ['ZRANGE', 's', 0, -1],
  ['ZRANGESTORE', 'd', 's', 0, -1], ['ZRANGEBYSCORE', 's', 0, 1], ['ZRANGEBYLEX', 's', '-', '+'], ['ZREM', 's', 'a'],
  ['ZREMRANGEBYRANK', 's', 0, -1], ['ZREMRANGEBYSCORE', 's', 0, 1], ['ZREMRANGEBYLEX', 's', '-', '+'], ['ZPOPMIN', 's'], ['ZPOPMIN', 's', 0],
  ['ZMPOP', 1, 's', 'MIN'], ['ZMPOP', 2, 'z', 's', 'MIN'], ['ZMPOP', 2, 's', 'z', 'MIN'], ['ZRANDMEMBER', 's'], ['ZRANDMEMBER', 's', 0], ['ZSCAN', 's', 0],
  ['ZUNION', 2, 'z', 's'], ['ZINTER', 2, 'z', 's', 'NOPE'], ['ZDIFF', 1, 's'], ['ZUNIONSTORE', 's', 1, 'z'], ['TYPE', 's'], ['BZPOPMIN', 'z', 's', 0],
  ['SET', 's', 'x'], ['BZPOPMAX', 's', 'z', 0], ['BZMPOP', 0, 2, 's', 'z', 'MIN'],
]);

contract('ZRANGE by rank', [
  THREE,
  ['ZRANGE', 'z', 0, -1], ['ZRANGE', 'z', 1, 1], ['ZRANGE', 'z', -2, -1], ['ZRANGE', 'z', 2, 1], ['ZRANGE', 'z', 5, 9], ['ZRANGE', 'z', -100, 100],
  ['ZRANGE', 'z', 0, -1, 'REV'], ['ZRANGE', 'z', 0, 0, 'REV', 'WITHSCORES'], ['ZRANGE', 'z', -1, -1, 'REV'], ['ZREVRANGE', 'z', 0, 1], ['ZREVRANGE', 'z', 1, -1, 'WITHSCORES'],
  ['ZREVRANGE', 'z', 0, -1, 'REV'], ['ZRANGE', 'z', 0, -1, 'LIMIT', 0, -1], ['ZRANGE', 'z', 0, -1, 'LIMIT', 0, 1], ['ZRANGE', 'z', 0, -1, 'LIMIT', 1],
  ['ZRANGE', 'z', 'a', 1], ['ZRANGE', 'z', '(1', 2], ['ZRANGE', 'z', 0, -1, 'NOPE'], ['ZRANGE', 'z', 0, -1, 'WITHSCORES', 'WITHSCORES'],
  ['ZRANGE', 'z', '9223372036854775808', 1], ['ZRANGE', 'z', '-9223372036854775808', '9223372036854775807'],
]);

contract('ZRANGE by score', [
  ['ZADD', 'z', '-inf', 'l', 1, 'a', 1, 'b', 2, 'c', 2.5, 'd', 3, 'e', 'inf', 'h'],
  ['ZRANGEBYSCORE', 'z', '-inf', '+inf'], ['ZRANGEBYSCORE', 'z', 1, 2, 'WITHSCORES'], ['ZRANGEBYSCORE', 'z', '(1', '(3'], ['ZRANGEBYSCORE', 'z', '(1', '(1'],
  ['ZRANGEBYSCORE', 'z', 2, 1], ['ZRANGEBYSCORE', 'z', '-inf', '+inf', 'LIMIT', 1, 2], ['ZRANGEBYSCORE', 'z', '-inf', '+inf', 'LIMIT', 2, -1],
  ['ZRANGEBYSCORE', 'z', '-inf', '+inf', 'LIMIT', -1, 2], ['ZRANGEBYSCORE', 'z', '-inf', '+inf', 'LIMIT', 50, 2], ['ZRANGEBYSCORE', 'z', '-inf', '+inf', 'LIMIT', 0, 0],
  ['ZRANGEBYSCORE', 'z', '-inf', '+inf', 'LIMIT', 'a', 0], ['ZRANGEBYSCORE', 'z', '(-inf', '(inf', 'WITHSCORES', 'LIMIT', 0, 3],
  ['ZREVRANGEBYSCORE', 'z', '+inf', '-inf'], ['ZREVRANGEBYSCORE', 'z', 3, '(1', 'WITHSCORES'], ['ZREVRANGEBYSCORE', 'z', '+inf', '-inf', 'LIMIT', 1, 2],
  ['ZREVRANGEBYSCORE', 'z', 1, 3], ['ZREVRANGEBYSCORE', 'z', 2, 1, 'LIMIT', 0, -5], ['ZRANGE', 'z', 1, 3, 'BYSCORE'], ['ZRANGE', 'z', 3, 1, 'BYSCORE', 'REV', 'LIMIT', 1, 2, 'WITHSCORES'],
  ['ZCOUNT', 'z', 1, 2], ['ZCOUNT', 'z', '(1', 'inf'], ['ZCOUNT', 'z', 3, 1], ['ZCOUNT', 'z', '-inf', '(-inf'], ['ZCOUNT', 'z', 'x', 1],
  ['ZRANGEBYSCORE', 'z', 'a', 1], ['ZRANGEBYSCORE', 'z', 1, 'nan'], ['ZRANGEBYSCORE', 'z', '', ''], ['ZRANGEBYSCORE', 'z', '(', 1], ['ZRANGEBYSCORE', 'z', ' 1', 2], ['ZRANGEBYSCORE', 'z', '1 ', 2],
  ['ZRANGEBYSCORE', 'z', '1\0x', 2], ['ZRANGEBYSCORE', 'z', '( 1', 2], ['ZRANGEBYSCORE', 'z', '1e-400', '1e400'], ['ZRANGEBYSCORE', 'z', '((1', 2],
  ['ZRANGEBYSCORE', 'z', 1, 2, 'BYSCORE'], ['ZRANGEBYSCORE', 'z', 1, 2, 'REV'], ['ZRANGE', 'z', 1, 2, 'BYSCORE', 'BYLEX'], ['ZRANGE', 'z', 'nope', 2, 'BYSCORE'],
]);

contract('ZRANGE by name', [
  ['ZADD', 'z', 0, 'a', 0, 'aa', 0, 'b', 0, 'c', 0, '\xff', 0, ''],
  ['ZRANGEBYLEX', 'z', '-', '+'], ['ZRANGEBYLEX', 'z', '[a', '[b'], ['ZRANGEBYLEX', 'z', '(a', '(c'], ['ZRANGEBYLEX', 'z', '[', '[a'], ['ZRANGEBYLEX', 'z', '(', '+'],
  ['ZRANGEBYLEX', 'z', '+', '-'], ['ZRANGEBYLEX', 'z', '[c', '[a'], ['ZRANGEBYLEX', 'z', '-', '+', 'LIMIT', 1, 2], ['ZRANGEBYLEX', 'z', '-', '+', 'LIMIT', 1, -1],
  ['ZREVRANGEBYLEX', 'z', '+', '-'], ['ZREVRANGEBYLEX', 'z', '[c', '(a', 'LIMIT', 0, 2], ['ZREVRANGEBYLEX', 'z', '-', '+'], ['ZRANGE', 'z', '[a', '[b', 'BYLEX'], ['ZRANGE', 'z', '[c', '[a', 'BYLEX', 'REV'],
  ['ZRANGE', 'z', '-', '+', 'BYLEX', 'WITHSCORES'], ['ZRANGEBYLEX', 'z', '-', '+', 'WITHSCORES'], ['ZRANGEBYLEX', 'z', 'a', 'b'], ['ZRANGEBYLEX', 'z', '', '+'], ['ZRANGEBYLEX', 'z', '+a', '+'],
  ['ZRANGEBYLEX', 'z', '-\0a', '+\0'], ['ZLEXCOUNT', 'z', '-', '+'], ['ZLEXCOUNT', 'z', '(a', '[c'], ['ZLEXCOUNT', 'z', '[c', '[a'], ['ZLEXCOUNT', 'z', 'a', '[c'],
]);

contract('ranges of names in a small set with unequal scores', [
  ['ZADD', 'z', 1, 'd', 2, 'a', 3, 'c', 4, 'b', 5, 'e'],
  ...['[a', '[b', '(c', '[d', '-', '+'].flatMap((low) => ['[a', '(b', '[c', '[e', '-', '+'].flatMap((high): Step[] => [
    ['ZRANGEBYLEX', 'z', low, high], ['ZREVRANGEBYLEX', 'z', high, low], ['ZLEXCOUNT', 'z', low, high],
  ])),
]);

contract('ZRANGESTORE', [
  THREE, ['SET', 'd', 'x'],
  ['ZRANGESTORE', 'd', 'z', 0, 1], ['ZRANGE', 'd', 0, -1, 'WITHSCORES'], ['ZRANGESTORE', 'd', 'z', 0, 0, 'REV'], ['ZRANGE', 'd', 0, -1, 'WITHSCORES'],
  ['ZRANGESTORE', 'd', 'z', '(1', '+inf', 'BYSCORE', 'LIMIT', 0, 1], ['ZRANGE', 'd', 0, -1, 'WITHSCORES'], ['ZRANGESTORE', 'd', 'z', '[c', '-', 'BYLEX', 'REV'], ['ZRANGE', 'd', 0, -1],
  ['ZRANGESTORE', 'd', 'z', 0, -1, 'WITHSCORES'], ['ZRANGESTORE', 'd', 'z', 5, 9], ['EXISTS', 'd'], ['ZRANGESTORE', 'z', 'z', 1, 1], ['ZRANGE', 'z', 0, -1], ['ZRANGESTORE', 'z', 'z', 1, 'x'],
]);

contract('removing members', [
  ['ZADD', 'z', 1, 'a', 2, 'b', 3, 'c', 4, 'd', 5, 'e', 6, 'f', 7, 'g', 8, 'h'],
  ['ZREM', 'z', 'a', 'none', 'a'], ['ZREM', 'z', 'none'], ['ZREMRANGEBYRANK', 'z', 0, 0], ['ZREMRANGEBYRANK', 'z', -1, -1], ['ZREMRANGEBYRANK', 'z', 3, 2], ['ZREMRANGEBYRANK', 'z', 90, 99],
  ['ZREMRANGEBYSCORE', 'z', '(3', '(5'], ['ZREMRANGEBYSCORE', 'z', 5, 3], ['ZREMRANGEBYSCORE', 'z', 'x', 3], ['ZREMRANGEBYRANK', 'z', 'x', 3], ['ZREMRANGEBYLEX', 'z', 'x', '+'],
  ['ZRANGE', 'z', 0, -1], ['ZREMRANGEBYLEX', 'z', '[c', '(f'], ['ZRANGE', 'z', 0, -1], ['ZREMRANGEBYSCORE', 'z', '-inf', '+inf'], ['EXISTS', 'z'],
]);

contract('popping', [
  ['ZADD', 'z', 1, 'a', 2, 'b', 3, 'c', 4, 'd', 5, 'e', 6, 'f', 7, 'g'], ['ZADD', 'y', 1, 'q'],
  ['ZPOPMIN', 'z'], ['ZPOPMAX', 'z'], ['ZPOPMIN', 'z', 2], ['ZPOPMAX', 'z', 1], ['ZPOPMIN', 'z', 0], ['ZPOPMIN', 'z', -1], ['ZPOPMIN', 'z', 'x'], ['ZPOPMIN', 'z', 1, 2],
  ['ZMPOP', 2, 'none', 'z', 'MIN'], ['ZMPOP', 1, 'z', 'max', 'COUNT', 5], ['EXISTS', 'z'], ['ZMPOP', 2, 'z', 'y', 'MAX', 'count', 1],
  ['ZMPOP', 0, 'z', 'MIN'], ['ZMPOP', 'x', 'z', 'MIN'], ['ZMPOP', 1, 'z'], ['ZMPOP', 1, 'z', 'NOPE'], ['ZMPOP', 2, 'z', 'MIN'], ['ZMPOP', 1, 'z', 'MIN', 'COUNT'], ['ZMPOP', 1, 'z', 'MIN', 'COUNT', 0],
  ['ZMPOP', 1, 'z', 'MIN', 'COUNT', 'x'], ['ZMPOP', 1, 'z', 'MIN', 'COUNT', 1, 'COUNT', 1], ['ZMPOP', 1, 'z', 'MIN', 'NOPE', 1], ['ZMPOP', 99, 'z', 'MIN'],
]);

contract('ZUNION, ZINTER and ZDIFF', [
  ['ZADD', 'a', 1, 'x', 2, 'y', 3, 'z'], ['ZADD', 'b', 10, 'y', 20, 'z', 30, 'w'], ['ZADD', 'c', 'inf', 'z', '-inf', 'y', 0.1, 'x', 0.2, 'v'], ['ZADD', 'd', '-inf', 'z', 'inf', 'y'],
  ...['ZUNION', 'ZINTER', 'ZDIFF'].flatMap((name): Step[] => [
    [name, 2, 'a', 'b'], [name, 2, 'a', 'b', 'WITHSCORES'], [name, 2, 'b', 'a', 'WITHSCORES'], [name, 3, 'a', 'b', 'c', 'WITHSCORES'], [name, 2, 'a', 'a', 'WITHSCORES'], [name, 2, 'c', 'd', 'WITHSCORES'],
    [name, 2, 'a', 'none', 'WITHSCORES'], [name, 2, 'none', 'a', 'WITHSCORES'], [name, 2, 'a', 'b', 'WEIGHTS', 2, 0.5, 'WITHSCORES'], [name, 2, 'a', 'b', 'WITHSCORES', 'AGGREGATE', 'MAX'],
    [name, 2, 'a', 'c', 'AGGREGATE', 'min', 'WEIGHTS', -1, 0, 'WITHSCORES'], [name, 2, 'a', 'b', 'WEIGHTS', 1], [name, 2, 'a', 'b', 'WEIGHTS', 1, 'x'], [name, 2, 'a', 'b', 'AGGREGATE', 'avg'], [name, 2, 'a', 'b', 'AGGREGATE'],
    [name, 0, 'a'], [name, 'x', 'a'], [name, -1, 'a'], [name, 3, 'a', 'b'], [name, 1, 'a', 'NOPE'], [name, 1, 'a', 'LIMIT', 1], [name, 1],
    [`${name}STORE`, 'r', 2, 'a', 'b'], ['ZRANGE', 'r', 0, -1, 'WITHSCORES'], [`${name}STORE`, 'r', 2, 'c', 'd', 'AGGREGATE', 'SUM'], ['ZRANGE', 'r', 0, -1, 'WITHSCORES'],
    [`${name}STORE`, 'r', 2, 'a', 'b', 'WITHSCORES'], [`${name}STORE`, 'r', 0, 'a'], [`${name}STORE`, 'r', 'x', 'a'], [`${name}STORE`, 'r', 2, 'none', 'nope'], ['EXISTS', 'r'],
    [`${name}STORE`, 'e', 2, 'a', 'b'], [`${name}STORE`, 'e', 2, 'e', 'e'], ['ZRANGE', 'e', 0, -1, 'WITHSCORES'],
  ]),
  ['ZINTERCARD', 2, 'a', 'b'], ['ZINTERCARD', 2, 'a', 'b', 'LIMIT', 1], ['ZINTERCARD', 2, 'a', 'b', 'LIMIT', 0], ['ZINTERCARD', 1, 'a', 'LIMIT', -1], ['ZINTERCARD', 1, 'a', 'LIMIT', 'x'],
  ['ZINTERCARD', 1, 'a', 'LIMIT'], ['ZINTERCARD', 0, 'a'], ['ZINTERCARD', 1, 'a', 'WITHSCORES'], ['ZINTERCARD', 1, 'a', 'LIMIT', 1, 'LIMIT', 2], ['ZINTERCARD', 'x', 'a'],
]);

contract('scores are added from the smallest set to the largest, as rounding shows', [
  ['ZADD', 'a', 0.1, 'x'], ['ZADD', 'b', 0.2, 'x', 1, 'p'], ['ZADD', 'c', 0.3, 'x', 1, 'p', 1, 'q'],
  ['ZUNION', 3, 'c', 'b', 'a', 'WITHSCORES'], ['ZUNION', 3, 'a', 'b', 'c', 'WITHSCORES'], ['ZINTER', 3, 'b', 'c', 'a', 'WITHSCORES'],
  ['ZUNION', 3, 'c', 'b', 'a', 'WEIGHTS', 0.1, 0.7, 1.3, 'WITHSCORES'],
]);

contract('ZRANDMEMBER', [
  THREE,
  { run: ['ZRANDMEMBER', 'z'], compare: 'shape' }, { run: ['ZRANDMEMBER', 'z', 2], compare: 'shape' }, { run: ['ZRANDMEMBER', 'z', -7], compare: 'shape' },
  { run: ['ZRANDMEMBER', 'z', 2, 'WITHSCORES'], compare: 'shape' }, { run: ['ZRANDMEMBER', 'z', -7, 'WITHSCORES'], compare: 'shape' },
  ['ZRANDMEMBER', 'z', 3], ['ZRANDMEMBER', 'z', 9, 'WITHSCORES'], ['ZRANDMEMBER', 'z', 0], ['ZRANDMEMBER', 'z', 'x'], ['ZRANDMEMBER', 'z', 1, 'NOPE'], ['ZRANDMEMBER', 'z', 1, 'WITHSCORES', 1],
  ['ZRANDMEMBER', 'z', '-9223372036854775808'], ['ZRANDMEMBER', 'z', '-9223372036854775807', 'WITHSCORES'], ['ZRANDMEMBER', 'z', '9223372036854775807'], ['ZRANDMEMBER', 'z', '9223372036854775807', 'WITHSCORES'],
  ['ZRANDMEMBER', 'z', '-9223372036854775808', 'NOPE'],
]);

contract('ZSCAN hands out a small set whole', [
  ['ZADD', 'z', 1, 'a', 2.5, 'b', 'inf', 'c'], ['ZSCAN', 'z', 0], ['ZSCAN', 'z', 0, 'COUNT', 1], ['ZSCAN', 'z', 0, 'MATCH', 'a*'], ['ZSCAN', 'z', 0, 'NOPE'], ['ZSCAN', 'z', 'x'], ['ZSCAN', 'z', 0, 'COUNT', 0],
]);

const wide = (count: number): Step => ['ZADD', 'w', ...Array.from({ length: count }, (_, i) => [i % 7, `member-${String(i)}`]).flat()];

contract('a set that grew answers as a small one does', [
  wide(400),
  ['ZCARD', 'w'], ['ZRANGE', 'w', 0, -1, 'WITHSCORES'], ['ZRANGE', 'w', 130, 140, 'REV'], ['ZRANGEBYSCORE', 'w', '(2', 4, 'LIMIT', 60, 20], ['ZREVRANGEBYSCORE', 'w', 4, '(2', 'LIMIT', 60, 20],
  ['ZCOUNT', 'w', 2, '(5'], ['ZRANK', 'w', 'member-77'], ['ZREVRANK', 'w', 'member-77'], ['ZREMRANGEBYRANK', 'w', 100, 199], ['ZREMRANGEBYSCORE', 'w', 5, 5], ['ZPOPMAX', 'w', 3],
  ['ZINCRBY', 'w', 3.5, 'member-7'], ['ZRANGE', 'w', 0, -1, 'WITHSCORES'], { run: ['ZSCAN', 'w', 0, 'COUNT', 1000], compare: 'sorted' }, ['ZRANDMEMBER', 'w', 1000],
  ['ZREMRANGEBYRANK', 'w', 0, -1], ['EXISTS', 'w'],
]);

contract('a large set whose scores are equal, by name', [
  ['ZADD', 'w', ...Array.from({ length: 300 }, (_, i) => [0, `m${String(i)}`]).flat()],
  ['ZRANGEBYLEX', 'w', '[m1', '(m2'], ['ZREVRANGEBYLEX', 'w', '(m2', '[m1', 'LIMIT', 5, 5], ['ZLEXCOUNT', 'w', '-', '(m15'], ['ZLEXCOUNT', 'w', '(m15', '+'], ['ZREMRANGEBYLEX', 'w', '[m1', '[m19'], ['ZRANGE', 'w', 0, -1],
]);

contract('blocking pops that find something do not block', [
  THREE, ['BZPOPMIN', 'none', 'z', 0], ['BZPOPMAX', 'z', 0], ['BZMPOP', 0, 2, 'none', 'z', 'MIN'], ['BZPOPMIN', 'z', 0.02], ['BZMPOP', 0.02, 1, 'z', 'MAX'],
  ['BZPOPMIN', 'z', 'x'], ['BZPOPMIN', 'z', -1], ['BZPOPMIN', 'z', 'inf'], ['BZPOPMIN', 'z', 'nan'], ['BZPOPMIN', 'z', '1e300'], ['BZPOPMIN', 'z', ''], ['BZMPOP', 'x', 1, 'z', 'MIN'], ['BZMPOP', 'x', 1, 'z', 'NOPE'], ['BZMPOP', 'x', 0, 'z', 'MIN'],
  ['BZMPOP', 0, 1, 'z', 'MIN', 'COUNT', 0], ['BZMPOP', 0, 0, 'z', 'MIN'],
  ['MULTI'], ['BZPOPMIN', 'z', 0], ['BZMPOP', 0, 1, 'z', 'MIN'], ['EXEC'],
]);

contract('a blocked pop is served by the first member, in the order of waiting', [
  { run: ['BZPOPMIN', 'a', 'z', 0], as: 'first', blocks: true }, { run: ['BZPOPMAX', 'z', 0], as: 'second', blocks: true }, { run: ['BZMPOP', 0, 2, 'a', 'z', 'MAX', 'COUNT', 2], as: 'third', blocks: true },
  ['SET', 'z', 'x'], ['DEL', 'z'], ['HSET', 'z', 'f', 'x'], ['DEL', 'z'],
  ['ZADD', 'z', 1, 'a', 2, 'b', 3, 'c', 4, 'd', 5, 'e'], { read: 'first' }, { read: 'second' }, { read: 'third' }, ['ZRANGE', 'z', 0, -1],
], { wireOnly: 'several connections' });

contract('keyspace events', [
  ['CONFIG', 'SET', 'notify-keyspace-events', 'KEA'], { run: ['PSUBSCRIBE', '__keyevent@0__:*'], as: 'watcher' },
  THREE, ['ZADD', 'z', 1, 'a'], ['ZADD', 'z', 'INCR', 1, 'a'], ['ZINCRBY', 'z', 0, 'a'], ['ZINCRBY', 'z', 1, 'a'], ['ZREM', 'z', 'none'], ['ZREM', 'z', 'a'], ['ZRANGESTORE', 'd', 'z', 0, -1], ['ZRANGESTORE', 'd', 'z', 9, 9],
  ['ZUNIONSTORE', 'd', 1, 'z'], ['ZINTERSTORE', 'd', 1, 'none'], ['ZINTERSTORE', 'd', 1, 'z'], ['ZDIFFSTORE', 'd', 1, 'z'], ['ZREMRANGEBYRANK', 'd', 0, 0], ['ZREMRANGEBYSCORE', 'd', 0, 1], ['ZREMRANGEBYLEX', 'd', '-', '+'], ['ZREMRANGEBYLEX', 'd', '-', '+'],
  ['ZPOPMIN', 'z'], ['ZMPOP', 1, 'z', 'MAX'], THREE, ['BZPOPMAX', 'z', 0], ['ZMPOP', 1, 'z', 'MIN', 'COUNT', 9],
  ['CONFIG', 'SET', 'notify-keyspace-events', ''],
], { wireOnly: 'several connections' });

contract('COMMAND INFO', [
  ['COMMAND', 'INFO', ...SORTED_SET_COMMANDS.map(({ name }) => name)],
]);
contract('OBJECT ENCODING follows the limits', [
  wide(128), ['OBJECT', 'ENCODING', 'w'], ['ZADD', 'w', 1, 'one-more'], ['OBJECT', 'ENCODING', 'w'], ['ZREM', 'w', 'one-more'], ['OBJECT', 'ENCODING', 'w'],
  ['ZADD', 'l', 1, 'x'.repeat(64)], ['OBJECT', 'ENCODING', 'l'], ['ZADD', 'l', 1, 'x'.repeat(65)], ['OBJECT', 'ENCODING', 'l'], ['ZADD', 'm', 1, 'x'.repeat(65)], ['OBJECT', 'ENCODING', 'm'],
  ['ZRANGESTORE', 'd', 'w', 0, 5], ['OBJECT', 'ENCODING', 'd'], ['ZUNIONSTORE', 'd', 1, 'w'], ['OBJECT', 'ENCODING', 'd'], ['ZINTERSTORE', 'd', 2, 'w', 'd'], ['OBJECT', 'ENCODING', 'd'],
  ['COPY', 'w', 'c'], ['OBJECT', 'ENCODING', 'c'], ['ZREMRANGEBYRANK', 'c', 0, 99], ['ZRANGE', 'c', 0, -1, 'WITHSCORES'], ['ZCARD', 'w'],
]);

contract('sets as inputs: every member scores 1', [
  ['SADD', 's', 'x', 'y', 'z'], ['SADD', 'i', 1, 2, 3], ['ZADD', 'a', 5, 'x', 6, 'q', 7, '1'],
  ['ZUNION', 2, 's', 'a', 'WITHSCORES'], ['ZUNION', 3, 's', 'i', 'a', 'WEIGHTS', 2, 3, 0.5, 'WITHSCORES'], ['ZINTER', 2, 'a', 's', 'WITHSCORES'], ['ZINTER', 2, 'i', 'a', 'AGGREGATE', 'MIN', 'WITHSCORES'], ['ZDIFF', 2, 's', 'a', 'WITHSCORES'], ['ZDIFF', 2, 'a', 'i', 'WITHSCORES'],
  ['ZUNIONSTORE', 'd', 1, 's'], ['ZRANGE', 'd', 0, -1, 'WITHSCORES'], ['ZINTERCARD', 2, 's', 'a'], ['ZADD', 's', 1, 'a'], ['SADD', 'a', 'x'],
]);

contract('scores beyond 2^53 show all their digits', [
  ['ZADD', 'z', '20266198323167232', 'a', '9007199254740993', 'b', '-36028797018963969', 'c', '1e17', 'd', '123456789012345678', 'e', '1e21', 'f', '4611686018427387904', 'g', '4611686018427388928', 'h', '-4611686018427387904', 'i'], ['ZRANGE', 'z', 0, -1, 'WITHSCORES'], ['ZSCAN', 'z', 0],
]);
