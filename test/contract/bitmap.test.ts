import { BITMAP_COMMANDS } from '../../src/engine/commands/bitmap';
import { contract, useServers, type Step } from './harness';

useServers();

contract('SETBIT and GETBIT', [
  ['SETBIT', 'b', 7, 1], ['SETBIT', 'b', 7, 1], ['SETBIT', 'b', 7, 0], ['SETBIT', 'b', 100, 0], ['STRLEN', 'b'], ['GET', 'b'], ['SETBIT', 'b', 0, 1], ['GETBIT', 'b', 0], ['GETBIT', 'b', 1],
  ['GETBIT', 'b', 100000], ['GETBIT', 'none', 3], ['SET', 's', 'hello'], ['SETBIT', 's', 2, 0], ['GET', 's'], ['GETBIT', 's', 1], ['GETBIT', 's', 39], ['GETBIT', 's', 40],
  ['SET', 'n', 12345], ['SETBIT', 'n', 6, 1], ['GET', 'n'], ['SETBIT', 'b', -1, 1], ['SETBIT', 'b', 'x', 1], ['SETBIT', 'b', '#1', 1], ['SETBIT', 'b', 1, 2], ['SETBIT', 'b', 1, -1], ['SETBIT', 'b', 1, 'x'],
  ['SETBIT', 'b', '4294967296', 1], ['SETBIT', 'b', '9223372036854775807', 1], ['GETBIT', 'b', '4294967296'], ['GETBIT', 'b', -1], ['GETBIT', 'b', 'x'], ['GETBIT', 'b', '4294967295'],
]);

contract('BITCOUNT', [
  ['SET', 's', 'foobar'], ['SET', 'e', ''], ['BITCOUNT', 's'], ['BITCOUNT', 'e'], ['BITCOUNT', 'e', 0, -1], ['BITCOUNT', 's', 0, 0], ['BITCOUNT', 's', 1, -2], ['BITCOUNT', 's', -2, -1], ['BITCOUNT', 's', -1, -2], ['BITCOUNT', 's', 3, 1], ['BITCOUNT', 's', -100, 100],
  ['BITCOUNT', 's', 5, 30, 'BIT'], ['BITCOUNT', 's', 0, 0, 'bit'], ['BITCOUNT', 's', -9, -1, 'BIT'], ['BITCOUNT', 's', 3, 5, 'BIT'], ['BITCOUNT', 's', 0, -1, 'byte'], ['BITCOUNT', 's', 8, 3, 'BIT'], ['BITCOUNT', 's', 100, 200], ['BITCOUNT', 's', 0, -100],
  ['BITCOUNT', 's', 0], ['BITCOUNT', 's', 0, 1, 'NOPE'], ['BITCOUNT', 's', 0, 1, 'BIT', 1], ['BITCOUNT', 's', 'x', 1], ['BITCOUNT', 's', 0, 'x'], ['BITCOUNT', 's', -1, -2, 'NOPE'],
  ['BITCOUNT', 'none'], ['BITCOUNT', 'none', 0], ['BITCOUNT', 'none', 'x', 1], ['BITCOUNT', 'none', 0, 1, 'NOPE'], ['SETBIT', 'long', 99999, 1], ['BITCOUNT', 'long'], ['BITCOUNT', 'long', 1, -1], ['BITCOUNT', 'long', 3, 99999, 'BIT'],
]);

contract('BITPOS', [
  ['SET', 's', '\xff\xf0\x00'], ['SET', 'z', '\x00\x00'], ['SET', 'f', '\xff\xff'], ['SET', 'e', ''],
  ...['s', 'z', 'f', 'e', 'none'].flatMap((key) => [0, 1].flatMap((bit): Step[] => [
    ['BITPOS', key, bit], ['BITPOS', key, bit, 1], ['BITPOS', key, bit, 1, 1], ['BITPOS', key, bit, 0, -1], ['BITPOS', key, bit, -1], ['BITPOS', key, bit, 2, 1], ['BITPOS', key, bit, 5], ['BITPOS', key, bit, 5, 9], ['BITPOS', key, bit, -99, 99],
    ['BITPOS', key, bit, 3, 10, 'BIT'], ['BITPOS', key, bit, 7, 15, 'BIT'], ['BITPOS', key, bit, 13, 14, 'bit'], ['BITPOS', key, bit, 0, -1, 'BIT'], ['BITPOS', key, bit, 0, 0, 'BYTE'], ['BITPOS', key, bit, -3, -2, 'BIT'], ['BITPOS', key, bit, 9, 3, 'BIT'],
    ['BITPOS', key, bit, 0, 1, 'NOPE'], ['BITPOS', key, bit, 'x'], ['BITPOS', key, bit, 0, 'x'], ['BITPOS', key, bit, 0, 1, 'BIT', 2],
  ])),
  ['BITPOS', 's', 2], ['BITPOS', 's', 'x'], ['BITPOS', 'none', 2],
]);

