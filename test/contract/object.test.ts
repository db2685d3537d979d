import { contract, useServers } from './harness';

useServers();

contract('OBJECT ENCODING of strings', [
  ['SET', 'i', 12345],
  ['OBJECT', 'ENCODING', 'i'],
  ['SET', 'e', 'x'.repeat(44)],
  ['OBJECT', 'ENCODING', 'e'],
  ['SET', 'r', 'x'.repeat(45)],
  ['OBJECT', 'ENCODING', 'r'],
  ['APPEND', 'i', ''],
  ['OBJECT', 'ENCODING', 'i'],
  ['APPEND', 'i', '6'],
  ['OBJECT', 'ENCODING', 'i'],
  ['SET', 'm', '-9223372036854775808'],
  ['OBJECT', 'ENCODING', 'm'],
  ['SET', 'big', '9223372036854775808'],
  ['OBJECT', 'ENCODING', 'big'],
  ['SET', 'zero', '007'],
  ['OBJECT', 'ENCODING', 'zero'],
  ['SET', 'empty', ''],
  ['OBJECT', 'ENCODING', 'empty'],
]);

contract('OBJECT ENCODING of hashes', [
  ['HSET', 'h', 'a', 1],
  ['OBJECT', 'ENCODING', 'h'],
  ['HSET', 'h', 'a', 'x'.repeat(65)],
  ['OBJECT', 'ENCODING', 'h'],
]);

contract('OBJECT about missing keys, and its errors', [
  ['OBJECT', 'ENCODING', 'none'],
  ['OBJECT', 'REFCOUNT', 'none'],
  ['OBJECT', 'IDLETIME', 'none'],
  ['OBJECT', 'FREQ', 'none'],
  ['OBJECT'],
  ['OBJECT', 'ENCODING'],
  ['OBJECT', 'ENCODING', 'a', 'b'],
  ['OBJECT', 'nope', 'a'],
]);

contract('OBJECT REFCOUNT knows shared integers', [
  ['SET', 'a', 5],
  ['OBJECT', 'REFCOUNT', 'a'],
  ['SET', 'a', 9999],
  ['OBJECT', 'REFCOUNT', 'a'],
  ['SET', 'a', 10000],
  ['OBJECT', 'REFCOUNT', 'a'],
  ['SET', 'a', 'x'],
  ['OBJECT', 'REFCOUNT', 'a'],
  ['SET', 'a', -1],
  ['OBJECT', 'REFCOUNT', 'a'],
]);

contract('OBJECT IDLETIME or FREQ, depending on the policy', [
  ['SET', 'a', 'text'],
  ['OBJECT', 'IDLETIME', 'a'],
  ['OBJECT', 'FREQ', 'a'],
  ['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lfu'],
  ['SET', 'b', 'text'],
  ['OBJECT', 'FREQ', 'b'],
  ['OBJECT', 'IDLETIME', 'b'],
  ['GET', 'b'],
  ['OBJECT', 'FREQ', 'b'],
  ['CONFIG', 'SET', 'maxmemory-policy', 'noeviction'],
]);

contract('a hash with more fields than a lowered limit is converted when a field changes', [
  ['HSET', 'h', 'a', 1, 'b', 2, 'c', 3],
  ['CONFIG', 'SET', 'hash-max-listpack-entries', 2],
  ['OBJECT', 'ENCODING', 'h'],
  ['HSET', 'h', 'a', 9],
  ['OBJECT', 'ENCODING', 'h'],
  { run: ['HGETALL', 'h'], compare: 'sorted' },
  ['CONFIG', 'SET', 'hash-max-listpack-entries', 128],
]);
