import fc from 'fast-check';
import {
  command,
  decimal,
  futureSeconds,
  integer,
  key,
  option,
  options,
  pairs,
  seconds,
  some,
  value,
  type CommandGroup,
} from '../command-group';

/** SET with a deadline in the past leaves a key that is gone as soon as somebody looks: DBSIZE would depend on when. */
const deadline = futureSeconds.filter((text) => text !== '1');
const setOptions = options(
  'NX',
  'XX',
  'GET',
  'KEEPTTL',
  option('EX', seconds),
  option(
    'PX',
    seconds.map((text) => `${text}000`),
  ),
  option('EXAT', deadline),
  option(
    'PXAT',
    deadline.map((text) => `${text}000`),
  ),
  'PERSIST',
);
const offset = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 60 }).map(String) },
  { weight: 1, arbitrary: integer },
);

export const stringGroup: CommandGroup = {
  name: 'string',
  commands: {
    set: command(['SET', key, value, setOptions]),
    get: command(['GET', key]),
    setnx: command(['SETNX', key, value]),
    setex: command(['SETEX', key, seconds, value]),
    psetex: command(['PSETEX', key, seconds.map((text) => `${text}000`), value]),
    getset: command(['GETSET', key, value]),
    getdel: command(['GETDEL', key]),
    getex: command([
      'GETEX',
      key,
      options(
        option('EX', seconds),
        option('EXAT', deadline),
        'PERSIST',
        option(
          'PX',
          seconds.map((text) => `${text}000`),
        ),
      ),
    ]),
    append: command(['APPEND', key, value]),
    strlen: command(['STRLEN', key]),
    incr: command(['INCR', key]),
    decr: command(['DECR', key]),
    incrby: command(['INCRBY', key, integer]),
    decrby: command(['DECRBY', key, integer]),
    incrbyfloat: command(['INCRBYFLOAT', key, decimal]),
    getrange: command(['GETRANGE', key, integer, integer]),
    setrange: command(['SETRANGE', key, offset, value]),
    mget: command(['MGET', some(key)]),
    mset: command(['MSET', pairs(key, value)]),
    msetnx: command(['MSETNX', pairs(key, value)]),
    'mset (odd)': command(['MSET', some(key, 1, 4)]),
  },
};
