import fc from 'fast-check';
import {
  command,
  type CommandGroup,
  type FuzzCommand,
  integer,
  key,
  member,
  option,
  options,
  some,
  value,
} from '../command-group';

const side = fc.constantFrom('LEFT', 'RIGHT', 'left', 'UP');
const count = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 5 }).map(String) },
  { weight: 1, arbitrary: integer },
);
const counted = some(key, 1, 3).chain((keys) =>
  fc.constantFrom(String(keys.length), '0', '9').map((n) => [n, ...keys]),
);
/** Blocking commands would hold up the sequence: they get timeouts that are refused, now and then the shortest. */
const timeout = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('-1', 'x', '') },
  { weight: 1, arbitrary: fc.constantFrom('0.001', '1e-3') },
);

export const listGroup: CommandGroup = {
  name: 'list',
  commands: {
    lpush: command(['LPUSH', key, some(value)]),
    rpush: command(['RPUSH', key, some(value)]),
    lpushx: command(['LPUSHX', key, some(value, 1, 2)]),
    rpushx: command(['RPUSHX', key, some(value, 1, 2)]),
    lpop: command(['LPOP', key]),
    rpop: command(['RPOP', key]),
    'lpop count': command(['LPOP', key, count]),
    'rpop count': command(['RPOP', key, count]),
    llen: command(['LLEN', key]),
    lindex: command(['LINDEX', key, integer]),
    linsert: command(['LINSERT', key, fc.constantFrom('BEFORE', 'after', 'IN'), value, value]),
    lrange: command(['LRANGE', key, integer, integer]),
    lrem: command(['LREM', key, integer, value]),
    lset: command(['LSET', key, integer, value]),
    ltrim: command(['LTRIM', key, integer, integer]),
    lpos: command([
      'LPOS',
      key,
      value,
      options(option('RANK', integer), option('COUNT', integer), option('MAXLEN', integer)),
    ]),
    lmove: command(['LMOVE', key, key, side, side]),
    rpoplpush: command(['RPOPLPUSH', key, key]),
    lmpop: command(['LMPOP', counted, side, options(option('COUNT', integer))]),
    blpop: command(['BLPOP', some(key, 1, 2), timeout]),
    brpop: command(['BRPOP', some(key, 1, 2), timeout]),
    blmove: command(['BLMOVE', key, key, side, side, timeout]),
    brpoplpush: command(['BRPOPLPUSH', key, key, timeout]),
    blmpop: command(['BLMPOP', timeout, counted, side, options(option('COUNT', integer))]),
    sort: command([
      'SORT',
      key,
      options(
        'ALPHA',
        'DESC',
        'ASC',
        option('LIMIT', integer, integer),
        // Not `nosort`: of a set it answers the order of a hash table. Contract cases have it.
        option('BY', fc.constantFrom('w_*', '*->f')),
        option('GET', fc.constantFrom('#', '*', '*->f')),
        option('STORE', key),
      ),
    ]).map(withoutTies),
    'lpush (element)': command(['LPUSH', key, some(member)]),
  },
};

/** By texts that are equal, Redis' SORT leaves the members of a set in the order of its hash table: BY without ALPHA. */
function withoutTies(sort: FuzzCommand): FuzzCommand {
  const isOption = (word: string, name: string): boolean => word.toUpperCase() === name;
  if (!sort.words.some((word) => isOption(word, 'BY'))) return sort;
  return { ...sort, words: sort.words.filter((word) => !isOption(word, 'ALPHA')) };
}
