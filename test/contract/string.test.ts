import { contract, useServers } from './harness';

useServers();

const BINARY = '\x00\xff\x80\r\n\xc3\xa9';

contract('SET and its options', [
  ['SET', 'k', 'v'], ['GET', 'k'], ['SET', 'k', 'w', 'NX'], ['SET', 'k', 'w', 'XX'], ['SET', 'n', 'w', 'XX'], ['SET', 'n', 'w', 'NX'],
  ['SET', 'k', 'x', 'GET'], ['SET', 'new', 'x', 'GET'], ['SET', 'k', 'y', 'NX', 'GET'], ['SET', 'new2', 'y', 'NX', 'GET'],
  ['SET', 'k', 'y', 'XX', 'GET'], ['SET', 'k', 'y', 'NX', 'XX'], ['SET', 'k', 'y', 'XX', 'XX'], ['SET', 'k', 'v', 'BAD'], ['SET', 'k'],
  ['SET', 'k', 'v', 'EX', 100], ['TTL', 'k'], ['SET', 'k', 'v', 'KEEPTTL'], ['TTL', 'k'], ['SET', 'k', 'v'], ['TTL', 'k'],
  ['SET', 'k', 'v', 'PX', 100000], ['TTL', 'k'], ['SET', 'k', 'v', 'EXAT', 33177117420], ['EXPIRETIME', 'k'],
  ['SET', 'k', 'v', 'PXAT', 33177117420123], ['PEXPIRETIME', 'k'], ['SET', 'k', 'v', 'EX', 0], ['SET', 'k', 'v', 'EX', -1], ['SET', 'k', 'v', 'PX', 0],
  ['SET', 'k', 'v', 'EX', 'x'], ['SET', 'k', 'v', 'EX', '9223372036854775807'], ['SET', 'k', 'v', 'PX', '9223372036854775807'],
  ['SET', 'k', 'v', 'EX', 10, 'PX', 10], ['SET', 'k', 'v', 'EX', 10, 'EX', 20], ['SET', 'k', 'v', 'EX', 10, 'KEEPTTL'], ['SET', 'k', 'v', 'KEEPTTL', 'EX', 10],
  ['SET', 'k', 'v', 'EX'], ['SET', 'k', 'v', 'PERSIST'], ['SET', 'gone', 'v', 'EXAT', 1], ['EXISTS', 'gone'], ['SET', 'k', 'v', 'get', 'ex', 5], ['GET', 'k'],
  ['LPUSH', 'l', 'a'], ['SET', 'l', 'v', 'GET'], ['SET', 'l', 'v', 'NX'], ['SET', 'l', 'v'], ['TYPE', 'l'],
]);

contract('binary keys and values', [
  ['SET', BINARY, BINARY], ['GET', BINARY], ['STRLEN', BINARY], ['APPEND', BINARY, BINARY], ['GETRANGE', BINARY, 0, 2], ['KEYS', '*'], ['SET', '', ''], ['GET', ''],
]);

contract('SETNX, SETEX, PSETEX, GETSET, GETDEL', [
  ['SETNX', 'k', 1], ['SETNX', 'k', 2], ['SETEX', 'k', 10, 'v'], ['TTL', 'k'], ['SETEX', 'k', 0, 'v'], ['SETEX', 'k', 'x', 'v'], ['PSETEX', 'k', 10000, 'v'],
  ['PSETEX', 'k', -5, 'v'], ['GETSET', 'k', 'n'], ['TTL', 'k'], ['GETSET', 'none', 'n'], ['GETDEL', 'k'], ['GETDEL', 'k'], ['HSET', 'h', 'a', 1],
  ['GETSET', 'h', 1], ['GETDEL', 'h'], ['GET', 'h'], ['SETNX', 'h', 1], ['STRLEN', 'h'], ['APPEND', 'h', 'x'], ['INCR', 'h'], ['SETRANGE', 'h', 0, 'x'], ['GETRANGE', 'h', 0, 1],
]);

