import { slice } from '../support/slice';
import { contract, type Step, useServers } from './harness';

useServers();

const FLOATS = [
  '0x1p5000',
  '-0x1p5000',
  '0x1p-5000',
  '0x0p5000',
  '0x0p-5000',
  '0x1.8p-1074',
  '0x1p-1075',
  '0x1.0001p-1075',
  '0x1.fffffffffffff8p1023',
  '0x1.fffffffffffff7p1023',
  '0x',
  '0x.',
  '0x.8',
  '0x1.',
  '0x1.8p',
  '0x1p+',
  `0x${'f'.repeat(400)}p-1500`,
  `0x${'f'.repeat(400)}`,
  '1e400',
  '-1e400',
  '1e-400',
  '1e-310',
  '0e400',
  '.e1',
  '1.e1',
  '1.',
  '.',
  '.5',
  '5.e',
  '1e+',
  'inf',
  '-INF',
  '+infinity',
  'infinit',
  'nan',
  '1_0',
  ' 1',
  '1 ',
  '1\0',
  '1\0x',
  '0\0x',
  '',
  '\0',
  '\t1',
  `0.${'0'.repeat(400)}1`,
  `${'9'.repeat(300)}.5e-290`,
  '1e99999999999999999999',
  '1e-99999999999999999999',
  '0x1p99999999999999999999',
  '0e-99999999999999999999',
  // What a long double holds, and what becomes 0 there.
  '1e-4940',
  '9.9e-4951',
  '1e-4951',
  '0.0000001e-4950',
  '1e-5000',
  `1${'0'.repeat(200)}e-5001`,
  '1e4932',
  '1e4933',
  '-1e4000',
  '0x1p-16440',
  '0x1p-16447',
  '0x1p16383',
  '0x1p16384',
  ...[5118, 5119].flatMap((zeros) => [`${'0'.repeat(zeros)}1`, `0x${'0'.repeat(zeros - 2)}1`]),
];

const TWO: Step = ['ZADD', 'two', 1, 'a', 2, 'b'];

contract(
  'floats are read as strtod reads them',
  FLOATS.flatMap((text): Step[] => [
    TWO,
    ['ZADD', 'z', text, 'm'],
    ['ZSCORE', 'z', 'm'],
    ['ZRANGEBYSCORE', 'two', '-inf', text],
    ['ZCOUNT', 'two', `(${text}`, '+inf'],
    ['DEL', 'l', 'z'],
    ['RPUSH', 'l', text, 1],
    ['SORT', 'l'],
    ['GEOADD', 'g', text, 1, 'm'],
    ['GEOSEARCH', 'two', 'FROMLONLAT', 1, 1, 'BYRADIUS', text, 'm'],
    ['SET', 's', 1],
    ['INCRBYFLOAT', 's', text],
    ['SET', 's', text],
    ['INCRBYFLOAT', 's', 1],
    ['ZSCAN', 'two', text],
  ]),
);

/** What takes the square of its length to read takes half an hour at the long one, and more than a minute at the short one. */
const { size: LONG } = slice({ short: 200_000, long: 1_000_000 });
const digits = '1'.repeat(LONG);

contract('long texts are read in one go', [
  TWO,
  ...[`${digits}x`, `0x${digits}z`, `${digits}.`].flatMap((text): Step[] => [
    ['ZADD', 'z', text, 'm'],
    ['ZRANGEBYSCORE', 'two', text, '+inf'],
    ['INCRBYFLOAT', 's', text],
    ['HINCRBYFLOAT', 'h', 'f', text],
    ['GEOADD', 'g', text, 1, 'm'],
    ['SCAN', text],
    ['XADD', 'x', `${text}-1`, 'a', 'b'],
    ['EXPIRE', 'two', text],
    ['EVAL', 'return {tonumber(ARGV[1]) ~= nil, tonumber(ARGV[1], 16) ~= nil}', 0, text],
    ['EVAL', 'return loadstring("return " .. ARGV[1]) ~= nil', 0, text],
  ]),
  ['EVAL', "return redis.error_reply('a ' .. string.rep('\\n', 1000000) .. 'x')", 0],
]);

const DATABASES = [
  '2147483647',
  '2147483648',
  '-2147483648',
  '-2147483649',
  '9223372036854775807',
  '1.0',
  'x',
  '16',
  '',
];

contract(
  'numbers of databases have 32 bits',
  DATABASES.flatMap((number): Step[] => [
    ['SET', 'k', 'v'],
    ['SELECT', number],
    ['MOVE', 'k', number],
    ['COPY', 'k', 'k2', 'DB', number],
    ['SWAPDB', number, '0'],
    ['SWAPDB', '0', number],
  ]),
  { wireOnly: 'SELECT' },
);

const restored = (time: string): Step[] => [
  ['RESTORE', 'r', time, '\x00\x01v\x0a\x00\x91\x08\xce\xb2\x19\x38\x8a\xce'],
  ['EXISTS', 'r'],
  ['DEL', 'r'],
];

contract('RESTORE with a time to live that cannot be', ['9223372036854775808', '-1'].flatMap(restored));

contract(
  'RESTORE with a time to live beyond 64 bits',
  ['9223372036854775807', '9223372036854775000', '9223370000000000000'].flatMap(restored),
  // 8.0.2 keeps the key with a deadline that overflowed: its compiler took the check for needless.
  { versions: ['7.0'] },
);

contract('positions of LSET', [
  ['RPUSH', 'l', 'a', 'b', 'c', 'd'],
  ...['4', '-5', '4294967296', '9223372036854775807', '-4294967295', '2147483648', '-9223372036854775808'].flatMap(
    (index): Step[] => [
      ['LSET', 'l', index, `at ${index}`],
      ['LINDEX', 'l', index],
    ],
  ),
  ['LSET', 'l', '9223372036854775808', 'x'],
  ['LRANGE', 'l', 0, -1],
]);

contract(
  'timeouts are long doubles',
  [...FLOATS, '0.001', '-0.0001', '9223372036854775', '9223372036854775.807', '9223372036854775.808'].flatMap(
    (text): Step[] => [['MULTI'], ['BLPOP', 'none', text], ['BZMPOP', text, 1, 'none', 'MIN'], ['EXEC']],
  ),
  { wireOnly: 'MULTI' },
);
