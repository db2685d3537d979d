import {
  command,
  decimal,
  integer,
  key,
  member,
  options,
  option,
  pairs,
  some,
  value,
  type CommandGroup,
} from '../command-group';
import fc from 'fast-check';

/** A deadline far ahead, none, or a wrong one; now and then one that has passed. */
const deadline = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('2000000000000', '2100000000000', '2200000000000', '70368744177663') },
  { weight: 1, arbitrary: fc.constantFrom('1', '0') },
  { weight: 1, arbitrary: fc.constantFrom('-1', 'x', '', '70368744177664', '9223372036854775807') },
);

/** `FIELDS numfields field ...`, mostly with the right number. */
const fields = fc
  .tuple(
    fc.constantFrom('FIELDS', 'FIELDS', 'FIELDS', 'fields', 'FIELD'),
    fc.array(member, { minLength: 1, maxLength: 4 }),
    fc.constantFrom(0, 0, 0, 0, 0, 1, -9),
  )
  .map(([word, names, off]) => [word, String(names.length + off), ...names]);
const pairsOfFields = fc
  .tuple(pairs(member, value), fc.constantFrom(0, 0, 0, 0, 1))
  .map(([made, off]) => ['FIELDS', String(made.length / 2 + off), ...made]);

/** Hashes of Redis 7.4 and later. */
export const timedHashGroup: CommandGroup = {
  name: 'timed-hash',
  commands: {
    hset: command(['HSET', key, pairs(member, value)]),
    hpexpireat: command(['HPEXPIREAT', key, deadline, options('NX', 'XX', 'GT', 'LT'), fields]),
    'hpexpireat again': command(['HPEXPIREAT', key, deadline, fields]),
    hexpireat: command(['HEXPIREAT', key, fc.constantFrom('2000000000', '2100000000', '1', 'x', '-1'), fields]),
    hexpire: command(['HEXPIRE', key, fc.constantFrom('0', '-1', 'x', '70368744177'), fields]),
    hpexpiretime: command(['HPEXPIRETIME', key, fields]),
    hexpiretime: command(['HEXPIRETIME', key, fields]),
    httl: command(['HTTL', key, fields], 'shape'),
    hpttl: command(['HPTTL', key, fields], 'shape'),
    hpersist: command(['HPERSIST', key, fields]),
    hgetdel: command(['HGETDEL', key, fields]),
    hgetex: command([
      'HGETEX',
      key,
      options(option('PXAT', deadline), option('EXAT', fc.constantFrom('2000000000', '1', 'x')), 'PERSIST', 'KEEPTTL'),
      fields,
    ]),
    hsetex: command([
      'HSETEX',
      key,
      options(option('PXAT', deadline), option('EXAT', fc.constantFrom('2000000000', '1')), 'KEEPTTL', 'FNX', 'FXX'),
      pairsOfFields,
    ]),
    hscan: command(['HSCAN', key, '0', 'NOVALUES'], 'sorted'),
    hkeys: command(['HKEYS', key], 'sorted'),
    'object encoding': command(['OBJECT', 'ENCODING', key]),
    hincrby: command(['HINCRBY', key, member, integer]),
    hdel: command(['HDEL', key, some(member)]),
    copy: command(['COPY', key, key, options('REPLACE')]),
    rename: command(['RENAME', key, key]),
  },
};

export const hashGroup: CommandGroup = {
  name: 'hash',
  commands: {
    hset: command(['HSET', key, pairs(member, value)]),
    'hset (odd)': command(['HSET', key, some(member, 2, 4)]),
    hmset: command(['HMSET', key, pairs(member, value)]),
    hsetnx: command(['HSETNX', key, member, value]),
    hget: command(['HGET', key, member]),
    hmget: command(['HMGET', key, some(member)]),
    hgetall: command(['HGETALL', key], 'sorted'),
    hkeys: command(['HKEYS', key], 'sorted'),
    hvals: command(['HVALS', key], 'sorted'),
    hlen: command(['HLEN', key]),
    hexists: command(['HEXISTS', key, member]),
    hstrlen: command(['HSTRLEN', key, member]),
    hdel: command(['HDEL', key, some(member)]),
    hincrby: command(['HINCRBY', key, member, integer]),
    hincrbyfloat: command(['HINCRBYFLOAT', key, member, decimal]),
    hrandfield: command(
      ['HRANDFIELD', key, fc.integer({ min: -5, max: 5 }).map(String), options('WITHVALUES')],
      'shape',
    ),
    hscan: command(
      [
        'HSCAN',
        key,
        '0',
        options(
          option('MATCH', fc.constantFrom('*', 'f*', '[f-h]')),
          option('COUNT', fc.constantFrom('100', '0', 'x')),
        ),
      ],
      'sorted',
    ),
  },
};