contract('GETEX', [
  ['SET', 'k', 'v'], ['GETEX', 'k', 'EX', 100], ['TTL', 'k'], ['GETEX', 'k'], ['TTL', 'k'], ['GETEX', 'k', 'PERSIST'], ['TTL', 'k'], ['GETEX', 'k', 'PERSIST'],
  ['GETEX', 'k', 'EXAT', 33177117420], ['EXPIRETIME', 'k'], ['GETEX', 'k', 'EX', 0], ['GETEX', 'k', 'EX', 'x'], ['GETEX', 'k', 'EX'], ['GETEX', 'k', 'BAD'],
  ['GETEX', 'k', 'EX', 10, 'PERSIST'], ['GETEX', 'k', 'PERSIST', 'EX', 1], ['GETEX', 'none', 'EX', 10], ['GETEX', 'none', 'EX', 'x'], ['GETEX', 'none', 'EX', 0],
  ['GETEX', 'k', 'EXAT', 1], ['EXISTS', 'k'], ['HSET', 'h', 'a', 1], ['GETEX', 'h'], ['GETEX', 'h', 'EX', 0], ['GETEX', 'k', 'KEEPTTL'], ['GETEX', 'k', 'NX'],
]);

contract('counters stay within int64', [
  ['INCR', 'n'], ['INCRBY', 'n', 41], ['DECR', 'n'], ['DECRBY', 'n', 50], ['SET', 'n', '9223372036854775806'], ['INCR', 'n'], ['INCR', 'n'], ['DECRBY', 'n', '-9223372036854775808'],
  ['DECRBY', 'n', '9223372036854775807'], ['SET', 'm', '-9223372036854775808'], ['DECR', 'm'], ['INCRBY', 'm', '9223372036854775807'], ['INCRBY', 'n', 'x'], ['INCRBY', 'n', '1.0'],
  ['INCRBY', 'n', '9223372036854775808'], ['SET', 's', '007'], ['INCR', 's'], ['SET', 's', '+1'], ['INCR', 's'], ['SET', 's', ' 1'], ['INCR', 's'], ['SET', 's', ''], ['INCR', 's'],
  ['SET', 's', '-0'], ['INCR', 's'], ['SET', 's', '10', 'EX', 100], ['INCR', 's'], ['TTL', 's'], ['OBJECT', 'ENCODING', 's'],
]);

contract('INCRBYFLOAT adds as long doubles', [
  ['INCRBYFLOAT', 'f', '0.1'], ['INCRBYFLOAT', 'f', '0.2'], ['SET', 'f', '3'], ['INCRBYFLOAT', 'f', '1.5'], ['INCRBYFLOAT', 'f', '-4.5'], ['SET', 'f', '10.50'], ['INCRBYFLOAT', 'f', '0.1'],
  ['SET', 'f', '5.0e3'], ['INCRBYFLOAT', 'f', '2.0e2'], ['INCRBYFLOAT', 'f', '1e17'], ['INCRBYFLOAT', 'f', '0.00000000000000001'], ['SET', 'f', '1e400'], ['INCRBYFLOAT', 'f', '1'],
  ['INCRBYFLOAT', 'f', 'inf'], ['INCRBYFLOAT', 'f', '-inf'], ['INCRBYFLOAT', 'f', 'nan'], ['INCRBYFLOAT', 'f', ' 1'], ['INCRBYFLOAT', 'f', '1 '], ['INCRBYFLOAT', 'f', '0x10'], ['INCRBYFLOAT', 'f', ''],
  ['SET', 'f', 'abc'], ['INCRBYFLOAT', 'f', '1'], ['SET', 'f', ' 1'], ['INCRBYFLOAT', 'f', '1'], ['SET', 'f', '1.23456789012345678'], ['INCRBYFLOAT', 'f', '1.1'], ['SET', 'f', '-1'], ['INCRBYFLOAT', 'f', '+1.0'],
  ['SET', 'f', '123456789012345.678'], ['INCRBYFLOAT', 'f', '0.3'], ['INCRBYFLOAT', 'f', '1e-5'], ['INCRBYFLOAT', 'f', '5.'], ['INCRBYFLOAT', 'f', '.5'], ['INCRBYFLOAT', 'f', '.'], ['INCRBYFLOAT', 'f', '1e'],
]);

