import fc from 'fast-check';
import { command, decimal, integer, key, member, option, options, some, type CommandGroup } from '../command-group';

const score = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -5, max: 5 }).map(String) },
  { weight: 2, arbitrary: decimal },
);
const bound = fc.oneof(
  { weight: 4, arbitrary: score },
  { weight: 2, arbitrary: score.map((text) => `(${text}`) },
  { weight: 1, arbitrary: fc.constantFrom('-inf', '+inf', '(inf', 'x') },
);
const lex = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('-', '+') },
  { weight: 5, arbitrary: member.map((text) => `[${text}`) },
  { weight: 3, arbitrary: member.map((text) => `(${text}`) },
  { weight: 1, arbitrary: fc.constant('f') },
);
const scored = fc.array(fc.tuple(score, member), { minLength: 1, maxLength: 4 }).map((made) => made.flat());
const counted = some(key, 1, 3).chain((keys) =>
  fc.constantFrom(String(keys.length), String(keys.length), '0', '9').map((n) => [n, ...keys]),
);
const limit = option('LIMIT', integer, integer);
const combine = options(
  fc.array(score, { minLength: 1, maxLength: 3 }).map((made) => ['WEIGHTS', ...made]),
  option('AGGREGATE', fc.constantFrom('SUM', 'MIN', 'MAX', 'AVG')),
  'WITHSCORES',
);
const aggregate = options(
  fc.array(score, { minLength: 1, maxLength: 3 }).map((made) => ['WEIGHTS', ...made]),
  option('AGGREGATE', fc.constantFrom('SUM', 'MIN', 'MAX')),
);
const timeout = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('-1', 'x', '') },
  { weight: 1, arbitrary: fc.constant('0.001') },
);
/** Lexical ranges mean something only where all scores are equal; elsewhere Redis' answer depends on its random levels. */
const lexKey = fc.constantFrom('lex1', 'lex2', 'none');

export const sortedSetGroup: CommandGroup = {
  name: 'sorted-set',
  commands: {
    zadd: command(['ZADD', key, options('NX', 'XX', 'GT', 'LT', 'CH', 'INCR'), scored]),
    'zadd (plain)': command(['ZADD', key, scored]),
    'zadd (one score)': command([
      'ZADD',
      lexKey.filter((name) => name !== 'none'),
      fc.array(member, { minLength: 1, maxLength: 4 }).map((made) => made.flatMap((name) => ['0', name])),
    ]),
    zincrby: command(['ZINCRBY', key, score, member]),
    zrem: command(['ZREM', key, some(member)]),
    zcard: command(['ZCARD', key]),
    zscore: command(['ZSCORE', key, member]),
    zmscore: command(['ZMSCORE', key, some(member)]),
    zrank: command(['ZRANK', key, member]),
    zrevrank: command(['ZREVRANK', key, member]),
    zcount: command(['ZCOUNT', key, bound, bound]),
    zlexcount: command(['ZLEXCOUNT', lexKey, lex, lex]),
    zrange: command(['ZRANGE', key, integer, integer, options('WITHSCORES', 'REV', 'BYSCORE', limit)]),
    'zrange byscore': command(['ZRANGE', key, bound, bound, 'BYSCORE', options('WITHSCORES', 'REV', limit)]),
    'zrange bylex': command(['ZRANGE', lexKey, lex, lex, 'BYLEX', options('REV', limit)]),
    zrangebyscore: command(['ZRANGEBYSCORE', key, bound, bound, options('WITHSCORES', limit)]),
    zrevrangebyscore: command(['ZREVRANGEBYSCORE', key, bound, bound, options('WITHSCORES', limit)]),
    zrangebylex: command(['ZRANGEBYLEX', lexKey, lex, lex, options(limit)]),
    zrevrangebylex: command(['ZREVRANGEBYLEX', lexKey, lex, lex, options(limit)]),
    zrevrange: command(['ZREVRANGE', key, integer, integer, options('WITHSCORES')]),
    zrangestore: command(['ZRANGESTORE', key, key, bound, bound, options('BYSCORE', 'REV', limit)]),
    zremrangebyrank: command(['ZREMRANGEBYRANK', key, integer, integer]),
    zremrangebyscore: command(['ZREMRANGEBYSCORE', key, bound, bound]),
    zremrangebylex: command(['ZREMRANGEBYLEX', lexKey, lex, lex]),
    zpopmin: command(['ZPOPMIN', key, options(integer.map((text) => [text]))]),
    zpopmax: command(['ZPOPMAX', key, options(integer.map((text) => [text]))]),
    zmpop: command(['ZMPOP', counted, fc.constantFrom('MIN', 'MAX', 'MID'), options(option('COUNT', integer))]),
    zunion: command(['ZUNION', counted, combine]),
    zinter: command(['ZINTER', counted, combine]),
    zdiff: command(['ZDIFF', counted, options('WITHSCORES')]),
    zunionstore: command(['ZUNIONSTORE', key, counted, aggregate]),
    zinterstore: command(['ZINTERSTORE', key, counted, aggregate]),
    zdiffstore: command(['ZDIFFSTORE', key, counted]),
    zintercard: command(['ZINTERCARD', counted, options(option('LIMIT', integer))]),
    zrandmember: command(
      ['ZRANDMEMBER', key, fc.integer({ min: -5, max: 5 }).map(String), options('WITHSCORES')],
      'shape',
    ),
    zscan: command(
      [
        'ZSCAN',
        key,
        '0',
        options(option('MATCH', fc.constantFrom('*', 'f*')), option('COUNT', fc.constantFrom('1000', '0'))),
      ],
      'sorted',
    ),
    bzpopmin: command(['BZPOPMIN', some(key, 1, 2), timeout]),
    bzpopmax: command(['BZPOPMAX', some(key, 1, 2), timeout]),
    bzmpop: command(['BZMPOP', timeout, counted, fc.constantFrom('MIN', 'MAX')]),
  },
};