contract('BITOP', [
  ['SET', 'a', 'foobar'], ['SET', 'b', 'abcdefgh'], ['SET', 'e', ''], ['SET', 'n', 123],
  ['BITOP', 'AND', 'r', 'a', 'b'], ['GET', 'r'], ['BITOP', 'or', 'r', 'a', 'b', 'n'], ['GET', 'r'], ['BITOP', 'XOR', 'r', 'a', 'b', 'none'], ['GET', 'r'], ['BITOP', 'NOT', 'r', 'a'], ['GET', 'r'],
  ['BITOP', 'AND', 'r', 'a', 'none'], ['GET', 'r'], ['BITOP', 'XOR', 'r', 'a', 'a', 'a'], ['GET', 'r'], ['BITOP', 'OR', 'a', 'a', 'b'], ['GET', 'a'], ['BITOP', 'AND', 'r', 'none', 'e'], ['EXISTS', 'r'], ['BITOP', 'NOT', 'r', 'none'],
  ['BITOP', 'NOT', 'r', 'a', 'b'], ['BITOP', 'NOPE', 'r', 'a'], ['BITOP', 'AND', 'r'], ['HSET', 'h', 'f', 1], ['BITOP', 'AND', 'r', 'a', 'h'], ['BITOP', 'OR', 'h', 'a'], ['TYPE', 'h'],
  ['SET', 'r', 1, 'EX', 1000], ['BITOP', 'OR', 'r', 'b'], ['TTL', 'r'],
]);

const WIDTHS = ['i1', 'u1', 'i5', 'u7', 'i8', 'u8', 'i16', 'u31', 'i32', 'u32', 'i63', 'u63', 'i64'];
const VALUES = [0, 1, -1, 100, -100, 255, 256, 65536, '9223372036854775807', '-9223372036854775808', '4611686018427387904'];

contract('BITFIELD sets and adds within every width, whatever overflows', [
  ...WIDTHS.flatMap((type) => ['WRAP', 'SAT', 'FAIL'].flatMap((mode) => VALUES.flatMap((value): Step[] => [
    ['BITFIELD', `f${type}${mode}`, 'OVERFLOW', mode, 'SET', type, 3, value, 'GET', type, 3, 'INCRBY', type, 3, value, 'INCRBY', type, '#2', value, 'GET', type, '#2'],
  ])).concat([['GET', `f${type}WRAP`], ['GET', `f${type}SAT`], ['GET', `f${type}FAIL`]])),
]);

