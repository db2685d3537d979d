import fc from 'fast-check';
import { command, integer, key, member, option, options, some, type CommandGroup } from '../command-group';

const counted = some(key, 1, 3).chain((keys) =>
  fc.constantFrom(String(keys.length), '0', '9').map((n) => [n, ...keys]),
);

export const setGroup: CommandGroup = {
  name: 'set',
  commands: {
    sadd: command(['SADD', key, some(member)]),
    srem: command(['SREM', key, some(member)]),
    scard: command(['SCARD', key]),
    sismember: command(['SISMEMBER', key, member]),
    smismember: command(['SMISMEMBER', key, some(member)]),
    smembers: command(['SMEMBERS', key], 'sorted'),
    srandmember: command(['SRANDMEMBER', key, fc.integer({ min: -5, max: 5 }).map(String)], 'shape'),
    // All of it, or nothing: what is left behind would be random.
    spop: command(['SPOP', key, fc.constantFrom('1000', '0', '-1', 'x')], 'sorted'),
    smove: command(['SMOVE', key, key, member]),
    sinter: command(['SINTER', some(key, 1, 3)], 'sorted'),
    sunion: command(['SUNION', some(key, 1, 3)], 'sorted'),
    sdiff: command(['SDIFF', some(key, 1, 3)], 'sorted'),
    sinterstore: command(['SINTERSTORE', key, some(key, 1, 3)]),
    sunionstore: command(['SUNIONSTORE', key, some(key, 1, 3)]),
    sdiffstore: command(['SDIFFSTORE', key, some(key, 1, 3)]),
    sintercard: command(['SINTERCARD', counted, options(option('LIMIT', integer))]),
    sscan: command(
      [
        'SSCAN',
        key,
        '0',
        options(
          option('MATCH', fc.constantFrom('*', 'f*', '[f-h]')),
          option('COUNT', fc.constantFrom('1000', '0', 'x')),
        ),
      ],
      'sorted',
    ),
  },
};