contract('ranges', [
  ['SET', 'k', 'Hello World'], ['GETRANGE', 'k', 0, 4], ['GETRANGE', 'k', -5, -1], ['GETRANGE', 'k', -1, -5], ['GETRANGE', 'k', 5, 2], ['GETRANGE', 'k', 0, -1], ['GETRANGE', 'k', 100, 200],
  ['GETRANGE', 'k', -100, 2], ['GETRANGE', 'k', 'x', 1], ['GETRANGE', 'none', 0, 1], ['GETRANGE', 'none', 'x', 1], ['SUBSTR', 'k', 1, 3], ['SETRANGE', 'k', 6, 'Redis'], ['GET', 'k'], ['SETRANGE', 'k', 15, 'x'],
  ['GET', 'k'], ['SETRANGE', 'none', 0, ''], ['EXISTS', 'none'], ['SETRANGE', 'none', 3, 'abc'], ['GET', 'none'], ['SETRANGE', 'k', -1, 'x'], ['SETRANGE', 'k', 536870912, 'x'], ['SETRANGE', 'k', 536870908, 'abcdef'],
  ['SETRANGE', 'k', 'x', 'x'], ['APPEND', 'a', 'foo'], ['APPEND', 'a', 'bar'], ['APPEND', 'a', ''], ['GET', 'a'], ['STRLEN', 'a'], ['STRLEN', 'nope'], ['APPEND', 'empty', ''], ['EXISTS', 'empty'], ['GETRANGE', 'empty', 0, -1],
]);

contract('MGET, MSET, MSETNX', [
  ['MSET', 'a', 1, 'b', 2], ['MGET', 'a', 'b', 'c'], ['MSETNX', 'c', 3, 'a', 9], ['MGET', 'a', 'b', 'c'], ['MSETNX', 'c', 3, 'd', 4], ['MSET', 'a'], ['MSET', 'a', 1, 'b'], ['MSETNX', 'a', 1, 'b'],
  ['HSET', 'h', 'f', 1], ['MGET', 'a', 'h'], ['MSET', 'h', 1, 'h', 2], ['GET', 'h'], ['MGET'],
]);

contract('encodings', [
  ['SET', 'k', '12345'], ['OBJECT', 'ENCODING', 'k'], ['SET', 'k', 'short'], ['OBJECT', 'ENCODING', 'k'], ['SET', 'k', 'x'.repeat(44)], ['OBJECT', 'ENCODING', 'k'], ['SET', 'k', 'x'.repeat(45)], ['OBJECT', 'ENCODING', 'k'],
  ['APPEND', 'n', '12'], ['OBJECT', 'ENCODING', 'n'], ['APPEND', 'n', '3'], ['OBJECT', 'ENCODING', 'n'], ['INCR', 'n'], ['OBJECT', 'ENCODING', 'n'], ['SET', 'k', '9223372036854775808'], ['OBJECT', 'ENCODING', 'k'],
  ['SET', 'k', '-9223372036854775808'], ['OBJECT', 'ENCODING', 'k'], ['SETRANGE', 'sr', 0, '12'], ['OBJECT', 'ENCODING', 'sr'], ['COPY', 'n', 'n2'], ['OBJECT', 'ENCODING', 'n2'], ['INCRBYFLOAT', 'fl', 5], ['OBJECT', 'ENCODING', 'fl'],
]);

contract('values expire', [
  ['SET', 'k', 'v', 'PX', 30], ['SET', 'h', 'v', 'EX', 1], ['PEXPIRE', 'h', 20], { wait: 120 }, ['GET', 'k'], ['EXISTS', 'k', 'h'], ['TTL', 'k'], ['DBSIZE'], ['SETNX', 'k', 'again'], ['TTL', 'k'],
]);
