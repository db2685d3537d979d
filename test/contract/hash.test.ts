import { contract, useServers } from './harness';

useServers();

contract('HSET answers how many fields are new and refuses odd arguments', [
  ['HSET', 'h', 'a', 1, 'b', 2],
  ['HSET', 'h', 'a', 3, 'c', 4],
  ['HSET', 'h', 'a'],
  ['HSET', 'h', 'a', 1, 'b'],
  ['HMSET', 'h', 'x', 1, 'y'],
  ['HMSET', 'h', 'x', 1, 'y', 2],
  ['HGETALL', 'h'],
  ['HKEYS', 'h'],
  ['HVALS', 'h'],
  ['HLEN', 'h'],
]);

contract('HSETNX sets a field only once', [
  ['HSETNX', 'h', 'f', 1],
  ['HSETNX', 'h', 'f', 2],
  ['HGET', 'h', 'f'],
  ['HSETNX', 'h', 'f'],
]);

contract('reading what is missing', [
  ['HGET', 'none', 'f'],
  ['HMGET', 'none', 'a', 'b'],
  ['HGETALL', 'none'],
  ['HKEYS', 'none'],
  ['HVALS', 'none'],
  ['HLEN', 'none'],
  ['HEXISTS', 'none', 'f'],
  ['HSTRLEN', 'none', 'f'],
  ['HRANDFIELD', 'none'],
  ['HRANDFIELD', 'none', 3],
  ['HSCAN', 'none', 0],
  ['HDEL', 'none', 'f'],
]);

contract('a key of another type is refused by every command', [
  ['SET', 's', 'x'],
  ['HSET', 's', 'a', 1],
  ['HSETNX', 's', 'a', 1],
  ['HMSET', 's', 'a', 1],
  ['HGET', 's', 'a'],
  ['HMGET', 's', 'a'],
  ['HGETALL', 's'],
  ['HKEYS', 's'],
  ['HVALS', 's'],
  ['HLEN', 's'],
  ['HEXISTS', 's', 'a'],
  ['HSTRLEN', 's', 'a'],
  ['HDEL', 's', 'a'],
  ['HINCRBY', 's', 'a', 1],
  ['HINCRBYFLOAT', 's', 'a', 1],
  ['HRANDFIELD', 's'],
  ['HSCAN', 's', 0],
]);

contract('HDEL removes the key with its last field', [
  ['HSET', 'h', 'a', 1, 'b', 2],
  ['HDEL', 'h', 'a', 'a', 'z'],
  ['HDEL', 'h', 'b'],
  ['EXISTS', 'h'],
  ['TYPE', 'h'],
]);

contract('HINCRBY counts within int64', [
  ['HINCRBY', 'h', 'n', 5],
  ['HINCRBY', 'h', 'n', -10],
  ['HINCRBY', 'h', 'n', '9223372036854775807'],
  ['HINCRBY', 'h', 'n', '9223372036854775807'],
  ['HSET', 'h', 't', 'text'],
  ['HINCRBY', 'h', 't', 1],
  ['HINCRBY', 'h', 'n', 'x'],
  ['HINCRBY', 'h', 'n', '1.5'],
  ['HSET', 'h', 'sp', ' 11'],
  ['HINCRBY', 'h', 'sp', 1],
  ['HSET', 'h', 'z', '007'],
  ['HINCRBY', 'h', 'z', 1],
]);

contract('HINCRBYFLOAT adds as long doubles', [
  ['HINCRBYFLOAT', 'h', 'f', '0.1'],
  ['HINCRBYFLOAT', 'h', 'f', '0.2'],
  ['HINCRBYFLOAT', 'h', 'f', '1e3'],
  ['HINCRBYFLOAT', 'h', 'f', '-3.0e-2'],
  ['HINCRBYFLOAT', 'h', 'f', 'abc'],
  ['HSET', 'h', 't', 'text'],
  ['HINCRBYFLOAT', 'h', 't', 1],
  ['HINCRBYFLOAT', 'h', 'f', 'inf'],
  ['HINCRBYFLOAT', 'h', 'f', 'nan'],
  ['HGET', 'h', 'f'],
]);

contract('HRANDFIELD', [
  ['HSET', 'h', 'a', 1],
  ['HRANDFIELD', 'h'],
  ['HRANDFIELD', 'h', 5],
  ['HRANDFIELD', 'h', -3],
  ['HRANDFIELD', 'h', 0],
  ['HRANDFIELD', 'h', 2, 'WITHVALUES'],
  ['HRANDFIELD', 'h', -2, 'withvalues'],
  ['HRANDFIELD', 'h', 'x'],
  ['HRANDFIELD', 'h', 1, 'WITHVALUE'],
  ['HRANDFIELD', 'h', 1, 'WITHVALUES', 'x'],
]);

contract('HSCAN', [
  ['HSET', 'h', 'a', 1, 'b', 2, 'ab', 3],
  ['HSCAN', 'h', 0],
  ['HSCAN', 'h', 0, 'MATCH', 'a*'],
  ['HSCAN', 'h', 0, 'COUNT', 1],
  ['HSCAN', 'h', 'x'],
  ['HSCAN', 'h', 0, 'COUNT', 0],
  ['HSCAN', 'h', 0, 'COUNT'],
  ['HSCAN', 'h', 0, 'NOPE', 1],
  ['HSCAN', 'h', 0, 'TYPE', 'x'],
  ['HSCAN', 'h', '99999999999999999999999'],
]);
