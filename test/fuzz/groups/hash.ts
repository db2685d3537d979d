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