contract('BITFIELD', [
  ['BITFIELD', 'b'], ['EXISTS', 'b'], ['BITFIELD', 'b', 'GET', 'u8', 0], ['EXISTS', 'b'], ['BITFIELD', 'b', 'SET', 'u8', 20, 0], ['STRLEN', 'b'], ['BITFIELD', 'b', 'overflow', 'fail', 'incrby', 'u2', 100, 9], ['STRLEN', 'b'],
  ['SET', 'n', 100], ['BITFIELD', 'n', 'GET', 'u8', 0, 'SET', 'u8', 0, 97, 'GET', 'i64', 60], ['GET', 'n'], ['BITFIELD_RO', 'n', 'GET', 'u8', '#1', 'GET', 'i3', 1], ['BITFIELD_RO', 'n', 'SET', 'u8', 0, 1], ['BITFIELD_RO', 'none', 'GET', 'u8', 0], ['BITFIELD_RO', 'n'],
  ['BITFIELD', 'n', 'GET', 'u64', 0], ['BITFIELD', 'n', 'GET', 'i65', 0], ['BITFIELD', 'n', 'GET', 'u0', 0], ['BITFIELD', 'n', 'GET', 'x8', 0], ['BITFIELD', 'n', 'GET', 'u', 0], ['BITFIELD', 'n', 'GET', '', 0], ['BITFIELD', 'n', 'GET', 'U8', 0], ['BITFIELD', 'n', 'GET', 'u08', 0],
  ['BITFIELD', 'n', 'GET', 'u8', -1], ['BITFIELD', 'n', 'GET', 'u8', 'x'], ['BITFIELD', 'n', 'GET', 'u8', '#'], ['BITFIELD', 'n', 'GET', 'u8', '#-1'], ['BITFIELD', 'n', 'GET', 'u8', '#99999999999'], ['BITFIELD', 'n', 'GET', 'u8', '4294967296'], ['BITFIELD', 'n', 'GET', 'u8', '4294967290'],
  ['BITFIELD', 'n', 'SET', 'u8', 0], ['BITFIELD', 'n', 'SET', 'u8', 0, 'x'], ['BITFIELD', 'n', 'GET', 'u8'], ['BITFIELD', 'n', 'NOPE', 'u8', 0], ['BITFIELD', 'n', 'OVERFLOW'], ['BITFIELD', 'n', 'OVERFLOW', 'NOPE'], ['BITFIELD', 'n', 'OVERFLOW', 'SAT'], ['BITFIELD', 'n', 'GET', 'u8', 0, 'SET', 'u8'],
  ['HSET', 'h', 'f', 1], ['BITFIELD', 'h', 'GET', 'u8', 0], ['BITFIELD', 'h', 'SET', 'u8', 0, 1], ['BITFIELD_RO', 'h', 'GET', 'u8', 0], ['BITFIELD_RO', 'h', 'SET', 'u8', 0, 1], ['BITFIELD', 'h'],
]);

contract('bits of a key of another type', [
  ['HSET', 'h', 'f', 1], ['SETBIT', 'h', 1, 1], ['SETBIT', 'h', 'x', 1], ['GETBIT', 'h', 1], ['BITCOUNT', 'h'], ['BITCOUNT', 'h', 0], ['BITPOS', 'h', 1], ['BITPOS', 'h', 2], ['BITOP', 'NOT', 'd', 'h'],
]);

contract('bits: keyspace events and watches', [
  ['CONFIG', 'SET', 'notify-keyspace-events', 'KEAn'], { run: ['PSUBSCRIBE', '__keyevent@0__:*'], as: 'watcher' },
  ['SETBIT', 'b', 1, 0], ['SETBIT', 'b', 1, 0], ['SETBIT', 'b', 1, 1], ['SETBIT', 'b', 20, 0], ['BITFIELD', 'b', 'SET', 'u8', 0, 64], ['BITFIELD', 'b', 'SET', 'u8', 0, 65, 'SET', 'u8', 0, 66], ['BITFIELD', 'b', 'OVERFLOW', 'FAIL', 'SET', 'u8', 0, 999],
  ['BITFIELD', 'c', 'OVERFLOW', 'FAIL', 'SET', 'u8', 0, 999], ['EXISTS', 'c'], ['BITFIELD', 'd', 'SET', 'u8', 0, 0], ['BITOP', 'NOT', 'e', 'b'], ['BITOP', 'NOT', 'e', 'none'], ['BITOP', 'NOT', 'e', 'none'],
  ['SET', 's', 'x'], { run: ['WATCH', 's'], as: 'other' }, ['SETBIT', 's', 0, 0], { run: ['MULTI'], as: 'other' }, { run: ['EXEC'], as: 'other' },
  { run: ['WATCH', 's'], as: 'other' }, ['BITFIELD', 's', 'SET', 'u8', 0, 120], { run: ['MULTI'], as: 'other' }, { run: ['EXEC'], as: 'other' }, { run: ['WATCH', 's'], as: 'other' }, ['BITFIELD', 's', 'SET', 'u8', 0, 121], { run: ['MULTI'], as: 'other' }, { run: ['EXEC'], as: 'other' },
  ['CONFIG', 'SET', 'notify-keyspace-events', ''],
], { wireOnly: 'several connections' });

contract('COMMAND INFO', [['COMMAND', 'INFO', ...BITMAP_COMMANDS.map(({ name }) => name)]]);
